import { type Hold, stageHoldWords } from "@/lib/gate/hold";
import { placesOf } from "@/lib/gate/places";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { sql } from "@/lib/platform/db/pool";
import type { Exit } from "@/lib/runtimes/runtime";
import type { Pin } from "./lease";
import { limitsOf } from "./limits";
import type { ArtifactView, AttemptView, StageError, StageState, StageView } from "./schema";

interface StageRow {
  stage: string;
  operator: string;
  state: StageState;
  needs: string[];
  retries: number;
  spent: number;
  retry_at: Date | null;
  attempt_id: string | null;
  reused: boolean;
  error: StageError | null;
  note: string | null;
  memory: string | null;
  started_at: Date | null;
  finished_at: Date | null;
  document: PipelineDocument;
  pins: Record<string, Pin>;
}

interface AttemptRow {
  id: string;
  stage: string;
  number: number;
  state: "waiting" | "admitted" | "running" | "cancelling" | "succeeded" | "failed" | "cancelled" | "lost";
  queued_at: Date;
  admitted_at: Date | null;
  started_at: Date | null;
  program_start: Date | null;
  program_end: Date | null;
  finished_at: Date | null;
  runtime: string | null;
  exit: Exit | null;
  peak_memory: number | null;
  cpu_seconds: number | null;
  rows: number | null;
  metrics: AttemptView["metrics"];
  plan: AttemptView["plan"];
  error: StageError | null;
  stop_reason: string | null;
  log_lines: number;
  waits_for: string | null;
  waits: Waits | null;
}

/** Of one that stands at the gate: what holds it at each warehouse, and whether a worker has a hand free. */
interface Waits {
  doors: { warehouse: string; hold: Hold | null; full: boolean; crowded: boolean; mine: number; slots: number }[];
  stages: boolean;
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** A run's stages in the document's order, with their attempts and what they published. */
export async function stagesOf(runId: string): Promise<StageView[]> {
  const stages = await sql<StageRow>(
    "run_stages",
    `select s.stage, s.operator, s.state::text, s.needs, s.retries, s.spent, s.retry_at, s.attempt_id, s.reused, s.error, s.note, s.memory,
       s.started_at, s.finished_at, case when s.position = 0 then coalesce(v.document, y.document) end as document,
       case when s.position = 0 then coalesce(v.pins, y.pins) end as pins
     from run_stages s join runs r on r.id = s.run_id left join tries y on y.run_id = r.id
       left join pipeline_versions v on v.pipeline_id = r.pipeline_id and v.number = r.version
     where s.run_id = $1 order by s.position`,
    [runId],
  );
  const ids = stages.flatMap(({ attempt_id, reused }) => (reused && attempt_id ? [attempt_id] : []));
  const attempts = await sql<AttemptRow>("run_attempts", attemptsSql, [runId, ids]);
  const places = await placesOf(attempts.flatMap(({ id, waits }) => (waits?.doors.length ? [id] : [])));
  const artifacts = await sql<ArtifactView & { bytes: number }>(
    "run_artifacts",
    `select attempt_id as attempt, output, format, files, bytes, rows, columns,
       case when expired_at is not null then jsonb_build_object('at', to_char(expired_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'by', coalesce(expired_by, '')) end as expired
     from artifacts where attempt_id = any($1)
     order by attempt_id, output`,
    [attempts.map(({ id }) => id)],
  );
  const [first] = stages;
  const described = new Map(first?.document.stages.map((stage) => [stage.id, stage]));
  const pinned = (operator: string) => first?.pins[operator]?.manifest;
  const alone = (operator: string) => first?.document.stages.filter((one) => one.operator === operator).length === 1;
  return stages.map((row) => {
    const stage = described.get(row.stage);
    const manifest = stage && pinned(stage.operator);
    const own = attempts.filter((one) => one.stage === row.stage || one.id === row.attempt_id);
    return {
      id: row.stage,
      title: stage?.title ?? (stage && alone(stage.operator) ? (manifest?.title ?? null) : null),
      operator: row.operator,
      state: row.state,
      needs: row.needs,
      startedAt: iso(row.started_at),
      finishedAt: iso(row.finished_at),
      retryAt: iso(row.retry_at),
      retriesLeft: row.retries - row.spent,
      reused: row.reused,
      limits: stage && manifest ? limitsOf(stage, manifest, row.memory) : { cpu: 0, memoryBytes: 0, seconds: 0 },
      error: row.error,
      note: row.note,
      attempts: own.map((one) => viewOf(one, places.get(one.id) ?? null)),
      artifacts: artifacts.filter(({ attempt }) => own.some(({ id }) => id === attempt)),
    };
  });
}

const attemptsSql = `select a.id, a.stage, a.number, a.state::text, a.queued_at, a.admitted_at, a.started_at, a.program_start,
    a.program_end, a.finished_at, a.runtime, a.exit, a.peak_memory, a.cpu_seconds, a.rows, a.metrics, a.plan, a.error, a.stop_reason,
    a.log_lines, case when a.state in ('running', 'cancelling') then a.waits_for end as waits_for, case when a.state = 'waiting' then jsonb_build_object('stages', sluice_stage_slot_free(), 'doors', coalesce((
      select jsonb_agg(jsonb_build_object('warehouse', w.name, 'hold', case when w.paused or w.ruled
          then sluice_hold(w.id, k.user_id, k.token_id, k.lane) end,
        'full', l.used >= least(w.slots, w.slots_now), 'crowded', w.per_user > 0 and l.mine >= w.per_user,
        'mine', l.mine, 'slots', least(w.slots, w.slots_now)) order by w.name)
      from work k join warehouses w on w.id = k.warehouse_id cross join lateral (
        select count(*) as used, count(*) filter (where o.user_id = k.user_id) as mine from work o
        where o.warehouse_id = w.id and o.state in ('admitted', 'running')) l
      where k.attempt_id = a.id), '[]')) end as waits
  from attempts a where a.run_id = $1 or a.id = any($2) order by a.stage, a.number`;

const shown = { waiting: "queued", admitted: "queued", cancelling: "running" } as const;

function viewOf(row: AttemptRow, place: AttemptView["place"]): AttemptView {
  return {
    id: row.id,
    number: row.number,
    state: row.state in shown ? shown[row.state as keyof typeof shown] : (row.state as AttemptView["state"]),
    queuedAt: row.queued_at.toISOString(),
    admittedAt: iso(row.admitted_at),
    startedAt: iso(row.started_at),
    programStart: iso(row.program_start),
    programEnd: iso(row.program_end),
    finishedAt: iso(row.finished_at),
    runtime: row.runtime,
    exitCode: row.exit?.code ?? null,
    peakMemoryBytes: row.peak_memory,
    cpuSeconds: row.cpu_seconds,
    rows: row.rows,
    metrics: row.metrics,
    plan: row.plan,
    error: row.error,
    stopReason: row.stop_reason,
    logLines: row.log_lines,
    waitingFor: row.waits ? waitingWords(row.waits) : row.waits_for,
    place,
  };
}

function waitingWords({ doors, stages }: Waits): string {
  for (const { warehouse, hold, full, crowded, mine, slots } of doors) {
    if (hold) return stageHoldWords(hold, warehouse);
    if (crowded)
      return `${mine === 1 ? "One slot" : `${mine} slots`} of ${warehouse} at once are what one person may use.`;
    if (full)
      return slots === 1 ? `The one slot of ${warehouse} is in use.` : `All ${slots} slots of ${warehouse} are in use.`;
  }
  return stages ? "Its turn comes next." : "Every worker runs as many stages as it may.";
}
