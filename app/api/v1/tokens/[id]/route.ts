import { tokens } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";
import { revokeToken } from "@/lib/users/revoke-token";

export const DELETE = route(tokens.revoke, async ({ ctx, params }) => {
  await revokeToken(ctx, params.id);
  return empty();
});
