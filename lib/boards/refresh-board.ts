import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import type { Lane } from "@/lib/executions/schema";
import { durable } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { idBeside } from "@/lib/platform/ids";
import { startSavedQuery } from "@/lib/queries/run-saved-query";
import type { GivenValues } from "@/lib/queries/schema";
import { tileQuery } from "./answers";
import { getBoard } from "./data";
import type { BoardView, QueryTile, RefreshBoard, Refreshed } from "./schema";

/** Tiles of one query that ask the same: they share an execution. */
export interface TileGroup {
  tiles: QueryTile[];
  query: string;
  values: GivenValues;
}

/** What is to be run so that every tile has a new answer. `closed` are tiles whose query this person may not see. */
export async function tileGroups(
  ctx: Context,
  id: string,
  given: GivenValues,
  only?: string[],
): Promise<{ groups: TileGroup[]; closed: QueryTile[] }> {
  const board = await getBoard(ctx, id);
  refuseUnknown(board, given);
  const groups = new Map<string, TileGroup>();
  const closed: QueryTile[] = [];
  for (const tile of board.tiles) {
    if (tile.kind !== "query" || (only && !only.includes(tile.id))) continue;
    const found = await tileQuery(ctx, board, tile, given);
    if (!found) {
      closed.push(tile);
      continue;
    }
    const key = JSON.stringify([tile.query, found.values]);
    const group = groups.get(key) ?? { tiles: [], query: tile.query, values: found.values };
    group.tiles.push(tile);
    groups.set(key, group);
  }
  return { groups: [...groups.values()], closed };
}

function refuseUnknown({ parameters }: BoardView, given: GivenValues): void {
  const unknown = Object.keys(given).filter((name) => !parameters.some((one) => one.name === name));
  if (!unknown[0]) return;
  const has = parameters.length > 0 ? `; it has ${parameters.map(({ name }) => name).join(", ")}` : "";
  const fields = unknown.map((name) => ({
    field: `parameters.${name}`,
    message: `This board has no parameter ${name.slice(0, 100)}${has}.`,
  }));
  throw new SluiceError("invalid", fields[0]?.message ?? "", { fields });
}

/**
 * Runs what the tiles show, each under this person's own right; one that cannot be run says why, and the others run.
 * @param made of a repeat the same as at first: what was run under it is found
 */
export async function refreshBoard(
  ctx: Context,
  id: string,
  { parameters, tiles, ...how }: RefreshBoard & { lane?: Lane },
  made?: string,
): Promise<Refreshed> {
  allow(ctx, "query.run");
  const { groups, closed } = await tileGroups(ctx, id, parameters, tiles);
  const items: Refreshed["items"] = closed.map(({ id: tile }) => ({
    ...{ tile, execution: null },
    problem: "You may not see this query. Ask for access to it.",
  }));
  for (const group of groups) {
    const { execution, problem } = await start(ctx, group, how, made);
    for (const tile of group.tiles) items.push({ tile: tile.id, execution, problem });
  }
  if (items.some(({ execution }) => execution)) await durable();
  return { items };
}

async function start(
  ctx: Context,
  { query, values }: TileGroup,
  how: Omit<RefreshBoard, "parameters" | "tiles">,
  made: string | undefined,
) {
  try {
    const executionId = made && idBeside(made, JSON.stringify([query, values]));
    const { id } = await startSavedQuery(ctx, query, { parameters: values, ...how }, executionId);
    return { execution: id, problem: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { execution: null, problem: error.message };
  }
}
