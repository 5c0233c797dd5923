import { serviceAccounts } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";
import { createServiceAccount, listServiceAccounts } from "@/lib/users/service-accounts";

export const GET = route(serviceAccounts.list, async ({ ctx }) => ({
  items: await listServiceAccounts(ctx),
  next: null,
}));

export const POST = route(serviceAccounts.create, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => createServiceAccount(ctx, body)), 201),
);
