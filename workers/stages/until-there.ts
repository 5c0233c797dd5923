import { setTimeout as delay } from "node:timers/promises";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { sayWaiting } from "@/lib/runs/lease";
import { awayFor } from "@/lib/runtimes/registry";
import { type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import type { OwnAttempt } from "./own-attempt";

/**
 * What went away under an earlier try is waited for, with the reason on the run's page: tries that come to nothing while it
 * is restarted would be used up before it is back.
 */

const mostBetweenMs = 5_000;

/**
 * @param who as words begin with it: "The warehouse shop"
 * @param away null once it is there; else what is known of why not
 * @throws the signal's reason when the attempt is stopped meanwhile; SluiceError unavailable when patience is over
 */
async function untilThere(own: OwnAttempt, who: string, away: () => Promise<string | null>): Promise<void> {
  const since = performance.now();
  let said = false;
  try {
    for (let tries = 0; ; tries++) {
      own.stopped.throwIfAborted();
      const why = await away();
      if (why === null) return;
      if (performance.now() - since > own.patienceMs) throw givenUp(who, own.patienceMs);
      if (!said) {
        logger.warn({ error: why }, `a stage waits: ${who} does not answer`);
        await sayWaiting(own.queued, `${who} does not answer. It goes on once it does.`).then(
          () => (said = true),
          () => undefined,
        );
      }
      await delay(Math.min(mostBetweenMs, 100 * 2 ** tries), undefined, { signal: own.stopped });
    }
  } finally {
    if (said) await sayWaiting(own.queued, null).catch(() => undefined);
  }
}

/** @throws as above, and WarehouseError where it answers and refuses */
export async function untilWarehouse(own: OwnAttempt, connection: Connection, warehouse: string): Promise<void> {
  const adapter = await adapterFor(connection.engine);
  await untilThere(own, `The warehouse ${warehouse}`, async () => {
    try {
      (await adapter.acquire(connection)).destroy();
      return null;
    } catch (error) {
      if (error instanceof WarehouseError && error.away) return error.message;
      throw error;
    }
  });
}

/** Of an engine that has answered this worker before: one that was never there is said at once. @throws as above */
export async function untilEngine(own: OwnAttempt): Promise<void> {
  await untilThere(own, "The container engine", awayFor);
}

function givenUp(who: string, patience: number): SluiceError {
  const minutes = Math.ceil(patience / 60_000);
  const time = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return new SluiceError("unavailable", `${who} did not answer for ${time}.`);
}
