import { setTimeout as delay } from "node:timers/promises";
import type { QueuedAttempt } from "@/lib/jobs/job";
import { mayPass } from "@/lib/platform/db/away";
import { keepLog } from "@/lib/runs/lease";
import type { LogLine, LogPosition } from "@/lib/runtimes/runtime";

/** The lease is lost: whoever has it now reads the log on. */
export class LogLost extends Error {}

/**
 * Keeps an attempt's lines in the database, each with the place up to which they go; what is secret was hidden before. While
 * the database is away the program's lines wait where they are.
 */
export function logSink(own: QueuedAttempt): (lines: LogLine[], position: LogPosition) => Promise<void> {
  return async (lines, position) => {
    const text = lines
      .map(
        ({ at, stream, text }) =>
          `${JSON.stringify({ at: new Date(at).toISOString(), stream, text: text.toWellFormed() })}\n`,
      )
      .join("");
    for (let tries = 0; ; tries++) {
      try {
        if (await keepLog(own, position, lines.length, text)) return;
        throw new LogLost("the lease is lost");
      } catch (error) {
        if (!mayPass(error)) throw error;
        await delay(Math.min(2_000, 50 * 2 ** tries));
      }
    }
  };
}
