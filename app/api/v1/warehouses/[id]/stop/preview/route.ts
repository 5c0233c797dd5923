import { executionsToStop } from "@/lib/gate/stop-work";
import { runsToStop } from "@/lib/runs/stop-runs";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const POST = route(gate.previewStop, async ({ ctx, params, body }) => ({
  executions: await executionsToStop(ctx, params.id, body),
  runs: await runsToStop(ctx, params.id, body),
}));
