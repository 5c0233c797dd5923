import { type LimitFound, scopeWords } from "@/lib/gate/hold";
import type { StartedAttempt } from "@/lib/runs/lease";
import type { StageError } from "@/lib/runs/schema";
import type { OwnAttempt } from "./own-attempt";

/**
 * Stops an attempt once it has held its warehouses' slots for longer than the narrowest limit of seconds allows; the time
 * counts from its start in the database. One that holds no slot has no such limit.
 */
export function limitTime(own: OwnAttempt, { caps, ranMs }: Pick<StartedAttempt, "caps" | "ranMs">): void {
  let narrowest: LimitFound | null = null;
  for (const { seconds } of Object.values(caps ?? {}))
    if (seconds && (!narrowest || seconds.value < narrowest.value)) narrowest = seconds;
  if (narrowest) own.stopAfter(narrowest.value * 1_000 - ranMs, tookTooLong(narrowest));
}

const tookTooLong = (limit: LimitFound): StageError => ({
  cause: "timeout",
  message: `It was stopped after ${limit.value.toLocaleString("en-US")} s in a warehouse: the limit ${limit.name} of ${scopeWords(limit)}.`,
  hint: "Give it less to do, or ask an admin to raise the limit.",
});
