import { archiveQuery } from "@/lib/queries/archive-query";
import { getQuery } from "@/lib/queries/data";
import { updateQuery } from "@/lib/queries/update-query";
import { queries } from "@/lib/transport/operations/queries";
import { empty, route } from "@/lib/transport/route";

export const GET = route(queries.read, async ({ ctx, params }) => getQuery(ctx, params.id));

export const PATCH = route(queries.update, async ({ ctx, params, body }) => updateQuery(ctx, params.id, body));

export const DELETE = route(queries.archive, async ({ ctx, params }) => {
  await archiveQuery(ctx, params.id);
  return empty();
});
