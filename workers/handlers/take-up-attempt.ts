import { connectionFor } from "@/lib/connections/connection";
import { endRelayed } from "@/lib/gate/relay";
import { logger } from "@/lib/platform/logger";
import { withSubject } from "@/lib/platform/subject";
import { endAttempt, readAttempt, type StartedAttempt } from "@/lib/runs/lease";
import type { TakenAttempt } from "@/lib/runs/take-over";
import { runtimeNamed } from "@/lib/runtimes/registry";
import type { Runtime } from "@/lib/runtimes/runtime";
import type { Running } from "../registry";
import { foldersOf, removeFolders } from "../stages/folders";
import { follow } from "../stages/follow";
import { OwnAttempt } from "../stages/own-attempt";
import { planStage } from "../stages/plan";
import { givenBefore } from "../stages/secrets";
import { failedBy, lostEnd } from "../stages/stage-failure";

/**
 * Goes on with an attempt whose worker was lost. Its program, where it is still there and needs no warehouse, is followed to
 * its end as if nothing had happened: nothing runs twice. Else what is left of it is ended, and the stage is tried again.
 */
export function takeUpAttempt(taken: TakenAttempt, running: Running): Promise<void> {
  return withSubject({ attempt: taken.attempt }, async () => {
    running.leases.add(taken.lease);
    try {
      await takeUp(taken, running);
    } catch (error) {
      logger.error({ error: (error as Error).stack }, "attempt not taken up");
    } finally {
      running.leases.delete(taken.lease);
    }
  });
}

async function takeUp(taken: TakenAttempt, running: Running): Promise<void> {
  logger.warn("taking over the attempt of a lost worker");
  const started = await readAttempt(taken.attempt);
  if (!started) return;
  // A way to a warehouse died with the worker that held it.
  await endBackends(taken);
  const engine = taken.runtime === null ? null : await runtimeNamed(taken.runtime);
  const sameFolders = taken.place === running.place;
  const here = sameFolders || engine?.anywhere ? taken.handle : null;
  const state = here === null || !engine ? "gone" : await engine.reattach(here);
  const own = new OwnAttempt(taken, running.place);
  own.anywhere = engine?.anywhere ?? false;
  const foreign = !sameFolders && (state === "created" || (await takesSecrets(started)));
  if (here === null || !engine || state === "gone" || foreign || usesWarehouse(started.doors)) {
    if (here !== null) await engine?.remove(here).catch(report);
    const cancelled = started.state === "cancelling";
    await endAttempt(taken, cancelled ? { state: "cancelled" } : lostEnd("The worker that ran this was lost."));
    if (here !== null) await removeFolders(taken.attempt);
    return;
  }
  running.attempts.add(own);
  own.watch();
  try {
    if (started.state === "cancelling") own.stop("cancelled");
    if (state === "created") await engine.start(here);
    const end = await goOn(own, started, engine, here).catch(failedBy);
    if (end) await endAttempt(taken, end);
    if (!own.isOver) return;
    await engine.remove(here).catch(report);
    await removeFolders(taken.attempt);
  } finally {
    own.unwatch();
    running.attempts.delete(own);
  }
}

/** What its log must not show stands in the folders of the worker that was lost, and so does what it was to be given. */
const takesSecrets = (started: StartedAttempt) =>
  planStage(started).then(
    ({ secrets }) => Object.keys(secrets).length > 0,
    () => true,
  );

async function goOn(own: OwnAttempt, started: StartedAttempt, engine: Runtime, handle: string) {
  const plan = await planStage(started);
  const { limits, outputs } = plan;
  const folders = foldersOf(started.id);
  const hide = await givenBefore(folders);
  return follow(own, started, { engine, handle, limits, outputs, of: plan, folders, hide, mayStay: true });
}

const usesWarehouse = (doors: unknown[]) => doors.length > 0;

async function endBackends(taken: TakenAttempt): Promise<void> {
  for (const { role, pid, start } of taken.backends) {
    const ended = await connectionFor(role)
      .then((connection) => endRelayed(connection, [{ pid, start }]))
      .catch(() => false);
    if (!ended) logger.error({ role, pid }, "a warehouse has not confirmed that a lost stage's work there ended");
  }
}

const report = (error: Error) => logger.warn({ error: error.message }, "program not removed yet");
