import { liveShare } from "@/lib/access/share-sql";
import { pool, sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { removeRows } from "./expire";

const batch = 200;
const lock = 6_870_215_011;

/**
 * What keeps a result whatever the budget: somebody shares it, a board shows it, or it is the latest answer of a query
 * that is somebody's favourite, for each reader one.
 */
const kept = `
  select e.statement_id from shares s join users u on u.id = s.sharer_id join executions e on e.id = s.execution_id
    where ${liveShare} and u.disabled_at is null
  union select statement_id from board_answers
  union select a.statement_id from (select distinct object_id from favourites where kind = 'query') f
    cross join lateral (select distinct on (t.reader_id) e.statement_id
      from executions e join statements t on t.id = e.statement_id
      where e.query_id = f.object_id and e.state = 'succeeded' and t.expired_at is null
      order by t.reader_id, e.id desc) a`;

/** What results take of the store, and how much of that nobody may remove for room. */
export async function storedResults(): Promise<{ bytes: number; keptBytes: number }> {
  const [row] = await sql<{ bytes: number; kept: number }>(
    "results_stored",
    `select coalesce((select sum(result_bytes) from statements where result_key is not null), 0)::float8 as bytes,
       coalesce((select sum(t.result_bytes) from statements t where t.result_key is not null and t.id in (${kept})), 0)::float8 as kept`,
    [],
  );
  return { bytes: row?.bytes ?? 0, keptBytes: row?.kept ?? 0 };
}

/**
 * Removes the oldest results from the store until the rest is within RESULTS_MAX_BYTES; what finished within the last
 * hour stays, since somebody looks at it. Without that setting it does nothing. One worker at a time.
 */
export async function keepToBudget(budget = env().RESULTS_MAX_BYTES): Promise<{ expired: number }> {
  let expired = 0;
  if (budget === undefined) return { expired };
  for (;;) {
    const rows = await expireOldest(budget);
    await removeRows(rows);
    expired += rows.length;
    if (rows.length < batch) return { expired };
  }
}

async function expireOldest(budget: number): Promise<{ id: string; folder: string }[]> {
  const client = await pool().connect();
  try {
    await client.query("begin");
    // Two workers that see the same sum would remove twice as much.
    const free = await client.query("select pg_try_advisory_xact_lock($1) as mine", [lock]);
    const { rows } = free.rows[0]?.mine
      ? await client.query<{ id: string; folder: string }>(
          `with over as (select sum(result_bytes) - $1::bigint as bytes from statements where result_key is not null),
             oldest as (select t.id, t.result_bytes from statements t
               where t.result_key is not null and t.state = 'succeeded' and t.finished_at < now() - interval '1 hour'
                 and t.id not in (${kept}) and (select bytes from over) > 0
               order by t.id limit ${batch}),
             going as (select id from (
               select id, sum(result_bytes) over (order by id) - result_bytes as before from oldest) o, over
               where o.before < over.bytes)
           update statements s set head = null, result_key = null, expired_at = now(), expired_by = $2
           where s.id in (select id from going) returning s.id, 'results/' || s.id as folder`,
          [budget, `the limit of ${inWords(budget)} for all stored results, the oldest of which go first`],
        )
      : { rows: [] };
    await client.query("commit");
    return rows;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

function inWords(bytes: number): string {
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** at).toFixed(1))} ${units[at]}`;
}
