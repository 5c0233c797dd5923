import type pg from "pg";
import { pool, sql } from "@/lib/platform/db/pool";
import { countStageTables } from "./count-stage-tables";
import { countTables } from "./count-tables";
import { bytesSql, runSourceSql, secondsSql, sourceSql, stageBytesSql, stageSecondsSql } from "./counted-sql";
import { firstId, nextDay } from "./days";

/** Several workers come round: one counts. */
const lock = 6_870_215_011;
/** Days at most that a round brings up, so that one after an upgrade ends. */
const atOnce = 400;

interface Wanted {
  /** As `2026-11-22`. */
  day: string;
  /** It is over, by UTC. */
  past: boolean;
}

/**
 * Adds up the days that can still change: today every minute, or less often where that takes long (2 % of the time at
 * most), and past ones until everything submitted on them has ended. Answers how many days it wrote.
 */
export async function countUsage(): Promise<number> {
  let written = 0;
  for (const wanted of await openDays()) if (await countDay(wanted)) written++;
  return written;
}

/** Days are of UTC and by the database's clock. */
async function openDays(): Promise<Wanted[]> {
  const rows = await sql<{ today: string; first: string | null }>(
    "usage-days-open",
    `select (now() at time zone 'utc')::date::text as today, least(
       (select min(day) from usage_counted where not closed),
       coalesce((select max(day) + 1 from usage_counted),
         least((select (submitted_at at time zone 'utc')::date from executions order by id limit 1),
           (select (queued_at at time zone 'utc')::date from attempts order by id limit 1))))::text as first`,
    [],
  );
  const { today, first } = rows[0] ?? { today: "", first: null };
  const days: Wanted[] = [];
  for (let day = first ?? today; day <= today && days.length < atOnce; day = nextDay(day))
    days.push({ day, past: day < today });
  const known = await sql<{ day: string }>(
    "usage-days-fresh",
    `select day::text from usage_counted where day = any($1::date[])
       and (closed or counted_at > now() - make_interval(secs => greatest(50, took_ms * 0.05)))`,
    [days.map(({ day }) => day)],
  );
  const fresh = new Set(known.map(({ day }) => day));
  return days.filter(({ day }) => !fresh.has(day));
}

/** False: another worker counts. */
async function countDay({ day, past }: Wanted): Promise<boolean> {
  const began = Date.now();
  const client = await pool().connect();
  try {
    await client.query("begin");
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_xact_lock($1) as mine", [lock]);
    if (!rows[0]?.mine) {
      await client.query("rollback");
      return false;
    }
    const between = [firstId(day), firstId(nextDay(day))];
    await countPeople(client, day, between);
    await countTops(client, day, between);
    await countTables(client, day, between);
    await countStageTables(client, day, between);
    const { rowCount } = await client.query(
      `(select 1 from executions where id >= $1 and id < $2 and state in ('queued', 'running', 'cancelling')
         and submitted_at > now() - interval '8 days' limit 1)
       union all (select 1 from attempts where id >= $1 and id < $2 and state in ('waiting', 'admitted', 'running', 'cancelling')
         and queued_at > now() - interval '8 days' limit 1)`,
      between,
    );
    await client.query(
      `insert into usage_counted (day, closed, counted_at, took_ms) values ($1, $2, clock_timestamp(), $3)
       on conflict (day) do update set closed = excluded.closed, counted_at = excluded.counted_at, took_ms = excluded.took_ms`,
      // An id is of the clock of who made it: late ones of yesterday come for some minutes.
      [day, past && rowCount === 0 && (await minutesOver(client, day)) > 10, Date.now() - began],
    );
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function minutesOver(client: pg.PoolClient, day: string): Promise<number> {
  const { rows } = await client.query<{ minutes: number }>(
    "select extract(epoch from (now() at time zone 'utc') - ($1::date + 1))::float8 / 60 as minutes",
    [day],
  );
  return rows[0]?.minutes ?? 0;
}

async function countPeople(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
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
     select distinct date_trunc('week', day)::date, user_id, source from usage_days where day = $1 on conflict do nothing`,
    [day],
  );
}

async function countTops(client: pg.PoolClient, day: string, between: string[]): Promise<void> {
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
