import type { Context } from "@/lib/access/context";
import { isTheirs, seer, seesPipeline } from "@/lib/pipelines/row";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import type { RunItem, RunState, SavedTable } from "./schema";
import { runUrl } from "./url";

/** A run as the reads select it. */
export interface RunRow {
  id: string;
  pipeline_id: string;
  pipeline_name: string;
  pipeline_title: string | null;
  owner_id: string;
  team_id: string | null;
  version: number;
  /** Of a try; `pipeline_id` is then that which it is a draft of, or its own. */
  tried: { rows: number | null; until: string | null } | null;
  /** Of one that saves rows as a table. */
  saves: SavedTable | null;
  state: RunState | "cancelling";
  trigger: RunItem["trigger"];
  interval_from: Date;
  interval_to: Date;
  time_zone: string;
  user_id: string;
  user_name: string;
  retry_of: string | null;
  error: string | null;
  failed: RunItem["failed"];
  not_isolated: boolean;
  params: Record<string, string | number | boolean>;
  lane: number;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** With the title that its run's page gives it: its own, or its operator's where no other stage has that one. */
const failedStage = `(select jsonb_build_object('stage', s.stage, 'title', coalesce(d.stage ->> 'title', case when 1 = (
      select count(*) from jsonb_array_elements(d.document -> 'stages') o where o ->> 'operator' = d.stage ->> 'operator')
    then d.pins -> (d.stage ->> 'operator') -> 'manifest' ->> 'title' end))
  from run_stages s left join lateral (
    select v.document, v.pins, one as stage from (
        select document, pins from pipeline_versions where pipeline_id = r.pipeline_id and number = r.version
        union all select y.document, y.pins where y.run_id is not null) v,
      jsonb_array_elements(v.document -> 'stages') one where one ->> 'id' = s.stage limit 1) d on true
  where s.run_id = r.id and s.state = 'failed' order by strpos(r.error, s.stage || ': ') = 1 desc, s.position limit 1)`;

export const runColumns = `r.id, coalesce(p.id, y.pipeline_id, r.id) as pipeline_id, coalesce(p.name, y.name) as pipeline_name,
  coalesce(p.title, y.title) as pipeline_title, coalesce(p.owner_id, y.owner_id) as owner_id,
  coalesce(p.team_id, y.team_id) as team_id, r.version,
  case when y.run_id is not null and y.saves is null then jsonb_build_object('rows', y.rows, 'until', y.until) end as tried, y.saves,
  r.state::text, r.trigger, r.interval_from, r.interval_to, r.time_zone, r.user_id, u.name as user_name, r.retry_of, r.error,
  case when r.state = 'failed' then ${failedStage} end as failed,
  exists (select from attempts a where a.run_id = r.id and a.runtime = 'process') as not_isolated,
  r.params, r.lane, r.created_at, r.started_at, r.finished_at`;
export const runTables =
  "runs r left join pipelines p on p.id = r.pipeline_id left join tries y on y.run_id = r.id join users u on u.id = r.user_id";
/** Those of pipelines: a try is found by who has its id. */
export const published = "r.pipeline_id is not null";

/** Whoever might publish the draft, or is of the team whose schema it is. */
const seesTry = "y.run_id is not null and ($4 or r.user_id = $1 or y.owner_id = $1 or y.team_id = any($2))";

/** @throws SluiceError not_found, also for a run of a pipeline that is none of theirs */
export async function runFor(ctx: Context, id: string): Promise<RunRow> {
  const { rows } = await pool().query<RunRow>(
    `select ${runColumns} from ${runTables} where r.id = $5 and (${published} and ${seesPipeline("$1", "$2", "$3", "$4")} or ${seesTry})`,
    [...(await seer(ctx)), id],
  );
  if (rows[0]) return rows[0];
  throw new SluiceError("not_found", "There is no such run that you may open.");
}

/**
 * One whose artifacts and lines this person may look at. Who sees a try may.
 * @throws SluiceError not_found as `runFor`; forbidden, for who sees no more than how it went
 */
export async function openedRun(ctx: Context, id: string): Promise<RunRow> {
  const run = await runFor(ctx, id);
  if (run.tried || run.saves || isTheirs(ctx, run)) return run;
  throw new SluiceError(
    "forbidden",
    "What the stages of this run printed and handed on opens for the team that owns its pipeline. Ask to become one of it.",
  );
}

/** What is being cancelled still runs. */
export const stateOf = (state: RunRow["state"]): RunState => (state === "cancelling" ? "running" : state);

export const isOver = (state: RunRow["state"]): boolean => ["succeeded", "failed", "cancelled"].includes(state);

export function itemOf(row: RunRow): RunItem {
  return {
    id: row.id,
    url: runUrl(row.id),
    pipeline: { id: row.pipeline_id, name: row.pipeline_name, title: row.pipeline_title },
    version: row.version,
    state: stateOf(row.state),
    trigger: row.trigger,
    interval: { from: row.interval_from.toISOString(), to: row.interval_to.toISOString(), timeZone: row.time_zone },
    by: { id: row.user_id, name: row.user_name },
    retryOf: row.retry_of,
    error: row.error,
    failed: row.failed,
    notIsolated: row.not_isolated,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
