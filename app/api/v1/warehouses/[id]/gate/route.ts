import { getGate, setGate } from "@/lib/gate/settings";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const GET = route(warehouses.readGate, async ({ ctx, params }) => getGate(ctx, params.id));

export const PUT = route(warehouses.changeGate, async ({ ctx, params, body }) => setGate(ctx, params.id, body));
