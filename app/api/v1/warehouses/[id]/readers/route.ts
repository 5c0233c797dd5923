import { addReader } from "@/lib/connections/change-readers";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { json, route } from "@/lib/transport/route";

export const POST = route(warehouses.addReader, async ({ ctx, params, body, onceMade }) =>
  json(await onceMade(() => addReader(ctx, params.id, body)), 201),
);
