import type pg from "pg";
import { bytesSql, runSourceSql, secondsSql, sourceSql, stageBytesSql, stageSecondsSql } from "./counted-sql";

/** Who had what done that day, and so who came in its week. */
export async function countPeople(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query("delete from usage_days where day = $1", [day]);
  await client.query(
    `insert into usage_days (day, user_id, source, warehouse_id, query_id, executions, failed, seconds, bytes, stages)
     select $1::date, user_id, source, warehouse_id, query_id, sum(executions), sum(failed), sum(seconds), sum(bytes), sum(stages)
     from (
       select e.user_id, ${sourceSql} as source, e.warehouse_id, coalesce(e.query_id, '') as query_id, count(*) as executions,
         count(*) filter (where e.state = 'failed') as failed, sum(${secondsSql}) as seconds, sum(${bytesSql}) as bytes, 0 as stages
       from executions e join statements s on s.id = e.statement_id where e.id >= $2 and e.id < $3 group by 1, 2, 3, 4
       union all
       select a.user_id, ${runSourceSql}, coalesce(k.warehouse_id, ''), '', 0, 0, sum(${stageSecondsSql}), sum(${stageBytesSql}),
         -- One that needs two warehouses is one.
         count(*) filter (where not exists (select from work o where o.attempt_id = a.id and o.id < k.id))
       from attempts a join runs r on r.id = a.run_id left join work k on k.attempt_id = a.id
       where a.id >= $2 and a.id < $3 and a.started_at is not null group by 1, 2, 3
     ) used group by 2, 3, 4, 5`,
    [day, ...between],
  );
  await client.query(
    `insert into usage_weeks (week, user_id, source)
     select distinct date_trunc('week', day)::date, user_id, source from usage_days
     -- Whoever starts a pipeline on a page is of the pipelines, and no user of the query page.
     where day = $1 and (source <> 'page' or executions > 0) on conflict do nothing`,
    [day],
  );
}

/**
 * Who had to do with pipelines that day, by the audit log: published, archived, tried, started or cancelled one, or paused or
 * resumed its schedule, on a page or by the API. What a schedule starts is nobody's; rows that are saved as a table are a query's.
 */
export async function countPipelinePeople(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
  await client.query(
    `insert into usage_weeks (week, user_id, source)
     select distinct date_trunc('week', $1::date)::date, a.user_id, 'pipelines' from audit_entries a
     where a.action = any('{pipeline.create,pipeline.publish,pipeline.archive,run.start,run.cancel,trigger.update}')
       and a.id >= $2 and a.id < $3
       -- An id is of the clock of who made it, and the log's parts are of the database's.
       and a.at > ($1::date - 1)::timestamp at time zone 'utc' and a.at < ($1::date + 2)::timestamp at time zone 'utc'
       and a.user_id is not null and case a.action
         when 'run.start' then a.detail ->> 'trigger' <> 'cron'
         when 'run.cancel' then not exists (select from tries t where t.run_id = split_part(a.object, ':', 2) and t.saves is not null)
         when 'trigger.update' then a.detail ? 'pipeline'
         else true end
     on conflict do nothing`,
    [day, ...between],
  );
}
