import { instantOf, offsets, stretches } from "@/lib/platform/zones";

/** Times in templates: what clocks show in the interval's zone. Pure. */

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const dayMs = 86_400_000;
/** No clock is changed by more than a day. */
const edge = 2 * dayMs;

/** The instant at which clocks of a zone show a moment, given as if it were UTC's; where they jump over it the jump. */
export function instantIn(timeZone: string, local: number): number {
  const parts = stretches(timeZone, local, local, edge);
  return parts ? instantOf(parts, local) : local;
}

/** What clocks of a zone show at an instant, as if it were UTC's. */
export function localIn(timeZone: string, at: number): number {
  return timeZone === "UTC" ? at : at + offsets(timeZone)(at);
}

/** A time from what a template names: an instant, or a day, which begins when it does in the zone. */
export function timeOf(value: unknown, timeZone: string): Date | null {
  if (value instanceof Date) return value;
  if (typeof value !== "string") return null;
  const ms = Date.parse(day.test(value) ? `${value}T00:00:00Z` : value);
  if (Number.isNaN(ms)) return null;
  if (day.test(value)) return new Date(ms).toISOString().startsWith(value) ? new Date(instantIn(timeZone, ms)) : null;
  return instant.test(value) ? new Date(ms) : null;
}

const lengths: Record<string, number> = { m: 60_000, h: 3_600_000 };

/** Minutes and hours are time that passes; days and longer are by the calendar, so that a day may have 23 hours. */
function moved(time: Date, by: string, sign: 1 | -1, timeZone: string): Date {
  const [, digits = "0", unit = "d"] = /^(\d+)(mo|[mhdwy])$/.exec(by) ?? [];
  const count = sign * Number(digits);
  const passing = lengths[unit];
  if (passing) return new Date(time.getTime() + count * passing);
  const local = new Date(localIn(timeZone, time.getTime()));
  if (unit === "d" || unit === "w") local.setUTCDate(local.getUTCDate() + count * (unit === "w" ? 7 : 1));
  else {
    const months = count * (unit === "y" ? 12 : 1);
    const date = local.getUTCDate();
    local.setUTCDate(1);
    local.setUTCMonth(local.getUTCMonth() + months);
    const last = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();
    // The same day of another month, or that month's last.
    local.setUTCDate(Math.min(date, last));
  }
  return new Date(instantIn(timeZone, local.getTime()));
}

/** The year and week of ISO 8601: a week belongs to the year that its Thursday is in. */
function isoWeek(local: Date): string {
  const thursday = new Date(local.getTime());
  thursday.setUTCDate(local.getUTCDate() + 4 - (local.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const week = Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs + 1) / 7);
  return `${String(year).padStart(4, "0")}-W${String(week).padStart(2, "0")}`;
}

/** A filter on a time; the rest of the filters go on with what it gives. */
export function filterTime(
  time: Date,
  filter: string,
  argument: string | null,
  timeZone: string,
): Date | string | number {
  if (filter === "plus" || filter === "minus")
    return moved(time, argument ?? "0d", filter === "plus" ? 1 : -1, timeZone);
  if (filter === "unix") return Math.floor(time.getTime() / 1_000);
  if (filter === "iso") return time.toISOString().replace(".000Z", "Z");
  const local = new Date(localIn(timeZone, time.getTime()));
  const shown = local.toISOString();
  switch (filter) {
    case "date":
      return shown.slice(0, 10);
    case "datetime":
      return shown.slice(0, 19).replace("T", " ");
    case "year":
      return shown.slice(0, 4);
    case "month":
      return shown.slice(0, 7);
    case "hour":
      return shown.slice(11, 13);
    case "week":
      return isoWeek(local);
    default:
      throw new Error(`no filter: ${filter}`);
  }
}
