import { getBoard } from "@/lib/boards/data";
import { copyBoard } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const POST = route(boards.copy, async ({ ctx, params, body, onceMade }) =>
  json(
    await onceMade(
      () => copyBoard(ctx, params.id, body.title),
      (id) => getBoard(ctx, id),
    ),
    201,
  ),
);
