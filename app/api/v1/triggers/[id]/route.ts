import { triggers } from "@/lib/transport/operations/triggers";
import { empty, route } from "@/lib/transport/route";
import { getTrigger } from "@/lib/triggers/data";
import { deleteTrigger, updateTrigger } from "@/lib/triggers/save-trigger";

export const GET = route(triggers.read, async ({ ctx, params }) => getTrigger(ctx, params.id));

export const PATCH = route(triggers.update, async ({ ctx, params, body }) => updateTrigger(ctx, params.id, body));

export const DELETE = route(triggers.remove, async ({ ctx, params }) => {
  await deleteTrigger(ctx, params.id);
  return empty();
});
