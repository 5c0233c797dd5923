import { moveWork } from "@/lib/gate/move-work";
import { gate } from "@/lib/transport/operations/gate";
import { empty, route } from "@/lib/transport/route";

export const POST = route(gate.move, async ({ ctx, params, body }) => {
  await moveWork(ctx, params.id, body.to);
  return empty();
});
