import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { isPersonal, readerFor } from "@/lib/access/reader";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { countedAndSince } from "./data";
import type { TableUsageView } from "./schema";

/**
 * Who may read a table, who ran something on it or opened an answer over it, and whom to ask about it; for everybody whose own reader sees it.
 * @throws SluiceError not_found
 */
export async function tableUsage(
  ctx: Context,
  asked: { warehouse: string; table: string; days: number },
): Promise<TableUsageView> {
  allow(ctx, "usage.read");
  const { warehouse, readerId } = await readerFor(ctx, asked.warehouse);
  const having = await sql<{ reader_id: string }>(
    "usage-table-readers",
    // Of a lake no list is kept: its tables are rows of ours, and every reader of it sees them all.
    `select c.reader_id from catalogs c where c.warehouse_id = $1 and exists (select 1 from jsonb_array_elements(c.tables) t
       where (t ->> 'schema') || '.' || (t ->> 'name') = $2)
     union select r.id from warehouse_roles r where r.warehouse_id = $1 and r.kind = 'reader'
       and exists (select from lake_tables t where t.warehouse_id = $1 and t.schema || '.' || t.name = $2)`,
    [warehouse.id, asked.table],
  );
  const readers = having.map(({ reader_id }) => reader_id);
  if (!readers.includes(readerId) || (await isPersonal(warehouse.id)))
    throw new SluiceError(
      "not_found",
      "There is no such table that you may read. Refresh the list of tables if it is new.",
    );
  const [teams, [may], people, ask, about] = await Promise.all([
    sql<TableUsageView["teams"][number]>(
      "usage-table-teams",
      `select t.id, t.name, count(u.id)::int as members from grants g join teams t on t.id = g.team_id
         left join team_members m on m.team_id = t.id left join users u on u.id = m.user_id and u.disabled_at is null
       where g.warehouse_id = $1 and g.reader_id = any($2) group by t.id, t.name order by t.name`,
      [warehouse.id, readers],
    ),
    sql<{ count: number }>(
      "usage-table-may",
      `select count(*)::int as count from users u where u.disabled_at is null and ${mayReadSql("u", "$1", "$2")}`,
      [warehouse.id, readers],
    ),
    sql<TableUsageView["people"][number]>(
      "usage-table-people",
      `select u.id, u.name, sum(d.executions)::int as executions, sum(d.openings)::int as openings, max(d.day)::text as last,
         u.disabled_at is null and ${mayReadSql("u", "$1", "$2")} as "mayStill"
       from (
         select user_id, executions, 0 as openings, day from usage_tables
         where warehouse_id = $1 and table_name = $3 and day > current_date - $4::int
         union all
         select user_id, 0, openings, day from usage_openings
         where warehouse_id = $1 and table_name = $3 and day > current_date - $4::int) d
       join users u on u.id = d.user_id
       group by u.id order by executions desc, openings desc, u.name limit 100`,
      [warehouse.id, readers, asked.table, asked.days],
    ),
    whomToAsk(warehouse.id, asked.table, asked.days),
    countedAndSince(),
  ]);
  return {
    warehouse: { id: warehouse.id, name: warehouse.name },
    table: asked.table,
    days: asked.days,
    countedAt: about.counted?.toISOString() ?? null,
    teams,
    mayRead: may?.count ?? 0,
    people,
    openingsSince: about.since.toISOString(),
    ask,
  };
}

/** An admin reads everything; others what the reader sees that one of their teams was granted. */
const mayReadSql = (user: string, warehouse: string, readers: string) => `(${user}.role = 'admin' or exists (
  select 1 from team_members m join grants g on g.team_id = m.team_id
  where m.user_id = ${user}.id and g.warehouse_id = ${warehouse} and g.reader_id = any(${readers})))`;

/** Who vouched for a saved query on it knows it best, then who owns one, then who reads it most. */
async function whomToAsk(warehouse: string, table: string, days: number): Promise<TableUsageView["ask"]> {
  return sql<TableUsageView["ask"][number]>(
    "usage-table-ask",
    `with known as (
       select q.verified_by_id as id, 0 as rank, count(*) as n from queries q where q.verified_version = q.version
         and q.archived_at is null and q.warehouse_id = $1 and q.tables @> array[$2] group by 1
       union all select q.owner_id, 1, count(*) from queries q
         where q.archived_at is null and q.warehouse_id = $1 and q.tables @> array[$2] group by 1
       union all select d.user_id, 2, sum(d.executions) from usage_tables d
         where d.warehouse_id = $1 and d.table_name = $2 and d.source <> 'schedule' and d.day > current_date - $3::int group by 1),
     best as (select distinct on (id) id, rank, n from known order by id, rank, n desc)
     select u.id, u.name, u.email, case b.rank when 0 then 'vouches for ' || b.n || case b.n when 1 then ' query on it' else ' queries on it' end
       when 1 then 'owns ' || b.n || case b.n when 1 then ' query on it' else ' queries on it' end
       else 'ran ' || b.n || case b.n when 1 then ' execution on it' else ' executions on it' end end as why
     from best b join users u on u.id = b.id and u.disabled_at is null order by b.rank, b.n desc, u.name limit 5`,
    [warehouse, table, days],
  );
}
