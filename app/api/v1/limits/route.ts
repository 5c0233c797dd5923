import { listLimits, setLimit } from "@/lib/gate/limits";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const GET = route(gate.limits, async ({ ctx, query }) => listLimits(ctx, query));

export const PUT = route(gate.setLimit, async ({ ctx, body }) => setLimit(ctx, body));
