import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { sql } from "@/lib/platform/db/pool";
import { limitTarget } from "./limits";
import type { LimitName, LimitPreview, LimitPreviewRequest } from "./schema";

interface Row {
  user_id: string;
  name: string;
  affected: number;
  total: number;
}

/** What of the last 7 days this limit would have held back, cut or refused, had it been set; from the history itself. */
export async function previewLimit(ctx: Context, asked: LimitPreviewRequest): Promise<LimitPreview> {
  allow(ctx, "load.read");
  const { scope, name, value } = asked;
  const { scopeId } = await limitTarget(asked, true);
  const { unit, text, basis } = questions[name];
  const rows = await sql<Row>(
    `limit_preview_${name}`,
    `with found as (${text}) select f.user_id, u.name, sum(f.affected)::int as affected, sum(f.total)::int as total
     from found f join users u on u.id = f.user_id group by 1, 2 order by 3 desc, 2`,
    [scope, scopeId, value],
  );
  const hit = rows.filter((row) => row.affected > 0);
  return {
    affected: hit.reduce((sum, row) => sum + row.affected, 0),
    total: rows.reduce((sum, row) => sum + row.total, 0),
    unit,
    people: hit.slice(0, 10).map(({ user_id: id, name: who, affected }) => ({ id, name: who, affected })),
    basis,
  };
}

/** Whether a row of `executions` or `work` stands under the limit $1 (scope), $2 (id). */
const within = (row: string) => `case $1 when 'company' then true when 'warehouse' then ${row}.warehouse_id = $2
  when 'person' then ${row}.user_id = $2 when 'token' then ${row}.token_id = $2
  else exists (select from team_members m where m.user_id = ${row}.user_id and m.team_id = $2) end`;

/** Executions of their own (joined and reused ones took nothing) whose statement's measure is over $3. */
const ofStatements = (measure: string) => `
  select e.user_id, count(*) filter (where ${measure} > $3::numeric) as affected, count(*) as total
  from executions e join statements s on s.id = e.statement_id
  where e.id >= sluice_first_id(now() - interval '7 days') and e.via is null and s.started_at is not null and ${within("e")}
  group by 1`;

/** The same of a measure of stages' tries that held a slot within the limit, as rows of user_id and `much`. */
const withStages = (measure: string, ofStages: string) => `
  select user_id, sum(affected)::int as affected, sum(total)::int as total from (
    ${ofStatements(measure)}
    union all
    select t.user_id, count(*) filter (where t.much > $3::numeric), count(*) from (${ofStages}) t group by 1) both_kinds
  group by 1`;

const jobsWithin = `select j.*, a.token_id from stage_jobs j join attempts a on a.id = j.attempt_id
  where j.at > now() - interval '7 days' and j.read_bytes is not null`;

/** Work that found $3 or more of its scope's (or person's) others between the same two steps when it took the first. */
const ofCrowds = (from: string, to: string, each: boolean, only: string) => `
  select user_id, count(*) filter (where step = 1 and crowd > $3::numeric) as affected, count(*) filter (where step = 1) as total
  from (
    select user_id, step, sum(step) over (${each ? "partition by user_id " : ""}order by at, step rows unbounded preceding) as crowd
    from (
      select k.user_id, ${from} as at, 1 as step from work k where ${only} and ${within("k")}
      union all
      select k.user_id, ${to}, -1 from work k where ${only} and ${within("k")}
    ) steps
  ) line group by 1`;

const week = "k.queued_at > now() - interval '7 days'";
const end = "coalesce(k.ended_at, 'infinity')";
const ran = (each: boolean) => ofCrowds("k.admitted_at", end, each, `${week} and k.admitted_at is not null`);
// What was admitted as it came stood in no line.
const stood = (each: boolean) =>
  ofCrowds(
    "k.queued_at",
    `coalesce(k.admitted_at, ${end})`,
    each,
    `${week} and k.admitted_at is distinct from k.queued_at
    and coalesce(k.admitted_at, ${end}) > k.queued_at + interval '50 milliseconds'`,
  );

