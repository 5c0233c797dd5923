import { downstreamOf } from "@/lib/runs/downstream";
import { runs } from "@/lib/transport/operations/runs";
import { route } from "@/lib/transport/route";

export const GET = route(runs.downstream, async ({ ctx, params }) => downstreamOf(ctx, params.id));
