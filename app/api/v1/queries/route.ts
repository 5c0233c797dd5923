import { getQuery, listQueries } from "@/lib/queries/data";
import { saveQuery } from "@/lib/queries/save-query";
import { queries } from "@/lib/transport/operations/queries";
import { json, route } from "@/lib/transport/route";

export const GET = route(queries.list, async ({ ctx, query }) => listQueries(ctx, query));

export const POST = route(queries.create, async ({ ctx, body, onceMade }) =>
  json(
    await onceMade(
      () => saveQuery(ctx, body),
      (id) => getQuery(ctx, id),
    ),
    201,
  ),
);