const questions: Record<LimitName, { unit: LimitPreview["unit"]; text: string; basis: string }> = {
  running: {
    unit: "waits",
    text: ran(false),
    basis: "Work that found as many running when it got its slot would have waited.",
  },
  runningPerPerson: {
    unit: "waits",
    text: ran(true),
    basis: "Work that found as many of its own person's running when it got its slot would have waited.",
  },
  waiting: {
    unit: "refusals",
    text: stood(false),
    basis: "Work that found as many waiting when it came would have been refused.",
  },
  waitingPerPerson: {
    unit: "refusals",
    text: stood(true),
    basis: "Work that found as many of its own person's waiting when it came would have been refused.",
  },
  seconds: {
    unit: "stops",
    text: withStages(
      "extract(epoch from coalesce(s.finished_at, now()) - s.started_at)",
      `select distinct on (a.id) a.user_id, extract(epoch from coalesce(a.finished_at, now()) - a.started_at) as much
       from attempts a join work k on k.attempt_id = a.id
       where a.queued_at > now() - interval '7 days' and a.started_at is not null and ${within("k")}`,
    ),
    basis: "Statements that ran longer, and stages that held a slot for longer, would have been stopped.",
  },
  rows: {
    unit: "cuts",
    text: ofStatements("s.row_count"),
    basis: "Results with more rows would have been cut, and say so.",
  },
  storedBytes: {
    unit: "stops",
    text: ofStatements("coalesce(s.result_bytes, octet_length(s.head), 0)"),
    basis:
      "Statements whose stored result is larger would have been stopped. What is stored is smaller than the rows as they come, which the limit counts.",
  },
  rowsRead: {
    unit: "refusals",
    text: ofStatements("s.row_count"),
    basis: "Counted are statements that returned more rows; what one reads is not kept, so this is the least.",
  },
  bytesPerQuery: {
    unit: "refusals",
    text: withStages(
      "(s.cost ->> 'bytesProcessed')::numeric",
      `select o.user_id, o.read_bytes as much from (${jobsWithin}) o where ${within("o")}`,
    ),
    basis: "Statements, of stages too, that read more would have been refused by the engine.",
  },
  bytesPerDay: {
    unit: "days",
    text: `select user_id, count(*) filter (where bytes > $3::numeric) as affected, count(*) as total from (
        select user_id, day, sum(bytes) as bytes from (
          select e.user_id, date_trunc('day', e.submitted_at, 'UTC') as day, (s.cost ->> 'bytesProcessed')::numeric as bytes
          from executions e join statements s on s.id = e.statement_id
          where e.id >= sluice_first_id(now() - interval '7 days') and e.via is null and s.cost is not null and ${within("e")}
          union all
          select o.user_id, date_trunc('day', o.at, 'UTC'), o.read_bytes from (${jobsWithin}) o where ${within("o")}) read
        group by 1, 2) days group by 1`,
    basis: "Days on which one person's statements, of stages too, read more; what came after would have been refused.",
  },
  requestsPerMinute: {
    unit: "refusals",
    text: `select user_id, sum(greatest(0, asked - $3::numeric)) as affected, sum(asked) as total from (
        select e.user_id, e.token_id, date_trunc('minute', e.submitted_at), count(*) as asked from executions e
        where e.id >= sluice_first_id(now() - interval '7 days') and e.token_id is not null and ${within("e")}
        group by 1, 2, 3) minutes group by 1`,
    basis: "Counted are executions only; requests that read or look are not kept, so this is the least.",
  },
  statementsPerHour: {
    unit: "refusals",
    text: `select user_id, sum(greatest(0, asked - $3::numeric)) as affected, sum(asked) as total from (
        select e.user_id, e.token_id, date_trunc('hour', e.submitted_at), count(*) as asked from executions e
        where e.id >= sluice_first_id(now() - interval '7 days') and e.token_id is not null and e.via is distinct from 'reused'
          and ${within("e")} group by 1, 2, 3) hours group by 1`,
    basis: "Counted by full hours of the clock; the limit looks back an hour from each statement.",
  },
};
