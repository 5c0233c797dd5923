import { triggers } from "@/lib/transport/operations/triggers";
import { json, route } from "@/lib/transport/route";
import { listTriggers } from "@/lib/triggers/data";
import { createTrigger } from "@/lib/triggers/save-trigger";

export const GET = route(triggers.ofBoard, async ({ ctx, params }) => ({
  items: await listTriggers(ctx, { board: params.id }),
  next: null,
}));

export const POST = route(triggers.createOnBoard, async ({ ctx, params, body, onceMade }) =>
  json(await onceMade(() => createTrigger(ctx, { board: params.id }, body)), 201),
);
