import { serviceAccounts } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";
import { createServiceToken } from "@/lib/users/service-accounts";

export const POST = route(serviceAccounts.createToken, async ({ ctx, params, body, onceMade }) =>
  json(await onceMade(() => createServiceToken(ctx, params.id, body)), 201),
);
