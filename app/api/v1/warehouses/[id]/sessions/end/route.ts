import { endForeign } from "@/lib/gate/foreign-sessions";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const POST = route(gate.endForeign, async ({ ctx, params, body, once }) =>
  once(() => endForeign(ctx, params.id, body)),
);
