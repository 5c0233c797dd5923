import { readLog } from "@/lib/runs/logs";
import { ndjson } from "@/lib/transport/ndjson";
import { runs } from "@/lib/transport/operations/runs";
import { route } from "@/lib/transport/route";

export const GET = route(runs.logs, async ({ ctx, params, query, request }) =>
  ndjson(await readLog(ctx, params.id, query), request.signal),
);
