import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { QueuedAttempt } from "@/lib/jobs/job";
import { networkOf } from "@/lib/operators/schema";
import { env } from "@/lib/platform/env";
import { logger } from "@/lib/platform/logger";
import { withSubject } from "@/lib/platform/subject";
import { handedBefore } from "@/lib/runs/before";
import { contextSchema, type StageContext } from "@/lib/runs/context";
import { type AttemptEnd, endAndGoOn, recordHandle, type StartedAttempt, startAttempt } from "@/lib/runs/lease";
import { runKeyOf, runUrl } from "@/lib/runs/url";
import { installationId, runtimeFor } from "@/lib/runtimes/registry";
import type { Folders } from "@/lib/runtimes/runtime";
import type { Running } from "../registry";
import { placeFiles } from "../stages/files";
import { makeFolders, removeFolders } from "../stages/folders";
import { follow } from "../stages/follow";
import { placeInputs } from "../stages/inputs";
import { lateWords } from "../stages/outcome";
import { OwnAttempt } from "../stages/own-attempt";
import { placePackages } from "../stages/packages";
import { type Plan, planStage, specOf } from "../stages/plan";
import { giveSecrets } from "../stages/secrets";
import { failedBy, stoppedEnd } from "../stages/stage-failure";
import { limitTime } from "../stages/time-limit";
import { untilEngine } from "../stages/until-there";
import { closeWays, cutWays, cutWhenStopped, openWays, type Way, wentAway } from "../stages/ways";

/**
 * Takes an admitted attempt, runs its program to the end, publishes what it wrote and ends it; then the next one, where its
 * end has let one in. A job whose lease holds no more does nothing. Never throws: what goes wrong is the attempt's end.
 */
export async function runAttempt(queued: QueuedAttempt, running: Running): Promise<void> {
  const leftovers: Promise<void>[] = [];
  for (let next: QueuedAttempt | null = queued; next; ) next = await runOne(next, running, leftovers);
  await Promise.all(leftovers);
}

function runOne(queued: QueuedAttempt, running: Running, leftovers: Promise<void>[]): Promise<QueuedAttempt | null> {
  return withSubject({ attempt: queued.attempt }, async () => {
    running.leases.add(queued.lease);
    const release = () => void running.leases.delete(queued.lease);
    try {
      // Who shuts down takes no more; the reconciler offers it to another worker.
      const started = running.ending ? null : await startAttempt(queued, running.workerId, running.place);
      const done = started && (await perform(queued, started, running));
      // Held until its leftovers are gone: whoever drains waits for that, but the next stage does not.
      if (done) leftovers.push(done.putAway().catch(report).finally(release));
      else release();
      return done?.next ?? null;
    } catch (error) {
      // Not ours yet, it is offered again; ours, it is found adrift at the next beat.
      logger.error({ error: (error as Error).stack }, "attempt left off");
      release();
      return null;
    }
  });
}

interface Performed {
  /** What its end has let in. */
  next: QueuedAttempt | null;
  putAway(): Promise<void>;
}

async function perform(queued: QueuedAttempt, started: StartedAttempt, running: Running): Promise<Performed> {
  const own = new OwnAttempt(queued, running.place);
  running.attempts.add(own);
  own.watch();
  limitTime(own, started);
  try {
    const { end, discard } = await runToEnd(own, started).catch((error: unknown) => ({
      end: endOf(own, error),
      discard: async () => undefined,
    }));
    const next = end && (await endAndGoOn(queued, end));
    const putAway = async () => {
      await discard();
      if (own.isOver) await removeFolders(started.id);
    };
    return { next, putAway };
  } finally {
    own.unwatch();
    running.attempts.delete(own);
  }
}

