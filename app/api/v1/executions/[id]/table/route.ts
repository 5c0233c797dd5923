import { saveTable } from "@/lib/runs/save-table";
import { savedTables } from "@/lib/transport/operations/saved-tables";
import { json, route } from "@/lib/transport/route";

export const POST = route(savedTables.save, async ({ ctx, params, body, onceAs }) =>
  json(await onceAs((id) => saveTable(ctx, params.id, body, id)), 202),
);
