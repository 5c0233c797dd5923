import { triggers } from "@/lib/transport/operations/triggers";
import { route } from "@/lib/transport/route";
import { listSlots } from "@/lib/triggers/data";

export const GET = route(triggers.slots, async ({ ctx, params, query }) =>
  listSlots(ctx, params.id, query.cursor, query.limit),
);
