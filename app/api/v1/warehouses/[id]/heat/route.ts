import { getHeat, setHeat } from "@/lib/gate/heat-settings";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const GET = route(gate.readHeat, async ({ ctx, params }) => getHeat(ctx, params.id));
export const PUT = route(gate.changeHeat, async ({ ctx, params, body }) => setHeat(ctx, params.id, body));
