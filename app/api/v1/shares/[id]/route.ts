import { revokeShare } from "@/lib/shares/revoke-share";
import { shares } from "@/lib/transport/operations/sharing";
import { empty, route } from "@/lib/transport/route";

export const DELETE = route(shares.revoke, async ({ ctx, params }) => {
  await revokeShare(ctx, params.id);
  return empty();
});
