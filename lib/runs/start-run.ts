import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { type Lane, lanes } from "@/lib/executions/schema";
import { type LimitFound, runRefusalWords } from "@/lib/gate/hold";
import { laneOf, laneWithin } from "@/lib/gate/lane-of";
import { secondsOf } from "@/lib/operators/quantities";
import type { Manifest } from "@/lib/operators/schema";
import { refParts } from "@/lib/operators/versions";
import { doorsOf, pipelineActor, reachingActor } from "@/lib/pipelines/doors";
import { edgesInto } from "@/lib/pipelines/graph";
import { type PipelineRow, pipelineFor, requirePipelineEdit } from "@/lib/pipelines/row";
import { type PipelineDocument, type Stage, unsaid } from "@/lib/pipelines/schema";
import { durable } from "@/lib/platform/db/pool";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { leftOut } from "./dry-stages";
import { intervalFor } from "./interval";
import type { Pin } from "./lease";
import { moveOn } from "./move-on";
import { runParams } from "./run-params";
import type { SavedTable, StartedRun, StartRun } from "./schema";
import { runUrl } from "./url";

/** By name; only what is saved as a table may have lists and nothing for a value. */
export type RunValues = Record<string, string | number | boolean | string[] | null>;

/** A version as runs need it. */
export interface Published {
  number: number;
  /** An admin wrote it; of a draft that is said beside it. */
  byAdmin?: boolean;
  document: PipelineDocument;
  pins: Record<string, Pin>;
}

export interface NewRun {
  /** Of a try the id is null where there is no such pipeline yet. */
  pipeline: Pick<PipelineRow, "name" | "owner_id" | "team_id"> & { id: string | null };
  version: Published;
  interval: { from: Date; to: Date; timeZone: string };
  params: RunValues;
  trigger: "manual" | "api" | "cron" | "retry" | "try" | "save";
  lane: Lane;
  /** Chosen before by who must not start it twice. */
  id?: string;
  retryOf?: string;
  /** By stage: the attempt whose outputs it takes over instead of running. */
  reuse?: Map<string, string>;
  /** By stage: what it may use in this run alone. */
  memory?: Map<string, string>;
  /** Stages that are not run at all. */
  leave?: Set<string>;
  /** The version is a draft, and nothing is written outside. */
  tried?: Alone & { rows: number | null; until: string | null };
  /** There is no pipeline: it saves rows as a table. */
  saves?: Alone & { saves: SavedTable };
}

/** Without a pipeline: as whom it reaches warehouses. */
interface Alone {
  teamId: string | null;
  byAdmin: boolean;
}

/**
 * Starts a run of the live version, by hand or by a program.
 * @throws SluiceError forbidden, not_found, invalid, rate_limited over a limit on what may wait
 */
export async function startRun(ctx: Context, name: string, input: StartRun, id?: string): Promise<StartedRun> {
  allow(ctx, "pipeline.run");
  const pipeline = await pipelineFor(ctx, name);
  requirePipelineEdit(ctx, pipeline);
  if (pipeline.archived_at) throw new SluiceError("conflict", "This pipeline is archived. Bring it back first.");
  const version = await publishedVersion(pipeline.id, pipeline.version);
  const interval = intervalFor(version.document, input, new Date());
  const params = runParams(version.document, input.params ?? {});
  const trigger = ctx.source === "web" ? "manual" : "api";
  const lane = input.lane ?? laneWithin(ctx, "scheduled");
  laneOf(ctx, lane);
  return createRun(ctx, { pipeline, version, interval, params, trigger, lane, ...(id ? { id } : {}) });
}

/**
 * Writes the run and its stages, and sends to the gate what can begin.
 * @throws SluiceError rate_limited over a limit on what may wait; then nothing of it is there
 */
export async function createRun(ctx: Context, run: NewRun): Promise<StartedRun> {
  const id = run.id ?? newId();
  const before = run.id && (await db().run.findUnique({ where: { id: run.id }, select: { id: true } }));
  // Made by the same request before; it may not have been moved on.
  if (before) {
    await moveOn(id);
    return { id, url: runUrl(id), state: "queued" };
  }
  const stages = await stagesOf(run);
  const limited = await db().$transaction(async (tx) => {
    await writeRun(tx, ctx, id, run, stages);
    await auditRun(tx, ctx, id, run);
    return begin(tx, id);
  });
  // Who begins under such a limit does so under the gate's lock, and does not wait for the disk there.
  if (limited) await durable();
  await moveOn(id);
  return { id, url: runUrl(id), state: "queued" };
}

const againSeconds = 10;

/** Answers whether there was a limit to look at. @throws SluiceError rate_limited */
async function begin(tx: Transaction, id: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<
    { answer: { limit?: LimitFound; waits?: number; there?: number } | null }[]
  >`select sluice_begin_run(${id}) as answer`;
  const { limit, waits = 0, there = 0 } = row?.answer ?? {};
  if (!limit) return row?.answer != null;
  const { name, scope, title, value } = limit;
  throw new SluiceError("rate_limited", runRefusalWords(limit, waits, there), {
    ...{ limit: { name, scope, title, value }, retryAfter: againSeconds },
  });
}

