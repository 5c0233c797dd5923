import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { lanes } from "@/lib/executions/schema";
import { laneWithin } from "@/lib/gate/lane-of";
import { downstream, edgesInto } from "@/lib/pipelines/graph";
import { pipelineFor, requirePipelineEdit } from "@/lib/pipelines/row";
import type { PipelineDocument } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { isOver, runFor } from "./row";
import { runParams } from "./run-params";
import type { RetryRun, StartedRun } from "./schema";
import { createRun, publishedVersion } from "./start-run";

/**
 * Goes on from a run that has ended, as a run of its own over the same interval: from what did not succeed, from one stage
 * on, one stage alone, or all of it; by the same version or the latest. What is not run again keeps its outputs.
 * A stage may be given other memory, for this run and those that go on from it.
 * @throws SluiceError forbidden, not_found, conflict while it runs, invalid at the field
 */
export async function retryRun(ctx: Context, id: string, asked: RetryRun, newId?: string): Promise<StartedRun> {
  allow(ctx, "pipeline.run");
  const run = await runFor(ctx, id);
  if (run.tried) throw new SluiceError("conflict", "This was a try. Try the draft again as it is now.");
  if (run.saves)
    throw new SluiceError(
      "conflict",
      "This saved rows as a table. Save them again from the page of the query's answer.",
    );
  const pipeline = await pipelineFor(ctx, run.pipeline_id);
  requirePipelineEdit(ctx, pipeline);
  if (!isOver(run.state)) throw new SluiceError("conflict", "This run has not ended yet. Cancel it first, or wait.");
  const number = asked.version === "latest" ? pipeline.version : run.version;
  const version = await publishedVersion(pipeline.id, number);
  const again = stagesAgain(version.document, asked, await succeededIn(id));
  if (again.reuse.size === version.document.stages.length)
    throw new SluiceError("conflict", "All of it succeeded. Name a stage, or have the whole of it run again.");
  const memory = await memoryOf(id, asked);
  return createRun(ctx, {
    ...{
      pipeline,
      version,
      memory,
      trigger: "retry",
      lane: laneWithin(ctx, lanes[run.lane] ?? "scheduled"),
      retryOf: id,
    },
    interval: { from: run.interval_from, to: run.interval_to, timeZone: run.time_zone },
    params: runParams(version.document, knownParams(version.document, run.params)),
    ...(newId ? { id: newId } : {}),
    ...again,
  });
}

/** By stage, the attempt that succeeded and whose outputs are still there. */
async function succeededIn(runId: string): Promise<Map<string, string>> {
  const rows = await db().runStage.findMany({ where: { runId, state: "succeeded" } });
  const attempts = rows.flatMap(({ attemptId }) => attemptId ?? []);
  const expired = await db().artifact.findMany({
    where: { attemptId: { in: attempts }, expiredAt: { not: null } },
    select: { attemptId: true },
  });
  const gone = new Set(expired.map(({ attemptId }) => attemptId));
  return new Map(
    rows.flatMap(({ stage, attemptId }) => (attemptId && !gone.has(attemptId) ? [[stage, attemptId] as const] : [])),
  );
}

/** What each stage had in that run alone, and the one that is named has now. */
async function memoryOf(runId: string, { stage, memory }: RetryRun): Promise<Map<string, string>> {
  if (memory !== undefined && stage === undefined) throw invalidAt("memory", "Name the stage that is to have it.");
  const rows = await db().runStage.findMany({ where: { runId, memory: { not: null } } });
  const before = new Map(rows.map((row) => [row.stage, row.memory as string]));
  return stage !== undefined && memory !== undefined ? before.set(stage, memory) : before;
}

/** What is not run again: its attempts, and what is left out altogether. */
function stagesAgain(
  document: PipelineDocument,
  { stage, only, whole }: RetryRun,
  succeeded: Map<string, string>,
): { reuse: Map<string, string>; leave?: Set<string> } {
  if (stage !== undefined && !document.stages.some(({ id }) => id === stage))
    throw invalidAt("stage", `This version has no stage ${stage}.`);
  if (whole && stage !== undefined) throw invalidAt("whole", "Name a stage, or have all of it run again.");
  if (only && stage === undefined) throw invalidAt("only", "Name the stage.");
  if (whole) return { reuse: new Map() };
  if (stage === undefined) return { reuse: upTo(document, succeeded) };
  const below = downstream(document, stage);
  const reuse = new Map([...succeeded].filter(([id]) => id !== stage && (only || !below.has(id))));
  const missing = edgesInto(document.stages.find(({ id }) => id === stage) ?? { id: stage }).find(
    ({ from }) => !reuse.has(from),
  );
  if (only && missing)
    throw invalidAt(
      "stage",
      `It needs ${missing.from}, which did not succeed, or whose outputs are not kept any more. Run it again from there.`,
    );
  if (!only) return { reuse: upTo(document, reuse) };
  const leave = new Set(document.stages.map(({ id }) => id).filter((id) => id !== stage && !reuse.has(id)));
  return { reuse, leave };
}

/** Of what succeeded that whose stages before it are all among these: a new version may have put another before it. */
function upTo(document: PipelineDocument, succeeded: Map<string, string>): Map<string, string> {
  const kept = new Map(succeeded);
  for (let changed = true; changed; ) {
    changed = false;
    for (const stage of document.stages)
      if (kept.has(stage.id) && edgesInto(stage).some(({ from }) => !kept.has(from))) changed = kept.delete(stage.id);
  }
  return new Map(document.stages.flatMap(({ id }) => (kept.has(id) ? [[id, kept.get(id) as string] as const] : [])));
}

/** A later version may have dropped a parameter. */
const knownParams = (document: PipelineDocument, params: Record<string, string | number | boolean>) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => Object.hasOwn(document.parameters ?? {}, name)));
