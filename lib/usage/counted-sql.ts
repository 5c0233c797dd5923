/** How an execution came: by a token, whichever lane it stands in, as an assistant's; by a schedule; or from the page. */
export const sourceSql = "case when e.token_id is not null then 'api' when e.lane >= 2 then 'schedule' else 'page' end";

/** How a run of a pipeline came; one that somebody starts by hand waits in the lane of schedules too. */
export const runSourceSql =
  "case when r.trigger = 'cron' or r.lane = 3 then 'schedule' when r.token_id is not null then 'api' else 'page' end";

/** What the warehouse itself worked for it: who joined another's, or reused one, cost nothing. */
export const secondsSql =
  "case when e.via is null then coalesce(extract(epoch from s.finished_at - s.started_at), 0) else 0 end";
export const bytesSql = "case when e.via is null then coalesce((s.cost ->> 'bytesProcessed')::float8, 0) else 0 end";

/** Of an attempt `a` of a stage: for how long it held its slot of the warehouse of its work `k`, and what its jobs read there. */
export const stageSecondsSql =
  "case when k.id is null then 0 else coalesce(extract(epoch from a.finished_at - a.started_at), 0) end";
export const stageBytesSql = `coalesce((select sum(j.read_bytes) from stage_jobs j
  where j.attempt_id = a.id and j.warehouse_id = k.warehouse_id), 0)::float8`;
