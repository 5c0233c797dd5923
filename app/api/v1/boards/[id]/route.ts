import { getBoard } from "@/lib/boards/data";
import { deleteBoard, updateBoard } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { empty, route } from "@/lib/transport/route";

export const GET = route(boards.read, async ({ ctx, params }) => getBoard(ctx, params.id));

export const PATCH = route(boards.update, async ({ ctx, params, body }) => updateBoard(ctx, params.id, body));

export const DELETE = route(boards.remove, async ({ ctx, params }) => {
  await deleteBoard(ctx, params.id);
  return empty();
});
