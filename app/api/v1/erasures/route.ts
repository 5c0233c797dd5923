import { listErasures } from "@/lib/erasures/data";
import { eraseResults } from "@/lib/erasures/erase-results";
import { erasures } from "@/lib/transport/operations/erasures";
import { json, route } from "@/lib/transport/route";

export const GET = route(erasures.list, async ({ ctx, query }) => listErasures(ctx, query));

export const POST = route(erasures.erase, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => eraseResults(ctx, body)), 201),
);
