import { awayFor } from "@/lib/runtimes/registry";
import { type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import { adapterFor } from "@/lib/warehouses/registry";
import type { OwnAttempt } from "./own-attempt";
import { type NotYet, waitFor } from "./wait";

/**
 * What went away under an earlier try is waited for: tries that come to nothing while it is restarted would be used up
 * before it is back.
 */

/** @param who as words begin with it: "The warehouse shop" */
const away = (who: string, why: string): NotYet => ({
  ...{ why, words: `${who} does not answer. It goes on once it does.`, over: `${who} did not answer` },
});

/** @throws as `waitFor`, and WarehouseError where it answers and refuses */
export async function untilWarehouse(own: OwnAttempt, connection: Connection, warehouse: string): Promise<void> {
  const adapter = await adapterFor(connection.engine);
  await waitFor(own, async () => {
    try {
      (await adapter.acquire(connection)).destroy();
      return { value: undefined };
    } catch (error) {
      if (error instanceof WarehouseError && error.away) return away(`The warehouse ${warehouse}`, error.message);
      throw error;
    }
  });
}

/** Of an engine that has answered this worker before: one that was never there is said at once. @throws as `waitFor` */
export async function untilEngine(own: OwnAttempt): Promise<void> {
  await waitFor(own, async () => {
    const why = await awayFor();
    return why === null ? { value: undefined } : away("The container engine", why);
  });
}
