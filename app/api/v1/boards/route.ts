import { getBoard, listBoards } from "@/lib/boards/data";
import { createBoard } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const GET = route(boards.list, async ({ ctx, query }) => listBoards(ctx, query));

export const POST = route(boards.create, async ({ ctx, body, onceMade }) =>
  json(
    await onceMade(
      () => createBoard(ctx, body),
      (id) => getBoard(ctx, id),
    ),
    201,
  ),
);
