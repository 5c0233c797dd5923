import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { seesQuery } from "@/lib/access/queries";
import { isPersonal, readerFor, readerOf, warehousesOf } from "@/lib/access/reader";
import { openShared, rightTo } from "@/lib/access/shares";
import { pool } from "@/lib/platform/db/pool";
import { itemColumns, itemOf, type QueryRow, queryFor, rowTables, viewOf } from "./row";
import { runStanding } from "./run-standing";
import type { QueriesQuery, QueryItem, QueryView } from "./schema";
import { inTitle, wordConditions, wordsOf } from "./search";

/** @throws SluiceError not_found, also for one whose warehouse they may not use */
export async function getQuery(ctx: Context, id: string): Promise<QueryView> {
  allow(ctx, "query.read");
  const row = await queryFor(ctx, id);
  return viewOf(ctx, row, row.shared === null || (await runStanding(ctx, row, row.version)) !== null);
}

/** Those that this person may see; of words the ones with all of them in the title first, then newest changed first. */
export async function listQueries(
  ctx: Context,
  filter: Partial<QueriesQuery>,
): Promise<{ items: QueryItem[]; next: string | null }> {
  allow(ctx, "query.read");
  const limit = filter.limit ?? 50;
  const words = wordsOf(filter.q);
  const from = cursorOf(filter.cursor);
  const found: Found[] = [];
  // Two readings, so that neither has to sort all that a common word finds.
  for (const titled of words.length > 0 ? [true, false] : [false]) {
    if (found.length > limit || (from && from.titled < titled)) continue;
    const values: unknown[] = [ctx.user.id, await warehousesOf(ctx), ctx.teamIds];
    const place = (value: unknown) => `$${values.push(value)}`;
    const where = filterConditions(ctx, filter, place);
    if (words.length > 0) where.push(titled ? inTitle(words, place) : `not ${inTitle(words, place)}`);
    if (!titled) where.push(...(await wordConditions(words, place)));
    const after =
      from && from.titled === titled
        ? `(q.updated_at, q.id) < (to_timestamp(${place(from.ms)}::bigint / 1000.0), ${place(from.id)})`
        : "true";
    const wanted = limit + 1 - found.length;
    const rows = await newest(words.length > 0, after, where, wanted, values);
    found.push(...rows.map((row) => ({ ...row, titled })));
  }
  const last = found.length > limit ? found[limit - 1] : undefined;
  const next = last ? `${last.titled ? 1 : 0}_${last.updated_at.getTime()}_${last.id}` : null;
  return { items: found.slice(0, limit).map(itemOf), next };
}

type Found = QueryRow & { titled: boolean };

/** Enough that what one in forty has fills a page. */
const window = 2_000;

/**
 * The newest that fit. What many texts have is soon found among the newest, and would take long by the index; what few
 * have is soon found by the index. The planner cannot tell which it is, so the newest are looked at first; and then
 * all that fit are found before they are sorted, or it would hope to meet enough of them on its way from the newest.
 */
async function newest(
  searched: boolean,
  after: string,
  where: string[],
  wanted: number,
  values: unknown[],
): Promise<QueryRow[]> {
  const all = [after, ...where].join(" and ");
  const order = `order by q.updated_at desc, q.id desc limit ${wanted}`;
  const read = async (queries: string, conditions: string) => {
    const text = `select ${itemColumns} from ${rowTables.replace("queries q", queries)} where ${conditions} ${order}`;
    return (await pool().query<QueryRow>(text, values)).rows;
  };
  if (!searched) return read("queries q", all);
  const some = `select * from queries q where ${after} order by q.updated_at desc, q.id desc limit ${window}`;
  const rows = await read(`(${some}) q`, where.join(" and "));
  if (rows.length === wanted) return rows;
  const text = `with found as materialized (select q.id, q.updated_at from queries q where ${all}),
    top as (select q.id from found q ${order})
    select ${itemColumns} from top join ${rowTables.replace("queries q", "queries q on q.id = top.id")} ${order}`;
  return (await pool().query<QueryRow>(text, values)).rows;
}

