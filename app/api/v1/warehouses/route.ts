import { createWarehouse } from "@/lib/connections/create-warehouse";
import { listWarehouses, viewWarehouse } from "@/lib/connections/data";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { json, route } from "@/lib/transport/route";

export const GET = route(warehouses.list, async ({ ctx }) => ({ items: await listWarehouses(ctx), next: null }));

export const POST = route(warehouses.create, async ({ ctx, body, onceMade }) => {
  const { id } = await onceMade(
    () => createWarehouse(ctx, body),
    (made) => viewWarehouse(ctx, made),
  );
  return json(await viewWarehouse(ctx, id), 201);
});
