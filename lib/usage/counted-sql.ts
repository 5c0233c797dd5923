/** How an execution came: by a schedule or backfill, by a token, or from the page. */
export const sourceSql = "case when e.lane >= 2 then 'schedule' when e.token_id is not null then 'api' else 'page' end";

/** What the warehouse itself worked for it: who joined another's, or reused one, cost nothing. */
export const secondsSql =
  "case when e.via is null then coalesce(extract(epoch from s.finished_at - s.started_at), 0) else 0 end";
export const bytesSql = "case when e.via is null then coalesce((s.cost ->> 'bytesProcessed')::float8, 0) else 0 end";
