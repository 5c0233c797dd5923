import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";

const batch = 50;

/**
 * Removes the logs of attempts that ended longer ago than RUN_LOGS_DAYS. In the place of one stands a line, at the time of
 * its end, that says how many there were. Safe in several workers at once.
 */
export async function expireLogs(days = env().RUN_LOGS_DAYS): Promise<{ expired: number }> {
  for (let expired = 0; ; ) {
    const rows = await sql(
      "logs_expire",
      `with old as (
         select id, finished_at, log_lines from attempts
         where log_expired_at is null and log_lines > 0 and finished_at < now() - make_interval(days => $1)
         order by finished_at limit ${batch} for update skip locked),
       marked as (update attempts a set log_expired_at = now() from old where a.id = old.id),
       gone as (delete from log_chunks where attempt_id in (select id from old) and seq > 1),
       said as (
         update log_chunks l set at = old.finished_at, lines = 1, text = jsonb_build_object(
           'at', to_char(old.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'stream', 'platform',
           'text', 'The log of ' || old.log_lines || case old.log_lines when 1 then ' line' else ' lines' end
             || ' was removed after ' || $1 || case $1 when 1 then ' day.' else ' days.' end)::text || E'\\n'
         from old where l.attempt_id = old.id and l.seq = 1)
       select id from old`,
      [days],
    );
    if (rows.length === 0) return { expired };
    expired += rows.length;
  }
}
