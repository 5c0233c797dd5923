import type pg from "pg";
import { bytesSql, secondsSql, stageBytesSql, stageSecondsSql } from "./counted-sql";

/** The day's slowest and most expensive: of executions by reader, of stages by warehouse. */
export async function countTops(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query("delete from usage_tops where day = $1", [day]);
  await client.query(
    `insert into usage_tops (day, execution_id, seconds, bytes)
     select $1::date, id, seconds, bytes from (
       select id, seconds, bytes, row_number() over (partition by reader_id order by seconds desc) as slow,
         row_number() over (partition by reader_id order by bytes desc) as big
       from (select e.id, s.reader_id, ${secondsSql} as seconds, ${bytesSql} as bytes
         from executions e join statements s on s.id = e.statement_id where e.id >= $2 and e.id < $3) o) r
     where slow <= 20 and seconds > 0 or big <= 20 and bytes > 0`,
    [day, ...between],
  );
  await client.query("delete from usage_stage_tops where day = $1", [day]);
  await client.query(
    `insert into usage_stage_tops (day, attempt_id, warehouse_id, seconds, bytes)
     select $1::date, id, warehouse_id, seconds, bytes from (
       select id, warehouse_id, seconds, bytes, row_number() over (partition by warehouse_id order by seconds desc) as slow,
         row_number() over (partition by warehouse_id order by bytes desc) as big
       from (select a.id, k.warehouse_id, ${stageSecondsSql} as seconds, ${stageBytesSql} as bytes
         from attempts a join work k on k.attempt_id = a.id where a.id >= $2 and a.id < $3) o) r
     where slow <= 20 and seconds > 0 or big <= 20 and bytes > 0`,
    [day, ...between],
  );
}