function filterConditions(ctx: Context, filter: Partial<QueriesQuery>, place: (value: unknown) => string): string[] {
  const where = [
    seesQuery("q", "$2", "$1", "$3"),
    `q.archived_at is ${filter.archived === "true" ? "not null" : "null"}`,
  ];
  if (filter.tag) where.push(`q.tags @> array[${place(filter.tag)}]::text[]`);
  if (filter.owner) where.push(`q.owner_id = ${place(filter.owner === "me" ? ctx.user.id : filter.owner)}`);
  if (filter.team) where.push(`q.team_id = ${place(filter.team)}`);
  if (filter.warehouse) {
    const at = place(filter.warehouse);
    where.push(`q.warehouse_id in (select id from warehouses where id = ${at} or name = ${at})`);
  }
  // A bare name is what the text has where the catalogue knew no schema.
  if (filter.table) {
    const bare = filter.table.slice(filter.table.indexOf(".") + 1);
    where.push(`q.tables && ${place([filter.table, bare])}::text[]`);
  }
  if (filter.verified === "true") where.push("q.verified_version = q.version");
  if (filter.verified === "false") where.push("q.verified_version is distinct from q.version");
  if (filter.favourite)
    where.push(`${filter.favourite === "true" ? "" : "not "}exists (select 1 from favourites f
      where f.kind = 'query' and f.object_id = q.id and f.user_id = $1)`);
  return where;
}

function cursorOf(cursor: string | undefined): { titled: boolean; ms: number; id: string } | null {
  const [titled, ms, id] = cursor?.split("_") ?? [];
  return ms && id ? { titled: titled === "1", ms: Number(ms), id } : null;
}

/** Tags in use among what this person may see, the most used first. */
export async function listTags(ctx: Context): Promise<string[]> {
  allow(ctx, "query.read");
  const { rows } = await pool().query<{ tag: string }>(
    `select tag from queries q, unnest(q.tags) tag where ${seesQuery("q", "$1", "$2", "$3")} and q.archived_at is null
     group by tag order by count(*) desc, tag limit 200`,
    [await warehousesOf(ctx), ctx.user.id, ctx.teamIds],
  );
  return rows.map(({ tag }) => tag);
}

interface OfVersion {
  id: string;
  version: number;
  warehouse: { id: string };
}
type Spelt = Record<string, string | string[] | null>;
interface Run {
  executionId: string;
  state: string;
  finishedAt: Date;
}

/**
 * The newest whole answer of this version for these values that the reader may see; null without one.
 * @param given as readValues gives it
 */
export function latestAnswer(ctx: Context, query: OfVersion, given: Spelt): Promise<Run | null> {
  return newestFor(ctx, query, given, "e.state = 'succeeded' and s.expired_at is null");
}

/** The newest run of the same, if it is no answer: one that is under way, or that failed. Its id, or null. */
export async function newestWithoutAnswer(ctx: Context, query: OfVersion, given: Spelt): Promise<string | null> {
  const run = await newestFor(ctx, query, given, "e.state <> 'cancelled'");
  return run && run.state !== "succeeded" ? run.executionId : null;
}

async function newestFor(ctx: Context, query: OfVersion, given: Spelt, which: string): Promise<Run | null> {
  allow(ctx, "execution.read");
  const { id: warehouse } = query.warehouse;
  const wanted = { query: query.id, warehouse };
  // Of a shared query, what the one may open on whose grant the share stands.
  if ((await readerOf(ctx, warehouse)) === null)
    return newestRun(ctx, (await openShared(ctx, wanted))?.grantor ?? ctx, query, given, which);
  const own = await newestRun(ctx, ctx, query, given, which);
  // Where everybody reads through a reader of their own, the sharer's answers came through the sharer's.
  if (own || !(await isPersonal(warehouse))) return own;
  const shared = await openShared(ctx, wanted);
  return shared && newestRun(ctx, shared.grantor, query, given, which);
}

async function newestRun(
  ctx: Context,
  granted: Context,
  query: OfVersion,
  given: Spelt,
  which: string,
): Promise<Run | null> {
  const { readerId, warehouse } = await readerFor(granted, query.warehouse.id);
  const all = !warehouse.personal && (warehouse.openToCompany || granted.user.role === "admin");
  const { rows } = await pool().query<{
    id: string;
    state: string;
    finished_at: Date;
    user_id: string;
    share_id: string | null;
  }>(
    `select e.id, e.state::text, s.finished_at, e.user_id, e.share_id
     from executions e join statements s on s.id = e.statement_id
     where e.query_id = $1 and e.query_version = $2 and md5(e.query_values::text) = md5(($3::jsonb)::text)
       and e.query_values = $3::jsonb and ${which}
       and (s.reader_id = $4 or (e.user_id = $5 and e.share_id is null) or $6)
     order by e.id desc limit 1`,
    [query.id, query.version, JSON.stringify(given), readerId, ctx.user.id, all],
  );
  const [found] = rows;
  if (!found) return null;
  // Rows that were drawn from a result close with it.
  const { id, user_id: userId, share_id: shareId } = found;
  const openable = { id, userId, shareId, readerId, queryId: query.id, warehouseId: warehouse.id };
  if (warehouse.personal && !(await rightTo(ctx, openable))) return null;
  return { executionId: id, state: found.state, finishedAt: found.finished_at };
}
