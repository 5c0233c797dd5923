import { findTables } from "@/lib/connections/find-tables";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { route } from "@/lib/transport/route";

export const GET = route(warehouses.findTables, async ({ ctx, query }) => ({
  items: await findTables(ctx, query.q, query.limit),
  next: null,
}));
