import type pg from "pg";
import { leavesUnseen } from "@/lib/pipelines/tables";
import { stageSecondsSql } from "./counted-sql";
import { stagesOf, type TableOf, tablesOfStages } from "./day-stages";

/**
 * What schedules of pipelines cost that day, and whether others read what a pipeline writes: for whether anybody has something of
 * it. After `usage_tables` of that day, and after the days before.
 */
export async function countPipelines(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await countSchedules(client, day, between);
  const { read, written } = await tablesOfStages(client);
  const [reads, writes] = [new Map<string, Touched>(), new Map<string, Touched>()];
  const add = (to: Map<string, Touched>, pipeline: string, { warehouse, table }: TableOf, tries: number) => {
    const key = [pipeline, warehouse, table].join("\n");
    to.set(key, { pipeline, warehouse, table, tries: tries + (to.get(key)?.tries ?? 0) });
  };
  for await (const stages of stagesOf(client, between))
    for (const one of stages) {
      for (const table of read(one)) add(reads, one.pipeline_id, table, one.tries);
      for (const table of written(one)) add(writes, one.pipeline_id, table, one.tries);
      if (leavesUnseen(one.stage, one.pin.manifest)) add(writes, one.pipeline_id, unseen, one.tries);
    }
  await keepWrites(client, day, [...writes.values()]);
  await countReads(client, day, [...reads.values()]);
}

interface Touched extends TableOf {
  pipeline: string;
  tries: number;
}

/** No table: who uses what a stage left is not known. */
const unseen: TableOf = { warehouse: "", table: "" };

const columns = (touched: Touched[]) => [
  touched.map(({ pipeline }) => pipeline),
  touched.map(({ warehouse }) => warehouse),
  touched.map(({ table }) => table),
];

async function countSchedules(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query("delete from usage_schedules where day = $1", [day]);
  await client.query(
    `insert into usage_schedules (day, trigger_id, runs, seconds)
     select $1::date, trigger_id, sum(runs), sum(seconds) from (
       select s.trigger_id, 1 as runs, 0 as seconds from runs r join trigger_slots s on s.run_id = r.id
       where r.id >= $2 and r.id < $3 and r.trigger = 'cron'
       union all
       select s.trigger_id, 0, ${stageSecondsSql} from attempts a join runs r on r.id = a.run_id
         join trigger_slots s on s.run_id = r.id left join work k on k.attempt_id = a.id
       where a.id >= $2 and a.id < $3 and a.started_at is not null and r.trigger = 'cron'
     ) had group by trigger_id`,
    [day, ...between],
  );
}

async function keepWrites(client: pg.PoolClient, day: string, writes: Touched[]): Promise<void> {
  await client.query(
    `insert into usage_pipeline_writes as known (pipeline_id, warehouse_id, table_name, last)
     select *, $1::date from unnest($2::text[], $3::text[], $4::text[])
     on conflict (pipeline_id, warehouse_id, table_name) do update set last = excluded.last where known.last < excluded.last`,
    [day, ...columns(writes)],
  );
}

/** All that was read of a table that day, less what its own pipeline did. */
async function countReads(client: pg.PoolClient, day: string, own: Touched[]): Promise<void> {
  await client.query("delete from usage_pipeline_reads where day = $1", [day]);
  await client.query(
    `insert into usage_pipeline_reads (pipeline_id, day)
     select distinct w.pipeline_id, $1::date
     from (select warehouse_id, table_name, sum(executions) as reads from usage_tables where day = $1::date group by 1, 2) u
       join usage_pipeline_writes w using (warehouse_id, table_name)
       left join unnest($2::text[], $3::text[], $4::text[], $5::int[]) as own (pipeline_id, warehouse_id, table_name, reads)
         using (pipeline_id, warehouse_id, table_name)
     where u.reads > coalesce(own.reads, 0)`,
    [day, ...columns(own), own.map(({ tries }) => tries)],
  );
}
