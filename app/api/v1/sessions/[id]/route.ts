import { endSession } from "@/lib/access/sessions";
import { sessions } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";

export const DELETE = route(sessions.end, async ({ ctx, params }) => {
  await endSession(ctx, params.id);
  return empty();
});
