import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { lanes } from "@/lib/executions/schema";
import { executionUrl } from "@/lib/executions/url";
import { sql } from "@/lib/platform/db/pool";
import { publicUrl } from "@/lib/platform/url";
import { type HeatLimits, heatColumns, heatOf } from "./heat";
import { type HeldTeams, heldOf, heldTeams } from "./held";
import type { Hold } from "./hold";
import { ownLoad } from "./own-load";
import { pausesOf } from "./pauses";
import type { GateView, LoadView } from "./schema";
import { gateOf } from "./view";

const shown = 200;

interface Row {
  state: "waiting" | "admitted" | "running";
  lane: number;
  since: Date;
  backend_pid: number | null;
  execution_id: string;
  /** Of a stage of a pipeline. */
  run_id: string | null;
  sql: string;
  stopping: boolean;
  rows: number | null;
  usual_seconds: number | null;
  user_id: string;
  user_name: string;
  position: number;
  mine: number;
  /** Of work that waits at a gate with pauses or limits. */
  hold: Hold | null;
  /** Of a stage that waits: no worker has a hand free. */
  hands_full: boolean;
  token_id: string | null;
  token_name: string | null;
  raised: boolean;
}

/** Who holds the slots, who waits and why, and what the warehouse itself says: the admin's load page. */
export async function getLoad(ctx: Context, warehouseId: string): Promise<LoadView> {
  allow(ctx, "load.read");
  const { id, name } = await warehouseFor(warehouseId);
  const [rows, gate, pauses, own, [limits]] = await Promise.all([
    sql<Row>("load", query, [id, shown]),
    gateOf(id),
    pausesOf(id),
    ownLoad(id),
    sql<HeatLimits>("heat_limits", heatLimits, [id]),
  ]);
  const held = rows.filter((row) => row.state !== "waiting");
  const waiting = rows.filter((row) => row.state === "waiting");
  const teams = await heldTeams(waiting);
  const base = (row: Row) => ({
    kind: row.run_id === null ? ("execution" as const) : ("stage" as const),
    executionId: row.execution_id,
    url: row.run_id === null ? executionUrl(row.execution_id) : publicUrl(`/runs/${row.run_id}`),
    user: { id: row.user_id, name: row.user_name },
    sql: row.sql,
    lane: lanes[row.lane] ?? "api",
    token: row.token_id ? { id: row.token_id, name: row.token_name ?? "a token" } : null,
    since: row.since.toISOString(),
  });
  return {
    warehouse: { id, name },
    gate,
    pauses,
    used: held.length,
    running: held.map((row) => ({
      ...base(row),
      state: row.state === "admitted" ? "admitted" : row.stopping ? "stopping" : "running",
      rows: row.rows,
      usualSeconds: row.usual_seconds,
      backendPid: row.backend_pid,
    })),
    waiting: waiting.map((row) => ({
      ...base(row),
      position: row.position,
      raised: row.raised,
      reason: reasonOf(row, gate, held.length, teams),
    })),
    waitingTotal: gate.waiting,
    ...own,
    heat: own.warehouseLoad && limits ? heatOf(own.warehouseLoad, limits) : null,
  };
}

const heatLimits = `select ${heatColumns} from warehouses w where id = $1`;

/** Half of these statements `t`, of which there are a few at most, took as many seconds or fewer; null for none. */
const median = (statements: string) => `(select percentile_cont(0.5) within group
  (order by extract(epoch from t.finished_at - t.started_at)) from (${statements}) t
  where t.state = 'succeeded' and t.started_at is not null)`;

/**
 * How long statement `s` of execution `e` usually takes: by the last that asked the very same, else by the last of its
 * saved query here. Each is a look into an index (statements_reuse, executions_query), however long the past.
 */
const usual = `coalesce(
  ${median(`select * from statements p where p.join_key = s.join_key and p.state = 'succeeded' order by p.finished_at desc limit 20`)},
  ${median(`select p.* from (select x.statement_id, x.via from executions x where x.query_id = e.query_id order by x.id desc limit 50) x
    join statements p on p.id = x.statement_id and x.via is null and p.warehouse_id = s.warehouse_id`)})`;

const ofCrowd = `k.warehouse_id = $1 and k.state = 'waiting' and not k.raised
  and (k.user_id, coalesce(k.token_id, ''), k.lane, k.beside) = (c.user_id, c.token, c.lane, c.beside)`;

/**
 * One line a piece of work: its statement that runs, or stands first. The line of those who wait is as sluice_admit's
 * order would have it if nothing came or went: lane with ageing, turn about by person, age. Of many who wait few are looked
 * at one by one: as many as are shown come before whatever stands in a lane behind `cut`, and in that lane before everybody's
 * turns after the first `most`.
 */
