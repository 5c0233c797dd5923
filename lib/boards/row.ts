import { opensBoard } from "@/lib/access/boards";
import type { Context } from "@/lib/access/context";
import { openShared } from "@/lib/access/shares";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { publicUrl } from "@/lib/platform/url";
import type { Parameter } from "@/lib/queries/schema";
import { type BoardItem, type BoardView, type Tile, tileSchema } from "./schema";

/** A board as the reads select it. */
export interface BoardRow {
  id: string;
  title: string;
  description: string;
  parameters: Parameter[];
  tiles: unknown[];
  tile_count: number;
  revision: number;
  owner_id: string;
  owner_name: string;
  team_id: string | null;
  team_name: string | null;
  archived_at: Date | null;
  favourite: boolean;
  created_at: Date;
  updated_at: Date;
}

const short = `b.id, b.title, b.revision, b.owner_id, u.name as owner_name, b.team_id, t.name as team_name, b.archived_at,
  b.created_at, b.updated_at, jsonb_array_length(b.tiles) as tile_count, exists (select 1 from favourites f
    where f.kind = 'board' and f.object_id = b.id and f.user_id = $1) as favourite`;

/** $1 is the person who asks. */
export const rowColumns = `${short}, b.description, b.parameters, b.tiles`;
export const itemColumns = `${short}, left(b.description, 300) as description, '[]'::jsonb as parameters, '[]'::jsonb as tiles`;
export const rowTables = "boards b join users u on u.id = b.owner_id left join teams t on t.id = b.team_id";

/**
 * A board that this person may open: its owner, the team that owns it, everybody who may use a warehouse that it shows
 * something of, and with whom it is shared. What stands in its tiles is asked of each query.
 * @throws SluiceError not_found
 */
export async function boardFor(ctx: Context, id: string): Promise<BoardRow> {
  const { rows } = await pool().query<BoardRow>(`select ${rowColumns} from ${rowTables} where b.id = $2`, [
    ctx.user.id,
    id,
  ]);
  const [row] = rows;
  if (row && ((await opensBoard(ctx, id)) || (await openShared(ctx, { board: id })))) return row;
  throw new SluiceError("not_found", "There is no such board that you may open.");
}

/** Its owner, members of the team that owns it, and admins; a viewer changes nothing. */
export function mayEdit(ctx: Context, row: Pick<BoardRow, "owner_id" | "team_id">): boolean {
  if (ctx.user.role === "viewer") return false;
  const ours = row.team_id !== null && ctx.teamIds.includes(row.team_id);
  return ctx.user.role === "admin" || ours || row.owner_id === ctx.user.id;
}

/** @throws SluiceError forbidden, saying whom to ask */
export function requireEdit(ctx: Context, row: BoardRow): void {
  if (mayEdit(ctx, row)) return;
  const who = row.team_name ? `${row.owner_name} or the team ${row.team_name}` : row.owner_name;
  throw new SluiceError("forbidden", `This board is ${who}'s to change. Ask them, or make a copy of your own.`);
}

export function itemOf(row: BoardRow): BoardItem {
  return {
    id: row.id,
    url: publicUrl(`/boards/${row.id}`),
    title: row.title,
    description: row.description,
    owner: {
      user: { id: row.owner_id, name: row.owner_name },
      team: row.team_id && row.team_name ? { id: row.team_id, name: row.team_name } : null,
    },
    tileCount: row.tile_count,
    revision: row.revision,
    archivedAt: row.archived_at?.toISOString() ?? null,
    favourite: row.favourite,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export const tilesOf = (row: { tiles: unknown }): Tile[] => tileSchema.array().parse(row.tiles);

export function viewOf(ctx: Context, row: BoardRow): BoardView {
  return { ...itemOf(row), parameters: row.parameters, tiles: tilesOf(row), may: { edit: mayEdit(ctx, row) } };
}
