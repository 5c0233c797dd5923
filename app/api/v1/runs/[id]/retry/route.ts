import { retryRun } from "@/lib/runs/retry-run";
import { runs } from "@/lib/transport/operations/runs";
import { json, route } from "@/lib/transport/route";

export const POST = route(runs.retry, async ({ ctx, params, body, onceAs }) =>
  json(await onceAs((id) => retryRun(ctx, params.id, body, id)), 202),
);
