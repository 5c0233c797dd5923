import { listTokens } from "@/lib/access/list-tokens";
import { createToken } from "@/lib/access/make-token";
import { tokens } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";

export const GET = route(tokens.list, async ({ ctx, query }) => listTokens(ctx, query));

export const POST = route(tokens.create, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => createToken(ctx, body)), 201),
);
