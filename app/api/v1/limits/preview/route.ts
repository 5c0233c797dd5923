import { previewLimit } from "@/lib/gate/limit-preview";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const POST = route(gate.previewLimit, async ({ ctx, body }) => previewLimit(ctx, body));
