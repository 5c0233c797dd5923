import { beginViewAs, endViewAs } from "@/lib/access/view-as";
import { views } from "@/lib/transport/operations/people";
import { empty, json, route } from "@/lib/transport/route";

export const POST = route(views.begin, async ({ ctx, body }) => json(await beginViewAs(ctx, body), 201));

export const DELETE = route(views.end, async ({ ctx }) => {
  await endViewAs(ctx);
  return empty();
});
