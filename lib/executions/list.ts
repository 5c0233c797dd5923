import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { liveShare } from "@/lib/access/share-sql";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import { firstIdAt } from "@/lib/platform/ids";
import { itemTables, listColumns, stateColumn } from "./row";
import type { ExecutionsQuery } from "./schema";

/** An admin opens everything but what others run in a warehouse where everybody has a reader of their own. */
const adminOpensSql = "(not w.personal or e.user_id = $1)";

/**
 * mayOpen of lib/access/may-open.ts as a condition, but for what others shared: that is on the home page. $1 is the
 * person and $2 their teams.
 */
export const mayOpenSql = `((e.user_id = $1 and (e.share_id is null or exists (select 1 from shares s where s.id = e.share_id and ${liveShare})))
  or w.open_to_company
  or s.reader_id in (select g.reader_id from grants g where g.team_id = any($2) and g.warehouse_id = e.warehouse_id))`;

/**
 * The SQL holds a text, or the id is it. Each alternative has an index of its own: of the trigrams of what ended, of what
 * is on its way, and of ids.
 */
const sqlContains = (like: string, text: string) =>
  `((e.state in ('succeeded', 'failed', 'cancelled') and e.sql ilike ${like})
    or (e.state in ('queued', 'running', 'cancelling') and e.sql ilike ${like}) or e.id = ${text})`;

/** Who ran something that this person may open, by name: the choices of the history's filter. */
export async function listAuthors(ctx: Context): Promise<{ id: string; name: string }[]> {
  allow(ctx, "execution.read");
  const all = ctx.user.role === "admin";
  const { rows } = await pool().query<{ id: string; name: string }>(
    `select u.id, u.name from users u where exists (select 1 from executions e
       join statements s on s.id = e.statement_id join warehouses w on w.id = e.warehouse_id
       where e.user_id = u.id and ${all ? adminOpensSql : mayOpenSql})
     order by lower(u.name), u.id limit 1000`,
    all ? [ctx.user.id] : [ctx.user.id, ctx.teamIds],
  );
  return rows;
}

/** A part of the history: below one id, from another one on. */
export interface Span {
  below: string | null;
  from: string | null;
}

/** Ids are made by the clock of who submits, times by the database's: so far they may be apart. */
const clocksApartMs = 3_600_000;

/** The part of the history that a filter's cursor and times allow. */
export function spanOf(filter: Partial<ExecutionsQuery>): Span {
  const until = filter.to ? firstIdAt(Date.parse(filter.to) + clocksApartMs) : null;
  const { cursor = null } = filter;
  return {
    below: until && cursor ? (until < cursor ? until : cursor) : (until ?? cursor),
    from: filter.from ? firstIdAt(Date.parse(filter.from) - clocksApartMs) : null,
  };
}

/**
 * The executions of a span that a filter holds for and this person may open, newest first, at most `rows`.
 * `gather` has all of them found before they are ordered, which lets the trigrams' index find them; otherwise the
 * planner may walk from the newest on.
 */
export function historyQuery(
  ctx: Context,
  filter: Partial<ExecutionsQuery>,
  rows: number,
  span: Span = spanOf(filter),
  gather = false,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  if (ctx.user.role === "admin") {
    values.push(ctx.user.id);
    where.push(adminOpensSql);
  } else {
    values.push(ctx.user.id, ctx.teamIds);
    where.push(mayOpenSql);
  }
  const q = filter.q?.trim();
  if (q) {
    values.push(q);
    add((place) => sqlContains(place, `$${values.length - 1}`), `%${likeText(q)}%`);
  }
  if (filter.user)
    add(
      (place) => `(u.id = ${place} or lower(u.email) = lower(${place}))`,
      filter.user === "me" ? ctx.user.id : filter.user,
    );
  if (filter.warehouse) add((place) => `(w.id = ${place} or w.name = ${place})`, filter.warehouse);
  if (filter.state) add((place) => `${stateColumn} = ${place}`, filter.state);
  if (filter.from) add((place) => `e.submitted_at >= ${place}::timestamptz`, filter.from);
  if (filter.to) add((place) => `e.submitted_at < ${place}::timestamptz`, filter.to);
  if (span.below) add((place) => `e.id < ${place}`, span.below);
  if (span.from) add((place) => `e.id >= ${place}`, span.from);
  values.push(rows);
  const limit = `order by e.id desc limit $${values.length}`;
  const found = `from ${itemTables} where ${where.join(" and ")}`;
  const text = gather
    ? `with hits as materialized (select e.id ${found})
       select ${listColumns} from ${itemTables}
       where e.id in (select e.id from hits e ${limit}) order by e.id desc`
    : `select ${listColumns} ${found} ${limit}`;
  return { text, values };
}
