import { waitForExecution } from "@/lib/executions/data";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.read, async ({ ctx, params, query, request }) =>
  waitForExecution(ctx, params.id, query.wait ?? 0, request.signal),
);
