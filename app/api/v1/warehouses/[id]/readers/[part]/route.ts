import { removeReader, updateReader } from "@/lib/connections/change-readers";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { empty, route } from "@/lib/transport/route";

export const PATCH = route(warehouses.updateReader, async ({ ctx, params, body }) => {
  await updateReader(ctx, params.id, params.part, body);
  return empty();
});

export const DELETE = route(warehouses.removeReader, async ({ ctx, params }) => {
  await removeReader(ctx, params.id, params.part);
  return empty();
});
