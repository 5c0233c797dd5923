import { addTile } from "@/lib/boards/save-board";
import { boards } from "@/lib/transport/operations/boards";
import { json, route } from "@/lib/transport/route";

export const POST = route(boards.addTile, async ({ ctx, params, body, once }) =>
  json(await once(() => addTile(ctx, params.id, body)), 201),
);