/** Null: the end is not ours to write. `discard` puts a program away that has ended by itself. */
async function runToEnd(
  own: OwnAttempt,
  started: StartedAttempt,
): Promise<{ end: AttemptEnd | null; discard(): Promise<void> }> {
  const plan = await planStage(started);
  if (started.number > 1) await untilEngine(own);
  const engine = await runtimeFor(plan.needs);
  own.anywhere = engine.anywhere;
  const spec = await specOf(plan, started, engine.isolated);
  const labels = { installation: installationId(), run: started.run.id, stage: started.stage, attempt: started.id };
  // Before anything of a warehouse is held: it may take minutes.
  const packages = await placePackages(own, engine, { ...spec, labels }, plan.requirements);
  const folders = await makeFolders(started.id, Object.keys(plan.outputs));
  const seen = engine.seenAs(folders);
  const inputs = await placeInputs(own, started, plan, folders.in);
  const files = await placeFiles(own, started, plan, folders.in);
  const before = plan.manifest.remembers ? { before: (await handedBefore(started)) as StageContext["before"] } : {};
  let ways: Way[] = [];
  let handle: string | null = null;
  let ended = false;
  const put = async () => {
    if (handle && own.isOver) await engine.remove(handle).catch(report);
  };
  try {
    ways = await openWays(own, started, plan.manifest, plan.params, { folders, seen, relays: engine.relays });
    cutWhenStopped(own, ways);
    const given = await giveSecrets(started, plan.secrets, { folders, seen });
    const found = { inputs, files, secrets: given.paths, ...before };
    await writeContext(folders, contextOf(started, plan, found, ways));
    own.stopped.throwIfAborted();
    handle = await engine.create({ labels, ...spec, packages, folders });
    if (!(await recordHandle(own.queued, engine.name, handle))) await own.lose();
    own.stopped.throwIfAborted();
    await engine.start(handle);
    const hide = [...ways.map(({ relay }) => relay.password), ...given.values];
    const taken = { engine, handle, limits: plan.limits, outputs: plan.outputs, of: plan, folders, hide };
    const late = () => cutWays(ways, lateWords(plan.limits.seconds));
    // What it holds in a warehouse cannot be handed to another worker, so it does not outlive this one.
    const mayStay = ways.length === 0;
    const end = await follow(own, started, { ...taken, wentAway: () => wentAway(ways), late, mayStay });
    ended = true;
    return { end, discard: put };
  } finally {
    // Before the end is written: then nothing of it is left in a warehouse, and nothing of it runs.
    if (!(await closeWays(ways))) logger.error("a warehouse has not confirmed that the stage's work there ended");
    if (!ended) await put();
  }
}

const report = (error: Error) => logger.warn({ error: error.message }, "program not removed yet");

/** How an attempt ends that came to no end of its own. */
function endOf(own: OwnAttempt, error: unknown): AttemptEnd | null {
  if (own.cause === "lost" || own.cause === "taken") return null;
  return own.cause ? stoppedEnd(own) : failedBy(error);
}

function contextOf(
  started: StartedAttempt,
  plan: Plan,
  placed: Pick<StageContext, "inputs" | "files" | "secrets" | "before">,
  ways: Way[],
): StageContext {
  const { run, pipeline } = started;
  const outputs = Object.entries(plan.outputs).map(([name, { format }]) => [name, { format, path: name }]);
  return contextSchema.parse({
    contract: 1,
    run: { id: run.id, url: runUrl(run.id), pipeline: pipeline.name, version: run.version, trigger: run.trigger },
    stage: started.stage,
    attempt: started.number,
    fencingToken: started.fencingToken,
    runKey: runKeyOf(started),
    interval: { from: new Date(run.from).toISOString(), to: new Date(run.to).toISOString(), timeZone: run.timeZone },
    params: plan.params,
    sql: plan.sql,
    ...placed,
    outputs: Object.fromEntries(outputs),
    connections: Object.fromEntries(ways.map(({ parameter, address }) => [parameter, address])),
    ...(networkOf(plan.manifest, plan.params) === "egress" ? { egress: { hosts: env().STAGE_PRIVATE_HOSTS } } : {}),
    ...(started.dry ? { dry: started.dry } : {}),
    ...(plan.manifest.writes ? { writes: plan.writes } : {}),
  });
}

async function writeContext(folders: Folders, context: StageContext): Promise<void> {
  await writeFile(path.join(folders.in, "context.json"), JSON.stringify(context), { mode: 0o444 });
}
