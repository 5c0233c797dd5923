import { createToken, listTokens } from "@/lib/access/tokens";
import { tokens } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";

export const GET = route(tokens.list, async ({ ctx }) => ({ items: await listTokens(ctx), next: null }));

export const POST = route(tokens.create, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => createToken(ctx, body)), 201),
);
