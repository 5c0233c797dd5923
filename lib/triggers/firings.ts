import { Cron } from "croner";
import { invalidAt } from "@/lib/platform/errors";

/** When a trigger fires. A fixed local time fires once a local day, also on days when clocks change (croner). */
export interface Timing {
  cron: string | null;
  at: Date | null;
  zone: string;
}

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** A cron line as it is; a moment, which says its own offset, as one. */
export function timingOf(when: string, zone: string): Timing {
  const at = moment.test(when) ? new Date(when) : null;
  return { cron: at ? null : when, at, zone };
}

/** The first moment after `after`; null when there is none. */
export function nextFiring({ cron, at, zone }: Timing, after: Date): Date | null {
  if (at) return at > after ? at : null;
  if (!cron) return null;
  return new Cron(cron, { timezone: zone, mode: "5-part" }).nextRun(after);
}

/** Up to `count` moments after `after`. */
export function firings(timing: Timing, after: Date, count: number): Date[] {
  const found: Date[] = [];
  for (let next = nextFiring(timing, after); next && found.length < count; next = nextFiring(timing, next))
    found.push(next);
  return found;
}

/** @throws SluiceError invalid at `when` */
export function checkTiming(timing: Timing, now: Date): void {
  const refuse = (message: string) => invalidAt("when", message);
  if (timing.at) {
    if (!(timing.at > now)) throw refuse("This moment is over, or none. Choose one that is to come.");
    return;
  }
  let next: Date | null;
  try {
    next = nextFiring(timing, now);
  } catch (error) {
    const why = (error as Error).message.replace(/^Cron\w*: ?/, "");
    throw refuse(`This is no schedule (${why}). Write minute, hour, day, month and day of week, as 0 8 * * 1-5.`);
  }
  if (!next) throw refuse("This never comes, as 30 February never does.");
}
