import type pg from "pg";
import { addTableCounts, type TableCount } from "./add-table-counts";
import { sourceSql } from "./counted-sql";
import { type DayText, mostOfText, textsOf } from "./day-texts";

/**
 * Who was answered from which table that day. Of warehouses where everybody has a reader of their own nothing: what is
 * in there is that person's.
 */
export async function countTables(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query("delete from usage_tables where day = $1", [day]);
  const ran = textsOf<DayText & { source: string }>(
    client,
    `select e.warehouse_id, w.engine, s.reader_id, e.user_id, ${sourceSql} as source, min(left(e.sql, ${mostOfText})) as sql,
       count(*)::int as count
     from executions e join statements s on s.id = e.statement_id join warehouses w on w.id = e.warehouse_id
     where e.id >= $1 and e.id < $2 and e.state = 'succeeded' and not w.personal
     group by 1, 2, 3, 4, 5, md5(e.sql)`,
    between,
  );
  for await (const texts of ran) {
    const counts = new Map<string, TableCount>();
    for (const { row, tables } of texts) {
      const { warehouse_id: warehouse, user_id: user, source } = row;
      for (const table of tables) {
        const key = [warehouse, table, user, source].join("\n");
        const before = counts.get(key)?.count ?? 0;
        counts.set(key, { warehouse, table, user, source, count: before + row.count });
      }
    }
    await addTableCounts(client, day, [...counts.values()]);
  }
}
