import { markRead } from "@/lib/inbox/mark-read";
import { inbox } from "@/lib/transport/operations/sharing";
import { empty, route } from "@/lib/transport/route";

export const PUT = route(inbox.mark, async ({ ctx, body }) => {
  await markRead(ctx, body);
  return empty();
});
