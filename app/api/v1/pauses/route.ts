import { addPause, listPauses } from "@/lib/gate/pauses";
import { gate } from "@/lib/transport/operations/gate";
import { json, route } from "@/lib/transport/route";

export const GET = route(gate.pauses, async ({ ctx, query }) => listPauses(ctx, query));

export const POST = route(gate.pause, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => addPause(ctx, body)), 201),
);
