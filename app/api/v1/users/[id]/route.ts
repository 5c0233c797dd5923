import { users } from "@/lib/transport/operations/people";
import { route } from "@/lib/transport/route";
import { viewUser } from "@/lib/users/data";
import { updateUser } from "@/lib/users/update-user";

export const GET = route(users.read, async ({ ctx, params }) => viewUser(ctx, params.id));

export const PATCH = route(users.update, async ({ ctx, params, body }) => {
  await updateUser(ctx, params.id, body);
  return viewUser(ctx, params.id);
});
