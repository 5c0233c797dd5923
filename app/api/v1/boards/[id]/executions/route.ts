import { refreshBoard } from "@/lib/boards/refresh-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const POST = route(boards.refresh, async ({ ctx, params, body, once }) =>
  json(await once(() => refreshBoard(ctx, params.id, body)), 202),
);
