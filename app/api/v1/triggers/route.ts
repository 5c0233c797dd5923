import { triggers } from "@/lib/transport/operations/triggers";
import { route } from "@/lib/transport/route";
import { listAllTriggers } from "@/lib/triggers/data";

export const GET = route(triggers.all, async ({ ctx, query }) => listAllTriggers(ctx, query));
