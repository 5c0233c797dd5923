import type pg from "pg";
import { pool, sql } from "@/lib/platform/db/pool";
import { countOpenings } from "./count-openings";
import { countPeople, countPipelinePeople } from "./count-people";
import { countPipelines } from "./count-pipelines";
import { countStageTables } from "./count-stage-tables";
import { countTables } from "./count-tables";
import { countTops } from "./count-tops";
import { firstId, nextDay } from "./days";

/** Several workers come round: one counts. */
const lock = 6_870_215_011;
/** Days at most that a round brings up, so that one after an upgrade ends. */
const atOnce = 400;

type Count = (client: pg.PoolClient, day: string, between: string[]) => Promise<void>;

/** What is counted of each day, by the rule (usage_counted.rules) that brought it: days closed before it are given only that. */
const counts: { rule: number; count: Count }[] = [
  { rule: 0, count: countPeople },
  { rule: 0, count: countTops },
  { rule: 0, count: countTables },
  { rule: 0, count: countStageTables },
  { rule: 1, count: countPipelinePeople },
  { rule: 2, count: countPipelines },
  { rule: 3, count: countOpenings },
];
const rules = Math.max(...counts.map(({ rule }) => rule));

interface Wanted {
  /** As `2026-11-22`. */
  day: string;
  /** It is over, by UTC. */
  past: boolean;
  /** The rule by which it was closed; null: it is open, and counted whole. */
  closedBy: number | null;
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
       (select min(day) from usage_counted where not closed or rules < $1),
       coalesce((select max(day) + 1 from usage_counted),
         least((select (submitted_at at time zone 'utc')::date from executions order by id limit 1),
           (select (queued_at at time zone 'utc')::date from attempts order by id limit 1),
           (select (at at time zone 'utc')::date from audit_entries where action = 'pipeline.create' order by id limit 1))))::text as first`,
    [rules],
  );
  const { today, first } = rows[0] ?? { today: "", first: null };
  const days: string[] = [];
  for (let day = first ?? today; day <= today && days.length < atOnce; day = nextDay(day)) days.push(day);
  const known = await sql<{ day: string; closed: boolean; rules: number; fresh: boolean }>(
    "usage-days-known",
    `select day::text, closed, rules, counted_at > now() - make_interval(secs => greatest(50, took_ms * 0.05)) as fresh
     from usage_counted where day = any($1::date[])`,
    [days],
  );
  const by = new Map(known.map((one) => [one.day, one]));
  return days.flatMap((day) => {
    const before = by.get(day);
    if (before?.closed ? before.rules >= rules : before?.fresh) return [];
    return [{ day, past: day < today, closedBy: before?.closed ? before.rules : null }];
  });
}

/** False: another worker counts. */
async function countDay(wanted: Wanted): Promise<boolean> {
  const began = Date.now();
  const { day, closedBy } = wanted;
  const client = await pool().connect();
  try {
    await client.query("begin");
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_xact_lock($1) as mine", [lock]);
    if (!rows[0]?.mine) {
      await client.query("rollback");
      return false;
    }
    const between = [firstId(day), firstId(nextDay(day))];
    for (const { rule, count } of counts) if (closedBy === null || rule > closedBy) await count(client, day, between);
    if (closedBy === null) await noteCounted(client, wanted, between, began);
    else await client.query("update usage_counted set rules = $2 where day = $1", [day, rules]);
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Closes the day when nothing of it can change any more. */
async function noteCounted(client: pg.PoolClient, { day, past }: Wanted, between: string[], began: number) {
  const { rowCount } = await client.query(
    `(select 1 from executions where id >= $1 and id < $2 and state in ('queued', 'running', 'cancelling')
       and submitted_at > now() - interval '8 days' limit 1)
     union all (select 1 from attempts where id >= $1 and id < $2 and state in ('waiting', 'admitted', 'running', 'cancelling')
       and queued_at > now() - interval '8 days' limit 1)`,
    between,
  );
  await client.query(
    `insert into usage_counted (day, closed, counted_at, took_ms, rules) values ($1, $2, clock_timestamp(), $3, $4)
     on conflict (day) do update set closed = excluded.closed, counted_at = excluded.counted_at, took_ms = excluded.took_ms,
       rules = excluded.rules`,
    // An id is of the clock of who made it: late ones of yesterday come for some minutes.
    [day, past && rowCount === 0 && (await minutesOver(client, day)) > 10, Date.now() - began, rules],
  );
}

async function minutesOver(client: pg.PoolClient, day: string): Promise<number> {
  const { rows } = await client.query<{ minutes: number }>(
    "select extract(epoch from (now() at time zone 'utc') - ($1::date + 1))::float8 / 60 as minutes",
    [day],
  );
  return rows[0]?.minutes ?? 0;
}
