import type pg from "pg";
import { tableNames } from "@/lib/queries/tables";
import { addTableCounts, type TableCount } from "./add-table-counts";
import { sourceSql } from "./counted-sql";

interface Row {
  warehouse_id: string;
  engine: string;
  reader_id: string;
  user_id: string;
  source: string;
  sql: string;
  executions: number;
}

/** How many of a day's texts are held at once. */
const batch = 500;
/** More than this of a text says nothing more about its tables, and some are megabytes. */
const most = 100_000;

/**
 * Who was answered from which table that day. Of warehouses where everybody has a reader of their own nothing: what is
 * in there is that person's.
 */
export async function countTables(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query("delete from usage_tables where day = $1", [day]);
  await client.query(
    `declare usage_texts no scroll cursor for
     select e.warehouse_id, w.engine, s.reader_id, e.user_id, ${sourceSql} as source, min(left(e.sql, ${most})) as sql,
       count(*)::int as executions
     from executions e join statements s on s.id = e.statement_id join warehouses w on w.id = e.warehouse_id
     where e.id >= $1 and e.id < $2 and e.state = 'succeeded' and not w.personal
     group by 1, 2, 3, 4, 5, md5(e.sql)`,
    between,
  );
  const homes = new Map<string, string | null>();
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${batch} from usage_texts`);
    if (rows.length === 0) break;
    await addRows(client, day, rows, homes);
  }
  await client.query("close usage_texts");
}

/** @param homes schema of a bare name by reader, as far as it was looked up; null where the catalogue has none */
async function addRows(client: pg.PoolClient, day: string, rows: Row[], homes: Map<string, string | null>) {
  const read = rows.map((row) => ({ row, names: tableNames(row.sql, row.engine) }));
  for (const reader of new Set(rows.map(({ reader_id }) => reader_id))) {
    const bare = read.filter(({ row }) => row.reader_id === reader).flatMap(({ names }) => names);
    const unknown = new Set(
      bare.filter(({ schema, name }) => schema === null && !homes.has(`${reader} ${name}`)).map(({ name }) => name),
    );
    if (unknown.size > 0) await findHomes(client, reader, [...unknown], homes);
  }
  const counts = new Map<string, TableCount>();
  for (const { row, names } of read) {
    const { warehouse_id: warehouse, user_id: user, source } = row;
    for (const { schema, name } of names) {
      const home = schema ?? homes.get(`${row.reader_id} ${name}`);
      // A name that no catalogue has is a function, a typing error of old, or a table that is gone.
      if (!home) continue;
      const table = `${home}.${name}`;
      const key = [warehouse, table, user, source].join("\n");
      const before = counts.get(key)?.count ?? 0;
      counts.set(key, { warehouse, table, user, source, count: before + row.executions });
    }
  }
  await addTableCounts(client, day, [...counts.values()]);
}

/** `public` where the reader's catalogue has several tables of a name, as lib/queries/tables.ts; of a lake `main`, as DuckDB has it. */
async function findHomes(client: pg.PoolClient, reader: string, names: string[], homes: Map<string, string | null>) {
  for (const name of names) homes.set(`${reader} ${name}`, null);
  const { rows } = await client.query<{ schema: string; name: string }>(
    `select schema, name from (select t ->> 'schema' as schema, t ->> 'name' as name from catalogs c, jsonb_array_elements(c.tables) t
     where c.reader_id = $1 and t ->> 'name' = any($2)
     union all select t.schema, t.name from lake_tables t join warehouse_roles r on r.warehouse_id = t.warehouse_id
     where r.id = $1 and t.schema = 'main' and t.name = any($2)) found
     order by schema <> 'public' desc, schema desc`,
    [reader, names],
  );
  for (const { schema, name } of rows) homes.set(`${reader} ${name}`, schema);
}
