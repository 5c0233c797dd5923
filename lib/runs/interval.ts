import { type PipelineDocument, unsaid } from "@/lib/pipelines/schema";
import { instantIn, localIn } from "@/lib/pipelines/template-time";
import { invalidAt } from "@/lib/platform/errors";
import type { StartRun } from "./schema";

const dayMs = 86_400_000;
const withOffset = /(Z|[+-]\d{2}:\d{2})$/;

export interface Interval {
  from: Date;
  to: Date;
  timeZone: string;
}

/**
 * The interval of a run that somebody starts: what they say, else the last complete day, in the zone that they name, else in
 * that of the pipeline's first schedule. @throws SluiceError invalid
 */
export function intervalFor(
  document: Pick<PipelineDocument, "triggers">,
  { from, to, timeZone: asked }: Pick<StartRun, "from" | "to" | "timeZone">,
  now: Date,
): Interval {
  const scheduled = document.triggers?.find((trigger) => "cron" in trigger);
  const timeZone = asked ?? (scheduled && "timezone" in scheduled ? scheduled.timezone : undefined) ?? unsaid.timezone;
  if (!isZone(timeZone)) throw invalidAt("timeZone", "Use a time zone's name, as Asia/Kathmandu or UTC.");
  if ((from === undefined) !== (to === undefined))
    throw invalidAt(from === undefined ? "from" : "to", "Give both from and to, or neither.");
  if (from === undefined || to === undefined) {
    const today = Math.floor(localIn(timeZone, now.getTime()) / dayMs) * dayMs;
    return { from: new Date(instantIn(timeZone, today - dayMs)), to: new Date(instantIn(timeZone, today)), timeZone };
  }
  const interval = { from: moment("from", from, timeZone), to: moment("to", to, timeZone), timeZone };
  if (interval.from < interval.to) return interval;
  throw invalidAt(
    "to",
    "An interval ends after it begins, and its end is not in it: one day is 2026-01-31 to 2026-02-01.",
  );
}

function moment(field: string, text: string, timeZone: string): Date {
  const local = Date.parse(withOffset.test(text) ? text : text.includes("T") ? `${text}Z` : `${text}T00:00:00Z`);
  if (Number.isNaN(local)) throw invalidAt(field, "There is no such moment.");
  return new Date(withOffset.test(text) ? local : instantIn(timeZone, local));
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
