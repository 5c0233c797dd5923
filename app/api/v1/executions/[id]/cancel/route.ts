import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution } from "@/lib/executions/data";
import { executions } from "@/lib/transport/operations/executions";
import { json, route } from "@/lib/transport/route";

export const POST = route(executions.cancel, async ({ ctx, params, body }) => {
  const outcome = await cancelExecution(ctx, params.id, body.reason);
  const { id, url, state } = await getExecution(ctx, params.id);
  return json({ id, url, state, outcome }, 202);
});
