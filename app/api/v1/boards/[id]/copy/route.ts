import { copyBoard } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const POST = route(boards.copy, async ({ ctx, params, body, once }) =>
  json(await once(() => copyBoard(ctx, params.id, body.title)), 201),
);
