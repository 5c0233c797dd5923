import { getLoad } from "@/lib/gate/load";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const GET = route(warehouses.load, async ({ ctx, params }) => getLoad(ctx, params.id));
