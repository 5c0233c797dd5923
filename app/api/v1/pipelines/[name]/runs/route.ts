import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { runs } from "@/lib/transport/operations/runs";
import { json, route } from "@/lib/transport/route";

export const POST = route(runs.start, async ({ ctx, params, query, body, request, onceAs }) => {
  const started = await onceAs((id) => startRun(ctx, params.name, body, id));
  return query.wait === undefined ? json(started, 202) : waitForRun(ctx, started.id, query.wait, request.signal);
});
