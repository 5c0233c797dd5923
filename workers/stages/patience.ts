import { SluiceError } from "@/lib/platform/errors";
import { store } from "@/lib/platform/store/open";
import type { OwnAttempt } from "./own-attempt";
import { isFull, StageFailure } from "./stage-failure";
import { type NotYet, waitFor } from "./wait";

/** Of errors while the store answers: it may have come back between the two. */
const mostInOneGo = 3;

const hindrances = {
  full: {
    words: "There is no room left on the disk. It goes on once there is.",
    over: "There was no room on the disk",
  },
  away: { words: "The store does not answer. It goes on once it does.", over: "The store did not answer" },
};

/** Why the store cannot be used; null: it can. */
async function hindrance(error: unknown): Promise<keyof typeof hindrances | null> {
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

/** Asks the store, and again while it is away or full: nothing that a program wrote is lost over it. @throws as `waitFor` */
export function withStore<Value>(own: OwnAttempt, ask: () => Promise<Value>): Promise<Value> {
  let inOneGo = 0;
  return waitFor(own, async (): Promise<{ value: Value } | NotYet> => {
    try {
      return { value: await ask() };
    } catch (error) {
      own.stopped.throwIfAborted();
      if (error instanceof StageFailure || error instanceof SluiceError) throw error;
      const found = await hindrance(error);
      if (found === null && ++inOneGo >= mostInOneGo) throw error;
      if (found !== null) inOneGo = 0;
      const why = (error as Error).message;
      return { ...hindrances[found ?? "away"], why, ...(found === null ? { words: null } : {}) };
    }
  });
}
