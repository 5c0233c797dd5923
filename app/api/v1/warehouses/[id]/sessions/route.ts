import { listForeign } from "@/lib/gate/foreign-sessions";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const GET = route(gate.foreignSessions, async ({ ctx, params }) => listForeign(ctx, params.id));
