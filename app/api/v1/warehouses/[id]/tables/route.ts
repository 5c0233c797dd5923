import { tablesOf } from "@/lib/connections/tables";
import { warehouses } from "@/lib/transport/operations/warehouses";
import { jsonText, route } from "@/lib/transport/route";

export const GET = route(warehouses.tables, async ({ ctx, params, query }) =>
  jsonText(await tablesOf(ctx, params.id, query.refresh === "1")),
);
