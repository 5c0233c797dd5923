import { streamLogs } from "@/lib/runs/stream-logs";
import { authenticate } from "@/lib/transport/authenticate";
import { ndjson } from "@/lib/transport/ndjson";
import { logs } from "@/lib/transport/operations/logs";
import { route } from "@/lib/transport/route";

export const GET = route(logs.lines, async ({ ctx, query, request }) =>
  ndjson(await streamLogs(ctx, query, () => authenticate(request)), request.signal),
);
