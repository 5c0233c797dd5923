import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { opensBoard } from "./boards";
import { type Context, contextOf, type Person, personColumns } from "./context";
import { ExpiringCache } from "./expiring-cache";
import { opensQuery } from "./queries";
import { isPersonal, opensByReader } from "./reader";
import { namesPerson, opensNow } from "./share-sql";

/** What somebody asks to open. A query's answers and its form are one thing; to run it is more. */
export type Wanted =
  | { execution: string; query: string | null; warehouse: string; reader: string }
  | { query: string; warehouse: string; run?: { version: number } }
  /** A board itself. What stands on it is asked of each of its queries. */
  | { board: string; run?: true };

/** What decides who may open an execution. */
export interface Openable {
  id: string;
  warehouseId: string;
  userId: string;
  readerId: string;
  queryId: string | null;
  /** The share by whose grant it ran, which its author's own right to it ends with. */
  shareId: string | null;
}

export interface ReachingShare {
  id: string;
  sharer_id: string;
  allows: "see" | "run";
}

export interface Standing {
  share: ReachingShare;
  /** On whose own grant it stands in the end: of several who shared it on, the first. */
  grantor: Context;
}

/** Who is asked about as they are now, not as a browser or a token; null once they are disabled. */
export async function personNow(id: string): Promise<Context | null> {
  const [found] = await sql<Person>(
    "person-now",
    `select ${personColumns} from users u where u.id = $1 and u.disabled_at is null`,
    [id],
  );
  return found ? contextOf(found, { sessionId: null, tokenId: null, scopes: null, address: null }) : null;
}

/** A query `b` that the shared board showed to its sharer, or that they put there since: no more that others put there. */
const onBoard = `s.kind = 'board' and b.board_id = s.object_id
  and (b.added_by_id = s.sharer_id or b.added_at <= s.created_at)`;
const byShareOf = (place: string) =>
  `(s.query_id = ${place} or exists (select 1 from board_queries b where b.query_id = ${place} and ${onBoard}))`;

// No text that another wrote into the query since it was shared runs under the sharer's grant.
const runsVersion = `s.allows = 'run' and (
  s.query_id = $3 and (s.version = $4 or exists (select 1 from query_versions v
    where v.query_id = $3 and v.number = $4 and v.author_id = s.sharer_id))
  or exists (select 1 from board_queries b join query_versions v on v.query_id = b.query_id
    where b.query_id = $3 and v.number = $4 and ${onBoard}
      and (v.author_id = s.sharer_id or v.created_at <= greatest(s.created_at, b.added_at))))`;

async function reaching(person: Context, wanted: Wanted): Promise<ReachingShare[]> {
  const columns = `select s.id, s.sharer_id, s.allows from shares s where ${opensNow} and ${namesPerson}`;
  const who = [person.user.id, person.teamIds];
  if ("execution" in wanted)
    return sql<ReachingShare>(
      "shares-execution",
      `${columns} and (s.execution_id = $3 or ${byShareOf("$4")}) order by s.id`,
      [...who, wanted.execution, wanted.query],
    );
  if ("board" in wanted)
    return sql<ReachingShare>(
      "shares-board",
      `${columns} and s.kind = 'board' and s.object_id = $3 and (s.allows = 'run' or not $4) order by s.allows, s.id`,
      [...who, wanted.board, wanted.run ?? false],
    );
  if (wanted.run)
    return sql<ReachingShare>("shares-run", `${columns} and ${runsVersion} order by s.id`, [
      ...who,
      wanted.query,
      wanted.run.version,
    ]);
  return sql<ReachingShare>("shares-query", `${columns} and ${byShareOf("$3")} order by s.allows, s.id`, [
    ...who,
    wanted.query,
  ]);
}

interface SourceRow {
  id: string;
  warehouse_id: string;
  user_id: string;
  reader_id: string;
  query_id: string | null;
  share_id: string | null;
}

/**
 * Whether this person may open now all that the execution read of stored results: rows drawn from another's result are
 * no way round the end of one's right to it.
 */
