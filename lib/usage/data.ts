import type { Context } from "@/lib/access/context";
import { ExpiringCache } from "@/lib/access/expiring-cache";
import { allow } from "@/lib/access/policy";
import { isPersonal, readerOf, warehousesOf } from "@/lib/access/reader";
import { mayOpenSql } from "@/lib/executions/list";
import { seer, seesPipeline } from "@/lib/pipelines/row";
import { sql } from "@/lib/platform/db/pool";
import type { UsageQuery, UsageView, UsageWeek, UsedExecution, UsedQuery, UsedTable, UsedTeam } from "./schema";
import { staleQueries } from "./stale";
import { unopenedTriggers } from "./unopened";
import { unopenedPipelines } from "./unopened-pipelines";

/** Lines of each list. */
const lines = 10;
/** What is the company's own is the same for everybody who looks within the minute. */
const company = new ExpiringCache<Promise<unknown>>(30_000, 500);

function kept<Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> {
  const known = company.get(key) as Promise<Answer> | undefined;
  if (known) return known;
  const answer = read();
  company.set(key, answer);
  // A failure is nobody else's.
  answer.catch(() => company.delete(key));
  return answer;
}

/** For tests, which look twice within the minute. */
export function forgetUsage(): void {
  company.clear();
}

/**
 * How Sluice is used. Numbers of people and load are the company's; queries, tables and executions are those that this
 * person may see by themselves.
 */
export async function getUsage(ctx: Context, asked: UsageQuery): Promise<UsageView> {
  allow(ctx, "usage.read");
  const { days, weeks, team } = asked;
  const warehouses = await sharedWarehouses(ctx);
  const [about, people, teams, total] = await Promise.all([
    kept("about", countedAndSince),
    kept(`weeks ${weeks} ${team ?? ""}`, () => weeksOf(weeks, team ?? null)),
    kept(`teams ${days}`, () => teamsOf(days)),
    kept(`total ${days}`, () => totalSeconds(days)),
  ]);
  const of = (row: { seconds: number }) => (total > 0 ? row.seconds / total : 0);
  const [queries, tables, slowest, expensive, stale, ofQueries, ofPipelines] = await Promise.all([
    topQueries(warehouses, days, team ?? null),
    topTables(ctx, warehouses, days, team ?? null),
    tops(ctx, days, "seconds"),
    tops(ctx, days, "bytes"),
    staleQueries(ctx, warehouses),
    unopenedTriggers(ctx, warehouses, about.since),
    unopenedPipelines(ctx, about.pipelinesSince),
  ]);
  return {
    countedAt: about.counted?.toISOString() ?? null,
    openingsSince: about.since.toISOString(),
    pipelineOpeningsSince: about.pipelinesSince.toISOString(),
    days,
    weeks: people,
    teams: teams.map((row) => ({ ...row, share: of(row) })),
    queries: queries.map((row) => ({ ...row, share: of(row) })),
    tables,
    slowest,
    expensive,
    stale,
    unopened: [...ofQueries, ...ofPipelines].sort((a, b) => b.seconds - a.seconds).slice(0, 2 * lines),
  };
}

/** Not those where everybody has a reader of their own: what is in there is nobody else's business. */
async function sharedWarehouses(ctx: Context): Promise<string[]> {
  const all = await warehousesOf(ctx);
  const personal = await Promise.all(all.map(isPersonal));
  return all.filter((_, index) => !personal[index]);
}

interface About {
  counted: Date | null;
  /** When openings of queries, boards and executions began to be noted. */
  since: Date;
  /** The same of pipelines. */
  pipelinesSince: Date;
}

export async function countedAndSince(): Promise<About> {
  const [row] = await sql<About>(
    "usage-about",
    `select (select max(counted_at) from usage_counted) as counted, (select min(at) from visits_since where kind is null) as since,
       (select min(at) from visits_since where kind = 'pipeline') as "pipelinesSince"`,
    [],
  );
  return row as About;
}

const weeksOf = (weeks: number, team: string | null) =>
  sql<UsageWeek>(
    "usage-weeks",
    `select g::date::text as week, count(distinct u.user_id) filter (where source <> 'schedule' and p.id is not null)::int as people,
       count(*) filter (where source = 'page')::int as page,
       count(*) filter (where source = 'pipelines' and p.id is not null)::int as pipelines,
       count(*) filter (where source = 'api' and p.id is not null)::int as api,
       count(*) filter (where source = 'schedule')::int as schedule
     from generate_series(date_trunc('week', now() at time zone 'utc') - make_interval(weeks => $1 - 1),
       now() at time zone 'utc', interval '7 days') g
     left join usage_weeks u on u.week = g::date
       and ($2::text is null or u.user_id in (select user_id from team_members where team_id = $2))
     left join users p on p.id = u.user_id and p.service_team_id is null
     group by 1 order by 1`,
    [weeks, team],
  );

const sinceSql = (days: string) => `day > (now() at time zone 'utc')::date - ${days}::int`;

async function totalSeconds(days: number): Promise<number> {
  const [row] = await sql<{ seconds: number }>(
    "usage-total",
    `select coalesce(sum(seconds), 0) as seconds from usage_days where ${sinceSql("$1")}`,
    [days],
  );
  return row?.seconds ?? 0;
}

