import { getQuery } from "@/lib/queries/data";
import { forkQuery } from "@/lib/queries/fork-query";
import { queries } from "@/lib/transport/operations/queries";
import { json, route } from "@/lib/transport/route";

export const POST = route(queries.fork, async ({ ctx, params, body, onceMade }) =>
  json(
    await onceMade(
      () => forkQuery(ctx, params.id, body.title),
      (id) => getQuery(ctx, id),
    ),
    201,
  ),
);
