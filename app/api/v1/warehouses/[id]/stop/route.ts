import { stopWork } from "@/lib/gate/stop-work";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const POST = route(gate.stop, async ({ ctx, params, body, once }) => once(() => stopWork(ctx, params.id, body)));
