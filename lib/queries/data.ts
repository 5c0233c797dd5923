import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { readerFor, readerOf, warehousesOf } from "@/lib/access/reader";
import { openShared } from "@/lib/access/shares";
import { pool } from "@/lib/platform/db/pool";
import { itemColumns, itemOf, type QueryRow, queryFor, rowTables, viewOf } from "./row";
import { runStanding } from "./run-standing";
import type { QueriesQuery, QueryItem, QueryView } from "./schema";

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
  const words = [...new Set((filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean))].slice(0, 8);
  const values: unknown[] = [ctx.user.id, await warehousesOf(ctx)];
  const where = ["q.warehouse_id = any($2)"];
  const place = (value: unknown) => `$${values.push(value)}`;
  where.push(`q.archived_at is ${filter.archived === "true" ? "not null" : "null"}`);
  if (filter.tag) where.push(`q.tags @> array[${place(filter.tag)}]::text[]`);
  if (filter.owner) where.push(`q.owner_id = ${place(filter.owner === "me" ? ctx.user.id : filter.owner)}`);
  if (filter.team) where.push(`q.team_id = ${place(filter.team)}`);
  if (filter.warehouse) {
    const at = place(filter.warehouse);
    where.push(`(w.id = ${at} or w.name = ${at})`);
  }
  // A bare name is what the text has where the catalogue knew no schema.
  if (filter.table) {
    const bare = filter.table.slice(filter.table.indexOf(".") + 1);
    where.push(`q.tables && ${place([filter.table, bare])}::text[]`);
  }
  if (filter.verified)
    where.push(`(q.verified_version = q.version) is ${filter.verified === "true" ? "" : "not "}true`);
  if (filter.favourite)
    where.push(`${filter.favourite === "true" ? "" : "not "}exists (select 1 from favourites f
      where f.kind = 'query' and f.object_id = q.id and f.user_id = $1)`);
  const likes = words.map((word) => place(`%${word.replace(/[\\%_]/g, "\\$&")}%`));
  const inTitle = likes.map((like) => `lower(q.title) like ${like}`).join(" and ");
  if (words.length > 0) where.push(...(await wordConditions(words, likes, place)));
  const from = cursorOf(filter.cursor);
  const rows: QueryRow[] = [];
  // Two readings, so that neither has to sort all that a common word finds.
  for (const titled of words.length > 0 ? [true, false] : [false]) {
    if (rows.length > limit || (from && from.titled < titled)) continue;
    const own = [...values];
    const here = [...where];
    if (words.length > 0) here.push(titled ? `(${inTitle})` : `not (${inTitle})`);
    if (from && from.titled === titled) {
      own.push(from.ms, from.id);
      here.push(`(q.updated_at, q.id) < (to_timestamp($${own.length - 1}::bigint / 1000.0), $${own.length})`);
    }
    own.push(limit + 1 - rows.length);
    const found = await pool().query<QueryRow & { titled: boolean }>(
      `select ${itemColumns}, ${titled} as titled from ${rowTables} where ${here.join(" and ")}
       order by q.updated_at desc, q.id desc limit $${own.length}`,
      own,
    );
    rows.push(...found.rows);
  }
  const last = rows[limit - 1] as (QueryRow & { titled: boolean }) | undefined;
  const next = rows.length > limit && last ? `${last.titled ? 1 : 0}_${last.updated_at.getTime()}_${last.id}` : null;
  return { items: rows.slice(0, limit).map(itemOf), next };
}

/** Each word stands in the text, or is part of the owner's or the team's name. */
async function wordConditions(words: string[], likes: string[], place: (value: unknown) => string): Promise<string[]> {
  const { rows } = await pool().query<{ id: string; name: string }>(
    `select id, lower(name || ' ' || email) as name from users where lower(name || ' ' || email) like any($1)
     union all select id, lower(name) from teams where lower(name) like any($1) limit 2000`,
    [words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`)],
  );
  return words.map((word, at) => {
    const ids = rows.filter(({ name }) => name.includes(word)).map(({ id }) => id);
    if (ids.length === 0) return `q.search like ${likes[at]}`;
    const owners = place(ids);
    return `(q.search like ${likes[at]} or q.owner_id = any(${owners}) or q.team_id = any(${owners}))`;
  });
}

function cursorOf(cursor: string | undefined): { titled: boolean; ms: number; id: string } | null {
  const [titled, ms, id] = cursor?.split("_") ?? [];
  return ms && id ? { titled: titled === "1", ms: Number(ms), id } : null;
}

/** Tags in use among what this person may see, the most used first. */
export async function listTags(ctx: Context): Promise<string[]> {
  allow(ctx, "query.read");
  const { rows } = await pool().query<{ tag: string }>(
    `select tag from queries q, unnest(q.tags) tag where q.warehouse_id = any($1) and q.archived_at is null
     group by tag order by count(*) desc, tag limit 200`,
    [await warehousesOf(ctx)],
  );
  return rows.map(({ tag }) => tag);
}

/**
 * The newest whole answer of this version for these values that the reader may see; null without one.
 * @param given as readValues gives it
 */
export async function latestAnswer(
  ctx: Context,
  query: { id: string; version: number; warehouse: { id: string } },
  given: Record<string, string | string[] | null>,
): Promise<{ executionId: string; finishedAt: Date } | null> {
  allow(ctx, "execution.read");
  // Of a shared query, what the one may open on whose grant the share stands.
  const own = (await readerOf(ctx, query.warehouse.id)) !== null;
  const shared = own ? null : await openShared(ctx, { query: query.id, warehouse: query.warehouse.id });
  const granted = shared?.grantor ?? ctx;
  const { readerId, warehouse } = await readerFor(granted, query.warehouse.id);
  const { rows } = await pool().query<{ id: string; finished_at: Date }>(
    `select e.id, s.finished_at from executions e join statements s on s.id = e.statement_id
     where e.query_id = $1 and e.query_version = $2 and md5(e.query_values::text) = md5(($3::jsonb)::text)
       and e.query_values = $3::jsonb and e.state = 'succeeded' and s.expired_at is null
       and (s.reader_id = $4 or (e.user_id = $5 and e.share_id is null) or $6)
     order by e.id desc limit 1`,
    [
      query.id,
      query.version,
      JSON.stringify(given),
      readerId,
      ctx.user.id,
      warehouse.openToCompany || granted.user.role === "admin",
    ],
  );
  return rows[0] ? { executionId: rows[0].id, finishedAt: rows[0].finished_at } : null;
}
