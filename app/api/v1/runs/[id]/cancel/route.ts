import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun } from "@/lib/runs/data";
import { runs } from "@/lib/transport/operations/runs";
import { json, route } from "@/lib/transport/route";

export const POST = route(runs.cancel, async ({ ctx, params, body }) => {
  await cancelRun(ctx, params.id, body.reason);
  const { id, url, state } = await getRun(ctx, params.id);
  return json({ id, url, state }, 202);
});
