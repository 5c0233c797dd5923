import { statementOf } from "@/lib/executions/data";
import { readRows } from "@/lib/results/read-rows";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.rows, async ({ ctx, params, query }) =>
  readRows(await statementOf(ctx, params.id), query),
);
