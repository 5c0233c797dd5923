import { createShare } from "@/lib/shares/create-share";
import { listShares } from "@/lib/shares/data";
import { shares } from "@/lib/transport/operations/sharing";
import { json, route } from "@/lib/transport/route";

export const GET = route(shares.list, async ({ ctx, query }) => ({ items: await listShares(ctx, query), next: null }));

export const POST = route(shares.create, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => createShare(ctx, body)), 201),
);
