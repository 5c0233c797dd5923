import { getLoadHistory } from "@/lib/gate/load-history";
import { gate } from "@/lib/transport/operations/gate";
import { route } from "@/lib/transport/route";

export const GET = route(gate.loadHistory, async ({ ctx, params }) => getLoadHistory(ctx, params.id));
