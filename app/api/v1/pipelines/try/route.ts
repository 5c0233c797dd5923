import { waitForRun } from "@/lib/runs/data";
import { tryPipeline } from "@/lib/runs/try-pipeline";
import { runs } from "@/lib/transport/operations/runs";
import { json, route } from "@/lib/transport/route";

export const POST = route(runs.try, async ({ ctx, query, body, request, onceAs }) => {
  const started = await onceAs((id) => tryPipeline(ctx, body, id));
  return query.wait === undefined ? json(started, 202) : waitForRun(ctx, started.id, query.wait, request.signal);
});
