import { revokeToken } from "@/lib/access/tokens";
import { tokens } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";

export const DELETE = route(tokens.revoke, async ({ ctx, params }) => {
  await revokeToken(ctx, params.id);
  return empty();
});
