import { endPause } from "@/lib/gate/pauses";
import { gate } from "@/lib/transport/operations/gate";
import { empty, route } from "@/lib/transport/route";

export const DELETE = route(gate.resume, async ({ ctx, params }) => {
  await endPause(ctx, params.id);
  return empty();
});
