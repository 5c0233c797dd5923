import type pg from "pg";
import type { Stage } from "@/lib/pipelines/schema";
import { tablesRead } from "@/lib/pipelines/tables";
import type { Pin } from "@/lib/runs/lease";
import { addTableCounts, type TableCount } from "./add-table-counts";
import { runSourceSql } from "./counted-sql";

interface Row {
  /** As its version has it, with its operator as that was published. */
  stage: Stage;
  pin: Pin;
  user_id: string;
  source: string;
  tries: number;
}

/** How many of a day's stages are held at once. */
const batch = 500;

/**
 * Which tables the day's stages have read, as far as their forms and their SQL say it, beside what countTables has written of that
 * day. Of warehouses where everybody has a reader of their own nothing.
 */
export async function countStageTables(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  const found = await client.query<{ id: string; name: string }>("select id, name from warehouses where not personal");
  const warehouses = new Map(found.rows.map(({ id, name }) => [name, id]));
  await client.query(
    `declare usage_stages no scroll cursor for
     select d.stage, v.pins -> (d.stage ->> 'operator') as pin, o.user_id, o.source, o.tries from (
       select r.pipeline_id, r.version, a.stage, a.user_id, ${runSourceSql} as source, count(*)::int as tries
       from attempts a join runs r on r.id = a.run_id
       where a.id >= $1 and a.id < $2 and a.state = 'succeeded' and r.pipeline_id is not null group by 1, 2, 3, 4, 5) o
     join pipeline_versions v on v.pipeline_id = o.pipeline_id and v.number = o.version
     cross join lateral (select s as stage from jsonb_array_elements(v.document -> 'stages') s where s ->> 'id' = o.stage) d
     where v.pins ? (d.stage ->> 'operator')`,
    between,
  );
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${batch} from usage_stages`);
    if (rows.length === 0) break;
    await addRows(client, day, rows, warehouses);
  }
  await client.query("close usage_stages");
}

async function addRows(client: pg.PoolClient, day: string, rows: Row[], warehouses: Map<string, string>) {
  const counts = new Map<string, TableCount>();
  for (const { stage, pin, user_id: user, source, tries } of rows) {
    const read = tablesRead({ name: "", stages: [stage] }, { [stage.operator]: pin });
    const keys = new Map(read.map((one) => [`${one.warehouse} ${one.table}`, one]));
    for (const { warehouse: name, table } of keys.values()) {
      const warehouse = warehouses.get(name);
      if (warehouse === undefined) continue;
      const key = [warehouse, table, user, source].join("\n");
      const before = counts.get(key)?.count ?? 0;
      counts.set(key, { warehouse, table, user, source, count: before + tries });
    }
  }
  await addTableCounts(client, day, [...counts.values()]);
}
