import { listRuns } from "@/lib/runs/data";
import { runs } from "@/lib/transport/operations/runs";
import { route } from "@/lib/transport/route";

export const GET = route(runs.list, async ({ ctx, query }) => listRuns(ctx, query));
