import type pg from "pg";
import { type DayText, mostOfText, textsOf } from "./day-texts";

/**
 * Who opened stored answers over which table that day: an execution's, the latest of a saved query, those that a board shows, by
 * themselves or by a share. Each answer counts once a day and person; what somebody ran that day and looks at is none. Of
 * warehouses where everybody has a reader of their own nothing.
 */
export async function countOpenings(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query("delete from usage_openings where day = $1", [day]);
  const opened = textsOf<DayText>(
    client,
    `with seen as (
       select user_id, kind, object_id from visits where day = $1::date and kind in ('query', 'board', 'execution')
       union
       select o.user_id, case when s.execution_id is not null then 'execution' when s.query_id is not null then 'query' else s.kind end,
         coalesce(s.execution_id, s.query_id, s.object_id)
       from share_openings o join shares s on s.id = o.share_id where o.id >= $2 and o.id < $3),
     of_queries as (
       select user_id, object_id as query_id from seen where kind = 'query'
       union
       select s.user_id, b.query_id from seen s join board_queries b on b.board_id = s.object_id where s.kind = 'board'),
     answers as (
       select user_id, object_id as execution_id from seen where kind = 'execution'
       union
       select q.user_id, e.id from of_queries q cross join lateral (select id from executions
         where query_id = q.query_id and state = 'succeeded' and id < $3 order by id desc limit 1) e)
     select e.warehouse_id, w.engine, s.reader_id, a.user_id, min(left(e.sql, ${mostOfText})) as sql, count(*)::int as count
     from answers a join executions e on e.id = a.execution_id join statements s on s.id = e.statement_id
       join warehouses w on w.id = e.warehouse_id
     where e.state = 'succeeded' and not w.personal and (s.expired_at is null or s.expired_at >= $1::date::timestamp at time zone 'utc')
       and (e.user_id <> a.user_id or e.id < $2)
     group by 1, 2, 3, 4, md5(e.sql)`,
    [day, ...between],
  );
  for await (const texts of opened) {
    const counts = new Map<string, Count>();
    for (const { row, tables } of texts)
      for (const table of tables) {
        const { warehouse_id: warehouse, user_id: user } = row;
        const key = [warehouse, table, user].join("\n");
        const before = counts.get(key)?.openings ?? 0;
        counts.set(key, { warehouse, table, user, openings: before + row.count });
      }
    await write(client, day, [...counts.values()]);
  }
}

interface Count {
  warehouse: string;
  table: string;
  user: string;
  openings: number;
}

async function write(client: pg.PoolClient, day: string, counts: Count[]): Promise<void> {
  await client.query(
    `insert into usage_openings as known (day, warehouse_id, table_name, user_id, openings)
     select $1::date, * from unnest($2::text[], $3::text[], $4::text[], $5::int[])
     on conflict (warehouse_id, table_name, day, user_id) do update set openings = known.openings + excluded.openings`,
    [
      day,
      counts.map(({ warehouse }) => warehouse),
      counts.map(({ table }) => table),
      counts.map(({ user }) => user),
      counts.map(({ openings }) => openings),
    ],
  );
}
