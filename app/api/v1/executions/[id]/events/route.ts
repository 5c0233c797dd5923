import { authenticate } from "@/lib/transport/authenticate";
import { eventStream } from "@/lib/transport/events";
import { executions } from "@/lib/transport/operations/executions";
import { route } from "@/lib/transport/route";

export const GET = route(executions.events, async ({ ctx, params, request }) =>
  eventStream(ctx, params.id, request.signal, () => authenticate(request)),
);
