import { explainQuery } from "@/lib/connections/explain-query";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const POST = route(warehouses.explain, async ({ ctx, params, body }) => explainQuery(ctx, params.id, body));
