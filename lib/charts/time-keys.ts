import type { Bucket } from "./kinds";

/** The buckets of a time axis, in milliseconds since 1970: local time for days and longer, instants below. */

export type Unit = Exclude<Bucket, "auto">;
export const units: Unit[] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

const day = 86_400_000;
export const unitMs: Record<Unit, number> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day,
  week: 7 * day,
  month: 30.44 * day,
  quarter: 91.3 * day,
  year: 365.25 * day,
};

export const ofDays = (unit: Unit) => units.indexOf(unit) >= 3;
export const coarser = (unit: Unit): Unit => units[Math.min(units.indexOf(unit) + 1, units.length - 1)] as Unit;

/** The start of the next bucket. */
export function next(unit: Unit, at: number): number {
  const months = unit === "month" ? 1 : unit === "quarter" ? 3 : unit === "year" ? 12 : 0;
  if (months === 0) return at + unitMs[unit];
  const date = new Date(at);
  // Not Date.UTC, which takes the years 0 to 99 for those of the last century.
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.getTime();
}

/** All buckets between the first and the last of those that have rows; theirs alone where that would be over `most`. */
export function filled(unit: Unit, there: number[], most: number): number[] {
  const [first, last] = [there[0], there.at(-1)];
  if (first === undefined || last === undefined || (last - first) / unitMs[unit] > most * 1.05) return there;
  const all = new Set(there);
  for (let at = first; at < last; at = next(unit, at)) all.add(at);
  return [...all].sort((a, b) => a - b);
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** As PostgreSQL writes it: `2026-01-31`, and with `time` `2026-01-31 13:00:00`. */
export function timeText(ms: number, time: boolean): string {
  const at = new Date(ms);
  const year = String(at.getUTCFullYear()).padStart(4, "0");
  const date = `${year}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  return time ? `${date} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}` : date;
}
