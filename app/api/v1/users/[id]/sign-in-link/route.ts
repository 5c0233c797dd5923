import { createSignInLink } from "@/lib/access/sign-in-links";
import { users } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";

export const POST = route(users.signInLink, async ({ ctx, params, onceMade }) =>
  json(await onceMade(() => createSignInLink(ctx, params.id)), 201),
);
