import { triggers } from "@/lib/transport/operations/triggers";
import { route } from "@/lib/transport/route";
import { previewTrigger } from "@/lib/triggers/preview";

export const POST = route(triggers.preview, async ({ body }) => previewTrigger(body));
