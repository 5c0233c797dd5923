import { oneRequest, stopWork } from "@/lib/gate/stop-work";
import { stopRuns } from "@/lib/runs/stop-runs";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const POST = route(gate.stop, async ({ ctx, params, body, once }) =>
  once(async () => {
    // First, so that no run goes on with what its ended executions leave free.
    const atMost = oneRequest();
    const { runs, left } = await stopRuns(ctx, params.id, body, atMost);
    const work = await stopWork(ctx, params.id, body, atMost);
    return { stopped: work.stopped, runs, left: left + work.left };
  }),
);
