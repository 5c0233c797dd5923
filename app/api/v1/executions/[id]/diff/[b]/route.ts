import { statementOf } from "@/lib/executions/data";
import { diffResults } from "@/lib/results/diff";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.diff, async ({ ctx, params, query }) =>
  diffResults(await statementOf(ctx, params.id), await statementOf(ctx, params.b), query),
);
