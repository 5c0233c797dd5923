import type pg from "pg";
import { pool, sql } from "@/lib/platform/db/pool";
import { countTables } from "./count-tables";
import { bytesSql, secondsSql, sourceSql } from "./counted-sql";
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
         (select (submitted_at at time zone 'utc')::date from executions order by id limit 1)))::text as first`,
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
    const { rowCount } = await client.query(
      `select 1 from executions where id >= $1 and id < $2 and state in ('queued', 'running', 'cancelling')
         and submitted_at > now() - interval '8 days' limit 1`,
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
    `insert into usage_days (day, user_id, source, warehouse_id, query_id, executions, failed, seconds, bytes)
     select $1::date, e.user_id, ${sourceSql}, e.warehouse_id, coalesce(e.query_id, ''), count(*),
       count(*) filter (where e.state = 'failed'), sum(${secondsSql}), sum(${bytesSql})
     from executions e join statements s on s.id = e.statement_id where e.id >= $2 and e.id < $3 group by 2, 3, 4, 5`,
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
}
