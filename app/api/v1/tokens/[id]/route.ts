import { tokens } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";
import { revokeToken } from "@/lib/users/revoke-token";
import { updateToken } from "@/lib/users/update-token";

export const PATCH = route(tokens.update, async ({ ctx, params, body }) => updateToken(ctx, params.id, body));

export const DELETE = route(tokens.revoke, async ({ ctx, params }) => {
  await revokeToken(ctx, params.id);
  return empty();
});
