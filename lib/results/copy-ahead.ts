import { setTimeout as delay } from "node:timers/promises";
import { logger } from "@/lib/platform/logger";
import type { HeldParts } from "./manifest";
import { copies } from "./readers";
import type { PageRequest } from "./requests";

const copyDeadlineMs = 10 * 60_000;
const copyPatienceMs = 1_800;

interface Copying {
  done: Promise<void>;
  /** Until then a page had better wait: what it would do by itself takes the time that the copy needs. */
  until: number;
}

const copying = new Map<string, Copying>();
/** What could not be copied is not tried again for each page. */
const refused = new Set<string>();

/** Makes the copy that later pages of this sort or filter are read from; `release` gives its files free. */
export function copyAhead(request: PageRequest, { release }: Pick<HeldParts, "release">): void {
  const { derived } = request;
  // One is made at a time; what would have to wait for several is no longer looked at when it is done.
  if (copying.has(derived) || copying.size >= 3 || refused.has(derived)) {
    release();
    return;
  }
  const done = copies
    .run({ request: { ...request, kind: "copy" }, deadlineMs: copyDeadlineMs })
    .then(
      () => {},
      (error: Error) => {
        logger.warn({ why: error.message }, "no copy in this order; pages are read without it");
        if (refused.size > 1000) refused.clear();
        refused.add(derived);
      },
    )
    .finally(() => {
      copying.delete(derived);
      release();
    });
  copying.set(derived, { done, until: Date.now() + copyPatienceMs });
}

/** Waits for a copy that is being made, for a moment at most. */
export async function copied(derived: string): Promise<void> {
  const running = copying.get(derived);
  const patience = (running?.until ?? 0) - Date.now();
  if (running && patience > 0) await Promise.race([running.done, delay(patience, undefined, { ref: false })]);
}
