import { users } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";
import { createUser } from "@/lib/users/create-user";
import { listUsers, viewUser } from "@/lib/users/data";

export const GET = route(users.list, async ({ ctx, query }) => listUsers(ctx, query));

export const POST = route(users.create, async ({ ctx, body, onceMade }) => {
  const { id } = await onceMade(
    () => createUser(ctx, body),
    async (made) => ({ id: made }),
  );
  return json(await viewUser(ctx, id), 201);
});
