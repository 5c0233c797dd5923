import { setTimeout as delay } from "node:timers/promises";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";
import { sayWaiting } from "@/lib/runs/lease";
import type { OwnAttempt } from "./own-attempt";
import { isFull, StageFailure } from "./stage-failure";

const mostBetweenMs = 5_000;
/** Of errors while the store answers: it may have come back between the two. */
const mostInOneGo = 3;

const words = {
  full: "There is no room left on the disk. It goes on once there is.",
  away: "The store does not answer. It goes on once it does.",
};

/** Why the store cannot be used; null: it can. */
async function hindrance(error: unknown): Promise<keyof typeof words | null> {
  if (error !== null && isFull(error)) return "full";
  return store()
    .check()
    .then(
      () => null,
      (failed: unknown) => (isFull(failed) ? "full" : "away"),
    );
}

/** Whether the store answers: then what is not found there is not there. */
export const storeAnswers = async (): Promise<boolean> => (await hindrance(null)) !== "away";

/**
 * Asks the store, and again while it is away or full, with the reason on the run's page: no try of the stage is spent on it,
 * and nothing that its program wrote is lost. @throws the signal's reason when the attempt is stopped meanwhile; SluiceError
 * unavailable when patience is over
 */
export async function withStore<Value>(own: OwnAttempt, ask: () => Promise<Value>) {
  let since: number | null = null;
  let said: string | null = null;
  let inOneGo = 0;
  try {
    for (let tries = 0; ; tries++) {
      own.stopped.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        own.stopped.throwIfAborted();
        if (error instanceof StageFailure || error instanceof SluiceError) throw error;
        const why = await hindrance(error);
        if (why === null && ++inOneGo >= mostInOneGo) throw error;
        if (why !== null) inOneGo = 0;
        since ??= performance.now();
        if (performance.now() - since > own.patienceMs) throw givenUp(why ?? "away", own.patienceMs);
        if (why !== null && said !== why) {
          logger.warn({ error: (error as Error).message }, "a stage waits for the store");
          await sayWaiting(own.queued, words[why]).then(
            () => (said = why),
            () => undefined,
          );
        }
        await delay(Math.min(mostBetweenMs, 100 * 2 ** tries), undefined, { signal: own.stopped });
      }
    }
  } finally {
    if (said !== null) await sayWaiting(own.queued, null).catch(() => undefined);
  }
}

function givenUp(why: keyof typeof words, patience: number): SluiceError {
  const minutes = Math.ceil(patience / 60_000);
  const what = why === "full" ? "There was no room on the disk" : "The store did not answer";
  return new SluiceError("unavailable", `${what} for ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`);
}
