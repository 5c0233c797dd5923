import type { Context } from "@/lib/access/context";
import { opensQuery } from "@/lib/access/queries";
import { isPersonal } from "@/lib/access/reader";
import { openShared, type Standing } from "@/lib/access/shares";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { publicUrl } from "@/lib/platform/url";
import type { Parameter, QueryItem, QueryView } from "./schema";

/** A saved query as the reads select it. */
export interface QueryRow {
  id: string;
  title: string;
  description: string;
  warehouse_id: string;
  warehouse_name: string;
  engine: string;
  sql: string;
  parameters: Parameter[];
  tags: string[];
  tables: string[];
  version: number;
  owner_id: string;
  owner_name: string;
  team_id: string | null;
  team_name: string | null;
  verified_version: number | null;
  verified_by: string | null;
  verified_at: Date | null;
  archived_at: Date | null;
  favourite: boolean;
  created_at: Date;
  updated_at: Date;
}

const withoutText = `q.id, q.title, q.warehouse_id, w.name as warehouse_name, w.engine, q.tags, q.tables, q.version, q.owner_id,
  u.name as owner_name, q.team_id, t.name as team_name, q.verified_version, v.name as verified_by, q.verified_at,
  q.archived_at, q.created_at, q.updated_at, exists (select 1 from favourites f
    where f.kind = 'query' and f.object_id = q.id and f.user_id = $1) as favourite`;

/** $1 is the person who asks. */
export const rowColumns = `${withoutText}, q.description, q.sql, q.parameters`;
export const itemColumns = `${withoutText}, left(q.description, 300) as description, '' as sql, '[]'::jsonb as parameters`;
export const rowTables = `queries q join warehouses w on w.id = q.warehouse_id join users u on u.id = q.owner_id
  left join teams t on t.id = q.team_id left join users v on v.id = q.verified_by_id`;

/** A query and by what right: its warehouse's reader of one's own, or a share. */
export interface OpenQuery extends QueryRow {
  /** Null: by a grant of one's own. */
  shared: Standing | null;
}

/**
 * A saved query that this person may see: by themselves (lib/access/queries.ts), or because it is shared with them.
 * @throws SluiceError not_found
 */
export async function queryFor(ctx: Context, id: string): Promise<OpenQuery> {
  const { rows } = await pool().query<QueryRow>(`select ${rowColumns} from ${rowTables} where q.id = $2`, [
    ctx.user.id,
    id,
  ]);
  const [row] = rows;
  const granted = row && (await opensQuery(ctx, row.id, row.warehouse_id));
  const shared = row ? await sharedWith(ctx, row, granted === true) : null;
  if (!row || !(granted || shared)) throw new SluiceError("not_found", "There is no such query that you may open.");
  return { ...row, shared };
}

/** Where everybody has a reader of their own, theirs does not see what the sharer's does: a share to run it goes first. */
async function sharedWith(ctx: Context, row: QueryRow, granted: boolean): Promise<Standing | null> {
  const wanted = { query: row.id, warehouse: row.warehouse_id };
  if (!granted) return openShared(ctx, wanted);
  if (row.owner_id === ctx.user.id || !(await isPersonal(row.warehouse_id))) return null;
  return openShared(ctx, { ...wanted, run: { version: row.version } });
}

/** Its owner, members of the team that owns it, and admins; a viewer changes nothing. */
export function mayEdit(ctx: Context, row: Pick<QueryRow, "owner_id" | "team_id">): boolean {
  if (ctx.user.role === "viewer") return false;
  const ours = row.team_id !== null && ctx.teamIds.includes(row.team_id);
  return ctx.user.role === "admin" || ours || row.owner_id === ctx.user.id;
}

/** @throws SluiceError forbidden, saying whom to ask */
export function requireEdit(ctx: Context, row: QueryRow): void {
  if (mayEdit(ctx, row)) return;
  const who = row.team_name ? `${row.owner_name} or the team ${row.team_name}` : row.owner_name;
  throw new SluiceError("forbidden", `This query is ${who}'s to change. Ask them, or make a copy of your own.`);
}

export function itemOf(row: QueryRow): QueryItem {
  const vouched = row.verified_version === row.version && row.verified_at !== null;
  return {
    id: row.id,
    url: publicUrl(`/queries/${row.id}`),
    title: row.title,
    description: row.description,
    warehouse: { id: row.warehouse_id, name: row.warehouse_name, engine: row.engine },
    tags: row.tags,
    tables: row.tables,
    version: row.version,
    owner: {
      user: { id: row.owner_id, name: row.owner_name },
      team: row.team_id && row.team_name ? { id: row.team_id, name: row.team_name } : null,
    },
    verified:
      vouched && row.verified_at ? { by: row.verified_by ?? "Somebody", at: row.verified_at.toISOString() } : null,
    archivedAt: row.archived_at?.toISOString() ?? null,
    favourite: row.favourite,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export function viewOf(ctx: Context, row: QueryRow, run: boolean): QueryView {
  const edit = mayEdit(ctx, row);
  return { ...itemOf(row), sql: row.sql, parameters: row.parameters, may: { edit, run, verify: edit } };
}
