import { previewErasure } from "@/lib/erasures/data";
import { erasures } from "@/lib/transport/operations/erasures";
import { route } from "@/lib/transport/route";

export const POST = route(erasures.preview, async ({ ctx, body }) => previewErasure(ctx, body));