/** Who is in a team today: who has left it since took their past along. */
const teamsOf = (days: number) =>
  sql<Omit<UsedTeam, "share">>(
    "usage-teams",
    `with used as (select user_id, sum(executions + stages) filter (where source <> 'schedule') as own,
         sum(executions) as executions, sum(stages) as stages, sum(seconds) as seconds from usage_days where ${sinceSql("$1")} group by 1)
     select t.id, t.name, count(u.id)::int as members, count(*) filter (where d.own > 0)::int as people,
       coalesce(sum(d.executions), 0)::int as executions, coalesce(sum(d.stages), 0)::int as stages, coalesce(sum(d.seconds), 0)::float8 as seconds
     from teams t left join team_members m on m.team_id = t.id
       left join users u on u.id = m.user_id and u.disabled_at is null left join used d on d.user_id = u.id
     group by t.id, t.name order by seconds desc, t.name limit 50`,
    [days],
  );

const topQueries = (warehouses: string[], days: number, team: string | null) =>
  sql<Omit<UsedQuery, "share">>(
    "usage-queries",
    `select q.id, q.title, coalesce(t.name, o.name) as owner, d.people, d.executions, d.seconds from (
       select query_id, count(distinct user_id) filter (where source <> 'schedule')::int as people,
         sum(executions)::int as executions, sum(seconds) as seconds
       from usage_days where ${sinceSql("$1")} and query_id <> '' and warehouse_id = any($2)
         and ($3::text is null or user_id in (select user_id from team_members where team_id = $3))
       group by 1 order by people desc, executions desc limit ${lines}) d
     join queries q on q.id = d.query_id join users o on o.id = q.owner_id left join teams t on t.id = q.team_id
     order by d.people desc, d.executions desc, q.id`,
    [days, warehouses, team],
  );

async function topTables(ctx: Context, warehouses: string[], days: number, team: string | null): Promise<UsedTable[]> {
  const rows = await sql<{ id: string; name: string; table: string; people: number; executions: number }>(
    "usage-tables",
    `select w.id, w.name, d.* from (
       select warehouse_id, table_name as table, count(distinct user_id) filter (where source <> 'schedule')::int as people,
         sum(executions)::int as executions
       from usage_tables where ${sinceSql("$1")} and warehouse_id = any($2)
         and ($3::text is null or user_id in (select user_id from team_members where team_id = $3))
       group by 1, 2 order by people desc, executions desc limit 200) d
     join warehouses w on w.id = d.warehouse_id order by d.people desc, d.executions desc, 3`,
    [days, warehouses, team],
  );
  const mine = await seenBy(ctx, rows);
  return mine
    .slice(0, lines)
    .map(({ id, name, table, people, executions }) => ({ warehouse: { id, name }, table, people, executions }));
}

/** Those of them that this person's reader sees, by the catalogue. */
async function seenBy<Row extends { id: string; table: string }>(ctx: Context, rows: Row[]): Promise<Row[]> {
  const readers = new Map<string, string | null>();
  for (const id of new Set(rows.map((row) => row.id))) readers.set(id, await readerOf(ctx, id));
  const seen = await sql<{ warehouse: string; table: string }>(
    "usage-tables-seen",
    `select c.warehouse_id as warehouse, (t ->> 'schema') || '.' || (t ->> 'name') as table
     from catalogs c, jsonb_array_elements(c.tables) t
     where c.reader_id = any($1) and (t ->> 'schema') || '.' || (t ->> 'name') = any($2)`,
    [[...readers.values()].filter((id) => id !== null), rows.map(({ table }) => table)],
  );
  const known = new Set(seen.map(({ warehouse, table }) => `${warehouse} ${table}`));
  return rows.filter(({ id, table }) => known.has(`${id} ${table}`));
}

type By = "seconds" | "bytes";
type Top = Omit<UsedExecution, "submittedAt"> & { submitted: Date };

/** Executions and stages together. */
async function tops(ctx: Context, days: number, by: By): Promise<UsedExecution[]> {
  const [executions, stages] = await Promise.all([topExecutions(ctx, days, by), topStages(ctx, days, by)]);
  return [...executions, ...stages]
    .sort((a, b) => b[by] - a[by])
    .slice(0, lines)
    .map(({ submitted, ...row }) => ({ ...row, submittedAt: submitted.toISOString() }));
}

async function topStages(ctx: Context, days: number, by: By): Promise<Top[]> {
  return sql<Top>(
    `usage-stage-tops-${by}`,
    `select 'stage' as kind, a.id, r.id as run, coalesce(p.title, p.name) || ' › ' || a.stage as title, u.name as user,
       w.name as warehouse, a.queued_at as submitted, o.seconds, o.bytes
     from usage_stage_tops o join attempts a on a.id = o.attempt_id join runs r on r.id = a.run_id
       join pipelines p on p.id = r.pipeline_id join users u on u.id = a.user_id join warehouses w on w.id = o.warehouse_id
     where o.${sinceSql("$5")} and o.${by} > 0 and not w.personal and ${seesPipeline("$1", "$2", "$3", "$4")}
     order by o.${by} desc, a.id limit ${lines}`,
    [...(await seer(ctx)), days],
  );
}

async function topExecutions(ctx: Context, days: number, by: By): Promise<Top[]> {
  return sql<Top>(
    `usage-tops-${by}`,
    `select 'execution' as kind, e.id, null as run, coalesce(q.title, left(e.sql, 200)) as title, u.name as user, w.name as warehouse,
       e.submitted_at as submitted, o.seconds, o.bytes
     from usage_tops o join executions e on e.id = o.execution_id join statements s on s.id = e.statement_id
       join users u on u.id = e.user_id join warehouses w on w.id = e.warehouse_id left join queries q on q.id = e.query_id
     where o.${sinceSql("$4")} and o.${by} > 0 and not w.personal and ($3 or ${mayOpenSql})
     order by o.${by} desc, e.id limit ${lines}`,
    [ctx.user.id, ctx.teamIds, ctx.user.role === "admin", days],
  );
}
