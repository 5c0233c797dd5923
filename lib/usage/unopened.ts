import type { Context } from "@/lib/access/context";
import { may } from "@/lib/access/policy";
import { sql } from "@/lib/platform/db/pool";
import { mayEditTrigger } from "@/lib/triggers/data";
import type { UnopenedTrigger } from "./schema";

/** Days without an opening after which a refresh is proposed for pausing. */
export const daysUnopened = 60;

interface Row {
  id: string;
  query_id: string | null;
  board_id: string | null;
  title: string;
  owner_id: string;
  owner: string;
  team: string | null;
  when: string;
  zone: string;
  last: string | null;
  runs: number;
  seconds: number;
  total: number;
}

/**
 * Schedules that go on and whose answers nobody opened for 60 days: not the query, a board that shows it or one of the
 * executions, nor ran it by hand, nor by a share. Those that tell somebody are left out: they are read elsewhere. Of pipelines
 * see unopened-pipelines.ts.
 * @param since when openings began to be noted; nothing can be said until 60 days after
 */
export async function unopenedTriggers(ctx: Context, warehouses: string[], since: Date): Promise<UnopenedTrigger[]> {
  if (Date.now() - since.getTime() < daysUnopened * 86_400_000) return [];
  const rows = await sql<Row>(
    "usage-unopened",
    `with opened as (
       select t.id, greatest(
         (select max(v.day) from visits v where v.kind = 'query' and v.object_id = any(a.queries)),
         (select max(v.day) from visits v where v.kind = 'board' and (v.object_id = t.board_id
            or v.object_id in (select b.board_id from board_queries b where b.query_id = t.query_id))),
         (select max(d.day) from usage_days d where d.query_id = any(a.queries) and d.query_id <> '' and d.source <> 'schedule'),
         (select max(v.day) from visits v join executions e on e.id = v.object_id
            where v.kind = 'execution' and e.query_id = any(a.queries) and v.day > current_date - $2::int),
         (select max(p.at)::date from shares s join share_openings p on p.share_id = s.id
            where s.query_id = any(a.queries) or s.kind = 'board' and s.object_id = t.board_id)) as last
       from triggers t cross join lateral (select case when t.query_id is not null then array[t.query_id]
         else array(select b.query_id from board_queries b where b.board_id = t.board_id) end as queries) a
       where t.pipeline_id is null and t.paused_at is null and t.next_at is not null and t.mail_when = 'never' and t.webhook is null
         and t.created_at < now() - make_interval(days => $2)),
     load as (
       select r.trigger_id, count(distinct r.slot)::int as runs,
         sum(extract(epoch from s.finished_at - s.started_at)) filter (where e.via is null) as seconds
       from trigger_runs r join executions e on e.id = r.execution_id join statements s on s.id = e.statement_id
       where r.slot > now() - make_interval(days => $2) and r.trigger_id in (select id from opened
         where last is null or last <= current_date - $2::int) group by 1)
     select t.id, t.query_id, t.board_id, coalesce(q.title, b.title) as title, t.owner_id, o.name as owner, o.service_team_id as team,
       coalesce(t.cron, t.at::text) as when, t.zone, opened.last::text as last, coalesce(load.runs, 0) as runs,
       coalesce(load.seconds, 0)::float8 as seconds, (select coalesce(sum(seconds), 0) from usage_days
         where day > current_date - $2::int) as total
     from opened join triggers t on t.id = opened.id join users o on o.id = t.owner_id
       left join queries q on q.id = t.query_id left join boards b on b.id = t.board_id left join load on load.trigger_id = t.id
     where (opened.last is null or opened.last <= current_date - $2::int)
       and (q.warehouse_id = any($1) or b.owner_id = $3 or b.team_id = any($4) or $5 and b.id is not null)
     order by seconds desc, t.id limit 20`,
    [warehouses, daysUnopened, ctx.user.id, ctx.teamIds, ctx.user.role === "admin"],
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.board_id === null ? "query" : "board",
    objectId: row.board_id ?? row.query_id ?? "",
    title: row.title,
    owner: row.owner,
    when: row.when,
    zone: row.zone,
    lastOpened: row.last,
    runs: row.runs,
    seconds: row.seconds,
    share: row.total > 0 ? row.seconds / row.total : 0,
    mayPause:
      may(ctx, "trigger.write") && mayEditTrigger(ctx, { ownerId: row.owner_id, owner: { serviceTeamId: row.team } }),
  }));
}
