import { markFavourite } from "@/lib/queries/mark-favourite";
import { queries } from "@/lib/transport/operations/queries";
import { empty, route } from "@/lib/transport/route";

export const PUT = route(queries.favourite, async ({ ctx, params, body }) => {
  await markFavourite(ctx, params.id, body.favourite);
  return empty();
});
