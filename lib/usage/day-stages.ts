import type pg from "pg";
import type { Stage } from "@/lib/pipelines/schema";
import { type TableAt, tablesRead, tablesWritten } from "@/lib/pipelines/tables";
import type { Pin } from "@/lib/runs/lease";
import { runSourceSql } from "./counted-sql";

/** Tries of a stage that succeeded, by whom and how they were started. */
export interface DayStage {
  /** As its version has it, with its operator as that was published. */
  stage: Stage;
  pin: Pin;
  pipeline_id: string;
  user_id: string;
  source: string;
  tries: number;
}

/** How many of a day's stages are held at once. */
const batch = 500;

/** All of the day, some at once. */
export async function* stagesOf(client: pg.PoolClient, between: string[]): AsyncGenerator<DayStage[]> {
  await client.query(
    `declare usage_stages no scroll cursor for
     select d.stage, v.pins -> (d.stage ->> 'operator') as pin, o.pipeline_id, o.user_id, o.source, o.tries from (
       select r.pipeline_id, r.version, a.stage, a.user_id, ${runSourceSql} as source, count(*)::int as tries
       from attempts a join runs r on r.id = a.run_id
       where a.id >= $1 and a.id < $2 and a.state = 'succeeded' and r.pipeline_id is not null group by 1, 2, 3, 4, 5) o
     join pipeline_versions v on v.pipeline_id = o.pipeline_id and v.number = o.version
     cross join lateral (select s as stage from jsonb_array_elements(v.document -> 'stages') s where s ->> 'id' = o.stage) d
     where v.pins ? (d.stage ->> 'operator')`,
    between,
  );
  for (;;) {
    const { rows } = await client.query<DayStage>(`fetch ${batch} from usage_stages`);
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query("close usage_stages");
}

export interface TableOf {
  /** Its warehouse's id. */
  warehouse: string;
  /** `schema.table` */
  table: string;
}

/** What the stages' forms and SQL say, each table once. Nothing of warehouses where everybody has a reader of their own. */
export async function tablesOfStages(client: pg.PoolClient) {
  const { rows } = await client.query<{ id: string; name: string; engine: string }>(
    "select id, name, engine from warehouses where not personal",
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  // As DuckDB has it.
  const home = (name: string) => (known.get(name)?.engine === "duckdb" ? "main" : "public");
  const found = (tables: TableAt[]): TableOf[] => {
    const each = new Map(tables.map((one) => [`${one.warehouse} ${one.table}`, one]));
    return [...each.values()].flatMap(({ warehouse, table }) => {
      const id = known.get(warehouse)?.id;
      return id === undefined ? [] : [{ warehouse: id, table }];
    });
  };
  const document = (stage: Stage) => ({ name: "", stages: [stage] });
  return {
    read: ({ stage, pin }: DayStage) => found(tablesRead(document(stage), { [stage.operator]: pin }, home)),
    written: ({ stage, pin }: DayStage) => found(tablesWritten(document(stage), { [stage.operator]: pin })),
  };
}