async function sourcesOpen(person: Context, execution: string, warehouse: string): Promise<boolean> {
  if (!(await isPersonal(warehouse))) return true;
  const sources = await sql<SourceRow>(
    "execution-sources",
    `select o.id, o.warehouse_id, o.user_id, t.reader_id, o.query_id, o.share_id from executions e
     join statement_sources s on s.statement_id = e.statement_id
     join executions o on o.id = s.execution_id join statements t on t.id = o.statement_id where e.id = $1`,
    [execution],
  );
  // Each is older than what read it, so this ends.
  for (const { id, warehouse_id, user_id, reader_id, query_id, share_id } of sources) {
    const source = { id, warehouseId: warehouse_id, userId: user_id, readerId: reader_id };
    if (!(await rightTo(person, { ...source, queryId: query_id, shareId: share_id }))) return false;
  }
  return true;
}

async function byGrant(person: Context, wanted: Wanted): Promise<boolean> {
  if ("board" in wanted) return opensBoard(person, wanted.board);
  return "execution" in wanted
    ? (await opensByReader(person, { warehouseId: wanted.warehouse, readerId: wanted.reader })) &&
        (await sourcesOpen(person, wanted.execution, wanted.warehouse))
    : opensQuery(person, wanted.query, wanted.warehouse);
}

/** On whose grant a person stands who shares this: their own, or through another's share. Null: on nobody's now. */
export async function grantBehind(sharer: Context, wanted: Wanted, asked = new Set<string>()): Promise<Context | null> {
  if (await byGrant(sharer, wanted)) return sharer;
  return (await throughShare(sharer, wanted, asked))?.grantor ?? null;
}

/**
 * The share through which this person may open it now. Each stands on what its sharer may open now: with a sharer
 * who was disabled, or lost their grant, it is closed.
 */
export async function throughShare(
  person: Context,
  wanted: Wanted,
  asked = new Set<string>(),
): Promise<Standing | null> {
  asked.add(person.user.id);
  for (const share of await reaching(person, wanted)) {
    // Two who share with each other stand on nobody.
    if (asked.has(share.sharer_id)) continue;
    const sharer = await personNow(share.sharer_id);
    const grantor = sharer && (await grantBehind(sharer, wanted, asked));
    if (grantor) return { share, grantor };
  }
  return null;
}

/**
 * By what right this person may open that execution: as its owner or by a grant (`share` is null), or by a share. Null:
 * by none. Notes no opening: for asking about others.
 */
export async function rightTo(
  person: Context,
  execution: Openable,
): Promise<{ share: Standing["share"] | null } | null> {
  const { id, warehouseId: warehouse, readerId: reader, queryId: query } = execution;
  const own = person.user.id === execution.userId && execution.shareId === null;
  if ((own || (await opensByReader(person, execution))) && (await sourcesOpen(person, id, warehouse)))
    return { share: null };
  return throughShare(person, { execution: id, query, warehouse, reader });
}

// Whoever reads a page of rows opens the same thing again and again.
const noted = new ExpiringCache<true>(600_000);

/** Notes that a person opened something by a share, once in ten minutes of looking at it. */
export function noteOpening(person: Context, share: { id: string }): void {
  // It was not they who looked.
  if (person.viewedBy) return;
  const key = `${share.id} ${person.user.id}`;
  if (noted.get(key)) return;
  noted.set(key, true);
  sql(
    "share-opened",
    `insert into share_openings (id, share_id, user_id, address) select $1, $2, $3, $4
     where not exists (select 1 from share_openings where share_id = $2 and user_id = $3 and at > now() - interval '10 minutes')`,
    [newId(), share.id, person.user.id, person.address],
  ).catch((error) => {
    noted.delete(key);
    logger.warn({ error: String(error) }, "could not note the opening of a share");
  });
}

/** Opens by a share, and notes it. */
export async function openShared(person: Context, wanted: Wanted): Promise<Standing | null> {
  const found = await throughShare(person, wanted);
  if (found) noteOpening(person, found.share);
  return found;
}
