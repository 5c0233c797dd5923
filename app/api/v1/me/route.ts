import { users } from "@/lib/transport/operations/people";
import { route } from "@/lib/transport/route";
import { viewUser } from "@/lib/users/data";
import { updateSelf } from "@/lib/users/update-user";

export const GET = route(users.self, async ({ ctx }) => viewUser(ctx, ctx.user.id));

export const PATCH = route(users.updateSelf, async ({ ctx, body }) => {
  await updateSelf(ctx, body);
  return viewUser(ctx, ctx.user.id);
});
