import type { Context } from "@/lib/access/context";
import { may } from "@/lib/access/policy";
import { mayEditPipeline, seer, seesPipeline } from "@/lib/pipelines/row";
import { sql } from "@/lib/platform/db/pool";
import type { UnopenedTrigger } from "./schema";
import { daysUnopened } from "./unopened";

/** For so long it counts that a pipeline sent something: one may run once a year. */
const knownDays = 400;

interface Row {
  id: string;
  name: string;
  title: string;
  owner_id: string;
  team_id: string | null;
  owner: string;
  when: string;
  zone: string;
  last: string | null;
  runs: number;
  seconds: number;
  total: number;
}

/**
 * Schedules of pipelines that go on and of which nobody had anything for 60 days: nobody opened the pipeline, one of its runs or
 * what these handed on, nor started one by hand or by the API, and nothing but the pipeline itself read a table that it writes.
 * Those that leave something where no reading is seen are left out: a mail, a webhook, a file, tables that no form names. That
 * somebody is told when it fails is no use of it.
 * @param since when openings of pipelines began to be noted; nothing can be said until 60 days after
 */
export async function unopenedPipelines(ctx: Context, since: Date): Promise<UnopenedTrigger[]> {
  if (Date.now() - since.getTime() < daysUnopened * 86_400_000) return [];
  const rows = await sql<Row>(
    "usage-unopened-pipelines",
    `with opened as (
       select t.id, p.id as pipeline_id, greatest(
         (select max(v.day) from visits v where v.kind = 'pipeline' and v.object_id = p.id),
         (select max(r.created_at)::date from runs r where r.pipeline_id = p.id and r.trigger <> 'cron')) as last
       from triggers t join pipelines p on p.id = t.pipeline_id
       where t.paused_at is null and t.next_at is not null and t.created_at < now() - make_interval(days => $5)
         and p.archived_at is null and ${seesPipeline("$1", "$2", "$3", "$4")}),
     unopened as (
       select * from opened o where (last is null or last <= current_date - $5::int)
         and not exists (select from usage_pipeline_reads r where r.pipeline_id = o.pipeline_id and r.day > current_date - $5::int)
         and not exists (select from usage_pipeline_writes w where w.pipeline_id = o.pipeline_id and w.warehouse_id = ''
           and w.last > current_date - ${knownDays}))
     select t.id, p.name, coalesce(p.title, p.name) as title, p.owner_id, p.team_id, coalesce(g.name, o.name) as owner,
       coalesce(t.cron, t.at::text) as when, t.zone, unopened.last::text as last, coalesce(load.runs, 0)::int as runs,
       coalesce(load.seconds, 0)::float8 as seconds, (select coalesce(sum(seconds), 0) from usage_days
         where day > current_date - $5::int) as total
     from unopened join triggers t on t.id = unopened.id join pipelines p on p.id = unopened.pipeline_id
       join users o on o.id = p.owner_id left join teams g on g.id = p.team_id
       left join lateral (select sum(runs) as runs, sum(seconds) as seconds from usage_schedules
         where trigger_id = t.id and day > current_date - $5::int) load on true
     order by seconds desc, t.id limit 20`,
    [...(await seer(ctx)), daysUnopened],
  );
  const writes = may(ctx, "trigger.write") && may(ctx, "pipeline.write");
  return rows.map((row) => ({
    ...{ id: row.id, kind: "pipeline", objectId: row.name, title: row.title, owner: row.owner },
    ...{ when: row.when, zone: row.zone, lastOpened: row.last, runs: row.runs, seconds: row.seconds },
    share: row.total > 0 ? row.seconds / row.total : 0,
    mayPause: writes && mayEditPipeline(ctx, row),
  }));
}
