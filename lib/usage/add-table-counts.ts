import type pg from "pg";

/** How often somebody was answered from a table. */
export interface TableCount {
  warehouse: string;
  table: string;
  user: string;
  /** As `sourceSql` has it. */
  source: string;
  count: number;
}

/** Adds to what is known of that day; no two of `counts` are of the same table, person and source. */
export async function addTableCounts(client: pg.PoolClient, day: string, counts: TableCount[]): Promise<void> {
  await client.query(
    `insert into usage_tables (day, warehouse_id, table_name, user_id, source, executions)
     select $1::date, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
     on conflict (warehouse_id, table_name, day, user_id, source)
     do update set executions = usage_tables.executions + excluded.executions`,
    [
      day,
      counts.map(({ warehouse }) => warehouse),
      counts.map(({ table }) => table),
      counts.map(({ user }) => user),
      counts.map(({ source }) => source),
      counts.map(({ count }) => count),
    ],
  );
}