async function auditRun(tx: Transaction, ctx: Context, id: string, run: NewRun): Promise<void> {
  const { from, to } = run.interval;
  if (run.saves) {
    const { execution, warehouse, team, schema, table } = run.saves.saves;
    const detail = { warehouse: warehouse.name, team, table: `${schema}.${table}`, run: id };
    return audit(tx, ctx, "table.save", `execution:${execution}`, detail);
  }
  await audit(tx, ctx, "run.start", `run:${id}`, {
    ...{ pipeline: run.pipeline.name, version: run.version.number, from, to, trigger: run.trigger },
    ...(run.retryOf ? { retryOf: run.retryOf } : {}),
    ...(run.memory && run.memory.size > 0 ? { memory: Object.fromEntries(run.memory) } : {}),
  });
}

export async function publishedVersion(pipelineId: string, number: number): Promise<Published> {
  const row = await db().pipelineVersion.findUniqueOrThrow({ where: { pipelineId_number: { pipelineId, number } } });
  return {
    number,
    byAdmin: row.byAdmin,
    document: row.document as PipelineDocument,
    pins: row.pins as unknown as Record<string, Pin>,
  };
}

type StageRow = Awaited<ReturnType<typeof stagesOf>>[number];

/** What each stage needs, as it is today: warehouses and roles are those of the pipeline's owner and team. */
async function stagesOf({ pipeline, version, reuse, leave, memory, tried, saves }: NewRun) {
  // Whoever saves rows reads as themselves.
  const actor = saves
    ? await pipelineActor(pipeline.owner_id, saves.teamId)
    : await reachingActor(
        pipeline.owner_id,
        tried ? tried.teamId : pipeline.team_id,
        tried ? tried.byAdmin : (version.byAdmin ?? false),
      );
  const left = tried ? leftOut(version.document, (stage) => manifestOf(version, stage)) : null;
  const row = async (stage: Stage, position: number) => {
    const manifest = manifestOf(version, stage);
    const attemptId = reuse?.get(stage.id);
    const base = {
      stage: stage.id,
      position,
      operator: `${refParts(stage.operator)[0]}@${manifest.version}`,
      needs: [...new Set(edgesInto(stage).map(({ from }) => from))].filter((from) => !left?.has(from)),
      // Who tries looks at it, and mends it.
      retries: tried ? 0 : (stage.retries ?? unsaid.retries),
      retryDelay: secondsOf(stage.retryDelay ?? unsaid.retryDelay),
      repeatSafe: manifest.repeatSafe,
      memory: memory?.get(stage.id) ?? null,
    };
    if (attemptId) return { ...base, doors: [], attemptId, reused: true, state: "succeeded" as const };
    const note = left?.get(stage.id);
    if (note) return { ...base, doors: [], state: "skipped" as const, note };
    if (leave?.has(stage.id)) return { ...base, doors: [], state: "skipped" as const };
    const doors = await doorsOf(actor, stage, manifest, tried !== undefined).catch((error: unknown) => {
      if (error instanceof SluiceError) throw new SluiceError(error.code, `${stage.id}: ${error.message}`, error.extra);
      throw error;
    });
    return { ...base, doors: doors as object[] };
  };
  return Promise.all(version.document.stages.map(row));
}

function manifestOf({ number, pins }: Published, stage: Stage): Manifest {
  const pin = pins[stage.operator];
  if (!pin) throw new Error(`version ${number} has no pin for ${stage.operator}`);
  return pin.manifest;
}

async function writeRun(tx: Transaction, ctx: Context, id: string, run: NewRun, stages: StageRow[]): Promise<void> {
  const { pipeline, version, interval, params, trigger, lane, tried, saves } = run;
  const alone = tried ?? saves;
  await tx.run.create({
    data: {
      ...{
        id,
        pipelineId: alone ? null : pipeline.id,
        version: version.number,
        params,
        trigger,
        lane: lanes.indexOf(lane),
      },
      ...{ intervalFrom: interval.from, intervalTo: interval.to, timeZone: interval.timeZone },
      ...{ userId: ctx.user.id, tokenId: ctx.tokenId, retryOf: run.retryOf ?? null },
      // Whoever tries or saves something looks at it: there is nobody to tell.
      toldAt: alone ? new Date() : null,
    },
  });
  if (alone) await tx.try.create({ data: { runId: id, ...triedOf(pipeline, version, alone) } });
  await tx.runStage.createMany({ data: stages.map((stage) => ({ runId: id, ...stage })) });
}

const triedOf = (
  pipeline: NewRun["pipeline"],
  { document, pins }: Published,
  alone: NonNullable<NewRun["tried"] | NewRun["saves"]>,
) => ({
  ...{ pipelineId: pipeline.id, name: pipeline.name, title: document.title ?? null, ownerId: pipeline.owner_id },
  ...{ document: document as object, pins: pins as object, ...alone },
});