const query = `
  with leased as (
    select r.user_id, count(*)::int as running from work r
    where r.warehouse_id = $1 and r.state in ('admitted', 'running') group by 1
  ), crowds as (
    select k.user_id, coalesce(k.token_id, '') as token, k.lane, k.beside, count(*) as pieces from work k
    where k.warehouse_id = $1 and k.state = 'waiting' and not k.raised group by 1, 2, 3, 4
  ), cut as (
    select coalesce((select c.lane from (select lane, sum(sum(pieces)) over (order by lane) as pieces from crowds group by 1) c
      where c.pieces >= $2 order by 1 limit 1), 3) as lane
  ), theirs as (
    select c.user_id, sum(c.pieces) as pieces, coalesce(max(l.running), 0) as running
    from crowds c left join leased l on l.user_id = c.user_id where c.lane <= (select lane from cut) group by 1
  ), turn as (
    select coalesce((select n from generate_series(1, $2 + (select max(running) from theirs)) n
      where (select sum(least(pieces, greatest(0, n - running))) from theirs) >= $2 limit 1), $2) as most
  ), parts as (
    select c.*, case when cut.lane = 0 then '-infinity' when c.lane < cut.lane then 'infinity'
        else now() - (c.lane - cut.lane + 1) * interval '5 minutes' end as before_cut,
      case when c.lane <= cut.lane then 'infinity' else now() - (c.lane - cut.lane) * interval '5 minutes' end as within_cut
    from crowds c cross join cut
  ), waiting as (
    select k.id, k.user_id, k.raised, k.queued_at, sluice_lane_now(k.lane, k.queued_at) as lane_now
    from (
      select f.* from parts c cross join lateral (
        (select * from work k where ${ofCrowd} and k.queued_at <= c.before_cut order by k.queued_at, k.id limit $2)
        union all
        (select * from work k where ${ofCrowd} and k.queued_at > c.before_cut and k.queued_at <= c.within_cut
          order by k.queued_at, k.id limit (select most from turn))) f
      union all
      select * from work k where k.warehouse_id = $1 and k.state = 'waiting' and k.raised
    ) k
  ), turns as (
    select w.*, row_number() over (partition by w.user_id, w.lane_now order by w.raised desc, w.queued_at, w.id) + coalesce(l.running, 0) as turn
    from waiting w left join leased l on l.user_id = w.user_id
  ), line as (
    (select t.id, row_number() over (order by t.raised desc, t.lane_now, t.turn, t.queued_at, t.id)::int as position
      from turns t order by 2 limit $2)
    union all
    select k.id, 0 from work k where k.warehouse_id = $1 and k.state in ('admitted', 'running')
  )
  select k.state::text, k.lane, coalesce(s.started_at, a.started_at, k.admitted_at, s.queued_at, k.queued_at) as since, k.backend_pid, l.position,
    coalesce(d.running, 0) as mine, coalesce(e.id, a.id) as execution_id, a.run_id,
    coalesce(left(e.sql, 2000), coalesce(p.title, p.name,
      case when y.saves is null then 'Try of ' || coalesce(y.title, y.name) else 'Save as ' || (y.saves->>'schema') || '.' || (y.saves->>'table') end)
      || ' › ' || a.stage) as sql,
    coalesce(s.state = 'cancelling', a.state = 'cancelling') as stopping,
    s.row_count as rows, case when s.state = 'running' then ${usual} end as usual_seconds, u.id as user_id, u.name as user_name, k.token_id, t.name as token_name, k.raised,
    case when k.state = 'waiting' and (w.paused or w.ruled)
      then sluice_hold(k.warehouse_id, k.user_id, k.token_id, k.lane) end as hold,
    k.state = 'waiting' and a.id is not null and not sluice_stage_slot_free() as hands_full
  from line l join work k on k.id = l.id
  join warehouses w on w.id = k.warehouse_id
  left join leased d on d.user_id = k.user_id
  left join api_tokens t on t.id = k.token_id
  left join lateral (select * from statements s where s.work_id = k.id and s.state in ('queued', 'running', 'cancelling')
    order by s.position limit 1) s on true
  left join lateral (select * from executions e where e.statement_id = s.id
    order by e.state not in ('queued', 'running', 'cancelling'), e.id limit 1) e on true
  left join attempts a on a.id = k.attempt_id left join runs r on r.id = a.run_id left join pipelines p on p.id = r.pipeline_id
  left join tries y on y.run_id = r.id
  join users u on u.id = k.user_id
  where e.id is not null or a.id is not null
  order by k.state <> 'waiting' desc, l.position, since`;

function reasonOf(row: Row, gate: GateView, used: number, teams: HeldTeams): string {
  if (row.hold) return heldOf(row.hold, row, teams);
  if (gate.perUser > 0 && row.mine >= gate.perUser) return `${row.user_name} already runs ${row.mine}`;
  if (used < gate.slotsNow)
    return row.hands_full ? "Every worker runs as many stages as it may" : "Its turn comes next";
  return gate.slotsNow < gate.slots
    ? `Slowed down: ${gate.slotsNow} of ${gate.slots} slots are given`
    : "All slots in use";
}
