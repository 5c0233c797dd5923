import { getBoard } from "@/lib/boards/data";
import { addTile } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const POST = route(boards.addTile, async ({ ctx, params, body, onceMade }) =>
  json(
    await onceMade(
      () => addTile(ctx, params.id, body),
      (id) => getBoard(ctx, id),
    ),
    201,
  ),
);
