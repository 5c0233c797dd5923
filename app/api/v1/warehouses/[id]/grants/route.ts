import { grantWarehouse } from "@/lib/connections/grant-warehouse";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { empty, route } from "@/lib/transport/route";

export const POST = route(warehouses.grant, async ({ ctx, params, body }) => {
  await grantWarehouse(ctx, params.id, body);
  return empty();
});
