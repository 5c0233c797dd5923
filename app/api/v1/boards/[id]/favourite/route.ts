import { markBoard } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { empty, route } from "@/lib/transport/route";

export const PUT = route(boards.favourite, async ({ ctx, params, body }) => {
  await markBoard(ctx, params.id, body.favourite);
  return empty();
});
