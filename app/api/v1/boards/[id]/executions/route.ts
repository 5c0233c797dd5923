import { refreshBoard } from "@/lib/boards/refresh-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const POST = route(boards.refresh, async ({ ctx, params, body, onceAs }) =>
  json(await onceAs((made) => refreshBoard(ctx, params.id, body, made)), 202),
);
