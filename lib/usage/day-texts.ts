import type pg from "pg";
import { tableNames } from "@/lib/queries/tables";

/** SQL that somebody ran or opened. */
export interface DayText {
  warehouse_id: string;
  engine: string;
  reader_id: string;
  user_id: string;
  sql: string;
  /** How often. */
  count: number;
}

/** How many of a day's texts are held at once. */
const batch = 500;
/** More than this of a text says nothing more about its tables, and some are megabytes. */
export const mostOfText = 100_000;

/** What a query answers, some at once, with the tables that each names: `schema.table` as the reader's catalogue has them. */
export async function* textsOf<Text extends DayText>(
  client: pg.PoolClient,
  query: string,
  values: unknown[],
): AsyncGenerator<{ row: Text; tables: string[] }[]> {
  await client.query(`declare usage_texts no scroll cursor for ${query}`, values);
  const homes = new Map<string, string | null>();
  for (;;) {
    const { rows } = await client.query<Text>(`fetch ${batch} from usage_texts`);
    if (rows.length === 0) break;
    yield await withTables(client, rows, homes);
  }
  await client.query("close usage_texts");
}

/** @param homes schema of a bare name by reader, as far as it was looked up; null where the catalogue has none */
async function withTables<Text extends DayText>(
  client: pg.PoolClient,
  rows: Text[],
  homes: Map<string, string | null>,
) {
  const read = rows.map((row) => ({ row, names: tableNames(row.sql, row.engine) }));
  for (const reader of new Set(rows.map(({ reader_id }) => reader_id))) {
    const bare = read.filter(({ row }) => row.reader_id === reader).flatMap(({ names }) => names);
    const unknown = new Set(
      bare.filter(({ schema, name }) => schema === null && !homes.has(`${reader} ${name}`)).map(({ name }) => name),
    );
    if (unknown.size > 0) await findHomes(client, reader, [...unknown], homes);
  }
  return read.map(({ row, names }) => {
    const tables = names.flatMap(({ schema, name }) => {
      const home = schema ?? homes.get(`${row.reader_id} ${name}`);
      // A name that no catalogue has is a function, a typing error of old, or a table that is gone.
      return home ? [`${home}.${name}`] : [];
    });
    return { row, tables };
  });
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
