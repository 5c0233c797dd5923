import { inboxOf } from "@/lib/inbox/data";
import { inbox } from "@/lib/transport/operations/sharing";
import { route } from "@/lib/transport/route";

export const GET = route(inbox.read, async ({ ctx }) => inboxOf(ctx));
