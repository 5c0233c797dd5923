import { endAllSessions, listSessions } from "@/lib/access/sessions";
import { sessions } from "@/lib/transport/operations/people";
import { route } from "@/lib/transport/route";

export const GET = route(sessions.list, async ({ ctx }) => ({ items: await listSessions(ctx), next: null }));

export const DELETE = route(sessions.endAll, async ({ ctx, query }) => ({
  ended: await endAllSessions(ctx, query.user),
}));
