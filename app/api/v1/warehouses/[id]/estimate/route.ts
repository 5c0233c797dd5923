import { estimateQuery } from "@/lib/connections/estimate-query";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const POST = route(warehouses.estimate, async ({ ctx, params, body }) => estimateQuery(ctx, params.id, body));
