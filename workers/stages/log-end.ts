import { setTimeout as delay } from "node:timers/promises";

/** How long an ended program's log may bring nothing new before the rest of it is given up. */
const stallsMs = 30_000;

/** Watches a log come, so that the end of an attempt can wait for the last of its lines. */
export class LogEnd {
  private at = 0;
  private busy = 0;

  /** Counts `keep` as progress for as long as it takes: while the database is away, lines wait for it. */
  async during(keep: Promise<void>): Promise<void> {
    this.busy++;
    try {
      await keep;
    } finally {
      this.busy--;
      this.at = Date.now();
    }
  }

  /**
   * Waits for the end of a log whose program has ended, while it goes on coming: a million lines may take longer than the
   * program that printed them. False when nothing came of it any more.
   */
  async reached(log: Promise<unknown>): Promise<boolean> {
    const ended = log.then(() => true);
    for (const from = Date.now(); ; ) {
      const since = this.busy > 0 ? Date.now() : Math.max(from, this.at);
      const left = since + stallsMs - Date.now();
      if (left <= 0) return false;
      if (await Promise.race([ended, delay(left, false, { ref: false })])) return true;
    }
  }
}
