import { opensBoard } from "@/lib/access/boards";
import type { Context } from "@/lib/access/context";
import { readerOf } from "@/lib/access/reader";
import { rightTo, throughShare, type Wanted } from "@/lib/access/shares";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { ObjectRef, SharedKind } from "./schema";

/** Something that can be shared, as far as sharing has to know it. */
export interface SharedObject {
  kind: SharedKind;
  id: string;
  title: string;
  owner: { id: string; name: string; disabled: boolean };
  /** The team that owns it beside its owner. */
  teamId: string | null;
  /** Null for a board, which may stand on several. */
  warehouseId: string | null;
  /** What it stands on: a query, or an execution and perhaps the query that it came from; neither for a board. */
  execution: { id: string; userId: string; readerId: string; shareId: string | null } | null;
  query: { id: string; version: number } | null;
}

interface Row {
  title: string;
  owner_id: string;
  owner_name: string;
  owner_disabled: boolean;
  team_id: string | null;
  warehouse_id: string | null;
  execution_id: string | null;
  user_id: string | null;
  reader_id: string | null;
  share_id: string | null;
  query_id: string | null;
  version: number | null;
}

const owner = "u.id as owner_id, u.name as owner_name, u.disabled_at is not null as owner_disabled";
const ofQuery =
  "null as execution_id, null as user_id, null as reader_id, null as share_id, q.id as query_id, q.version";
const ofExecution = "e.id as execution_id, e.user_id, s.reader_id, e.share_id, e.query_id, e.query_version as version";
const executionTitle = "coalesce(q.title, left(regexp_replace(trim(e.sql), '\\s+', ' ', 'g'), 100))";

const reads: Record<SharedKind, string> = {
  query: `select q.title, ${owner}, q.team_id, q.warehouse_id, ${ofQuery} from queries q join users u on u.id = q.owner_id
    where q.id = $1`,
  execution: `select ${executionTitle} as title, ${owner}, null as team_id, e.warehouse_id, ${ofExecution}
    from executions e join statements s on s.id = e.statement_id join users u on u.id = e.user_id
    left join queries q on q.id = e.query_id where e.id = $1`,
  chart: `select c.title, ${owner}, null as team_id, q.warehouse_id, ${ofQuery} from charts c
      join queries q on q.id = c.query_id join users u on u.id = c.author_id where c.id = $1
    union all select c.title, ${owner}, null, e.warehouse_id, ${ofExecution} from charts c
      join executions e on e.id = c.execution_id join statements s on s.id = e.statement_id
      join users u on u.id = c.author_id where c.id = $1`,
  board: `select b.title, ${owner}, b.team_id, null as warehouse_id, null as execution_id, null as user_id, null as reader_id,
      null as share_id, null as query_id, null as version from boards b join users u on u.id = b.owner_id where b.id = $1`,
};

/** Whatever has this id, whoever asks; null without one. */
export async function findObject({ kind, id }: ObjectRef): Promise<SharedObject | null> {
  const { rows } = await pool().query<Row>(reads[kind], [id]);
  const [row] = rows;
  if (!row) return null;
  const execution =
    row.execution_id && row.user_id && row.reader_id
      ? { id: row.execution_id, userId: row.user_id, readerId: row.reader_id, shareId: row.share_id }
      : null;
  return {
    kind,
    id,
    title: row.title,
    owner: { id: row.owner_id, name: row.owner_name, disabled: row.owner_disabled },
    teamId: row.team_id,
    warehouseId: row.warehouse_id,
    execution,
    query: row.query_id && row.version ? { id: row.query_id, version: row.version } : null,
  };
}

/** What to ask for, to see it; to run its query. */
export function wantedOf(object: SharedObject, allows: "see" | "run"): Wanted | null {
  const { execution, query, warehouseId: warehouse } = object;
  if (warehouse === null) return { board: object.id, ...(allows === "run" ? { run: true } : {}) };
  if (allows === "run") return query && { query: query.id, warehouse, run: { version: query.version } };
  if (execution) return { execution: execution.id, query: query?.id ?? null, warehouse, reader: execution.readerId };
  return query && { query: query.id, warehouse };
}

/** Whether they could open it now; nothing is opened by asking, so none is noted. */
export async function wouldOpen(ctx: Context, object: SharedObject): Promise<boolean> {
  const { execution, query, warehouseId } = object;
  if (execution && warehouseId !== null)
    return (await rightTo(ctx, { ...execution, warehouseId, queryId: query?.id ?? null })) !== null;
  if (warehouseId === null ? await opensBoard(ctx, object.id) : (await readerOf(ctx, warehouseId)) !== null)
    return true;
  const wanted = wantedOf(object, "see");
  return wanted !== null && (await throughShare(ctx, wanted)) !== null;
}

/** Something that this person may open. @throws SluiceError not_found */
export async function objectFor(ctx: Context, ref: ObjectRef): Promise<SharedObject> {
  const object = await findObject(ref);
  if (!object || !(await wouldOpen(ctx, object)))
    throw new SluiceError("not_found", `There is no such ${ref.kind} that you may open.`);
  return object;
}

/** Who answers for it: its owner, the team that owns it, an admin. */
export function answersFor(ctx: Context, object: SharedObject): boolean {
  const ours = object.teamId !== null && ctx.teamIds.includes(object.teamId);
  return ctx.user.role === "admin" || ours || object.owner.id === ctx.user.id;
}

const places: Record<SharedKind, string> = {
  execution: "/executions",
  query: "/queries",
  chart: "/charts",
  board: "/boards",
};

/** Where it opens, below our own origin. */
export function pathOf({ kind, id }: ObjectRef): string {
  return `${places[kind]}/${id}`;
}
