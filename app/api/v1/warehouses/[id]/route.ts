import { viewWarehouse } from "@/lib/connections/data";
import { updateWarehouse } from "@/lib/connections/update-warehouse";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const GET = route(warehouses.read, async ({ ctx, params }) => viewWarehouse(ctx, params.id));

export const PATCH = route(warehouses.update, async ({ ctx, params, body }) => {
  const id = await updateWarehouse(ctx, params.id, body);
  return viewWarehouse(ctx, id);
});
