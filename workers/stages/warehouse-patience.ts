import { setTimeout as delay } from "node:timers/promises";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { sayWaiting } from "@/lib/runs/lease";
import { type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import type { OwnAttempt } from "./own-attempt";

const mostBetweenMs = 5_000;

/**
 * Waits for a warehouse that went away under an earlier try, with the reason on the run's page: tries that come to nothing
 * while it is restarted would be used up before it is back. @throws the signal's reason when the attempt is stopped
 * meanwhile; WarehouseError where it answers and refuses; SluiceError unavailable when patience is over
 */
export async function untilBack(own: OwnAttempt, connection: Connection, warehouse: string): Promise<void> {
  const adapter = await adapterFor(connection.engine);
  const since = performance.now();
  let said = false;
  try {
    for (let tries = 0; ; tries++) {
      own.stopped.throwIfAborted();
      try {
        return (await adapter.acquire(connection)).destroy();
      } catch (error) {
        if (!(error instanceof WarehouseError && error.away)) throw error;
        if (performance.now() - since > own.patienceMs) throw givenUp(warehouse, own.patienceMs);
        if (!said) {
          logger.warn({ error: error.message }, "a stage waits for its warehouse");
          const words = `The warehouse ${warehouse} does not answer. It goes on once it does.`;
          await sayWaiting(own.queued, words).then(
            () => (said = true),
            () => undefined,
          );
        }
        await delay(Math.min(mostBetweenMs, 100 * 2 ** tries), undefined, { signal: own.stopped });
      }
    }
  } finally {
    if (said) await sayWaiting(own.queued, null).catch(() => undefined);
  }
}

function givenUp(warehouse: string, patience: number): SluiceError {
  const minutes = Math.ceil(patience / 60_000);
  const time = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return new SluiceError("unavailable", `The warehouse ${warehouse} did not answer for ${time}.`);
}
