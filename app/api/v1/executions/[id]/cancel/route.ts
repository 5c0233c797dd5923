import { cancelExecution, stateAfterStop } from "@/lib/executions/cancel-execution";
import { executionUrl } from "@/lib/executions/url";
import { executions } from "@/lib/transport/operations/executions";
import { json, route } from "@/lib/transport/route";

export const POST = route(executions.cancel, async ({ ctx, params, body }) => {
  const outcome = await cancelExecution(ctx, params.id, body.reason);
  return json({ id: params.id, url: executionUrl(params.id), state: await stateAfterStop(params.id), outcome }, 202);
});
