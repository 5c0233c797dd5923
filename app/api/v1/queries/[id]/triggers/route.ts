import { triggers } from "@/lib/transport/operations/triggers";
import { json, route } from "@/lib/transport/route";
import { listTriggers } from "@/lib/triggers/data";
import { createTrigger } from "@/lib/triggers/save-trigger";

export const GET = route(triggers.list, async ({ ctx, params }) => ({
  items: await listTriggers(ctx, { query: params.id }),
  next: null,
}));

export const POST = route(triggers.create, async ({ ctx, params, body, onceMade }) =>
  json(await onceMade(() => createTrigger(ctx, { query: params.id }, body)), 201),
);
