import { waitForRun } from "@/lib/runs/data";
import { runs } from "@/lib/transport/operations/runs";
import { route } from "@/lib/transport/route";

export const GET = route(runs.read, async ({ ctx, params, query, request }) =>
  waitForRun(ctx, params.id, query.wait ?? 0, request.signal),
);
