import { setTimeout as delay } from "node:timers/promises";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { sayWaiting } from "@/lib/runs/lease";
import type { OwnAttempt } from "./own-attempt";

const mostBetweenMs = 5_000;

/** What a stage needs and does not have now, but may have soon. */
export interface NotYet {
  /** For the log. */
  why: string;
  /** For the run's page; null: it is too early to say anything. */
  words: string | null;
  /** How it begins to be told once patience is over, before the time that it took: "The store did not answer". */
  over: string;
}

/**
 * Looks again and again until it is there, with the reason on the run's page: no try of the stage is spent on it.
 * @param look what it looked for, or why it is not there yet; what it throws ends the waiting
 * @throws the signal's reason when the attempt is stopped meanwhile; SluiceError unavailable when patience is over
 */
export async function waitFor<Value>(own: OwnAttempt, look: () => Promise<{ value: Value } | NotYet>): Promise<Value> {
  let since: number | null = null;
  let said: string | null = null;
  try {
    for (let tries = 0; ; tries++) {
      own.stopped.throwIfAborted();
      const found = await look();
      if ("value" in found) return found.value;
      own.stopped.throwIfAborted();
      since ??= performance.now();
      if (performance.now() - since > own.patienceMs) throw givenUp(found.over, own.patienceMs);
      const { words, why } = found;
      if (words !== null && words !== said) {
        logger.warn({ error: why }, `a stage waits: ${words}`);
        await sayWaiting(own.queued, words).then(
          () => (said = words),
          () => undefined,
        );
      }
      await delay(Math.min(mostBetweenMs, 100 * 2 ** tries), undefined, { signal: own.stopped });
    }
  } finally {
    if (said !== null) await sayWaiting(own.queued, null).catch(() => undefined);
  }
}

function givenUp(over: string, patienceMs: number): SluiceError {
  const minutes = Math.ceil(patienceMs / 60_000);
  return new SluiceError("unavailable", `${over} for ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`);
}
