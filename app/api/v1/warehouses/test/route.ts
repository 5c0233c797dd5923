import { testConnection } from "@/lib/connections/test-connection";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const POST = route(warehouses.test, async ({ ctx, body }) => testConnection(ctx, body));
