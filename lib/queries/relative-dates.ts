/**
 * Days and ranges as people say them ("yesterday", "last 7 days", "since monday"), in the reader's calendar. Pure.
 * Days are `YYYY-MM-DD` without a zone: the session of the run has the reader's zone and takes them as its midnights,
 * so a day that clocks make 23 or 25 hours long is one whole day.
 */

export interface DateRange {
  from: string;
  /** Excluded. */
  to: string;
}

export interface Now {
  now: Date;
  /** The reader's zone, by its IANA name. */
  timeZone: string;
}

const dayMs = 86_400_000;
const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const stamp = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function addDays(day: string, count: number): string {
  return dayAt(stamp(day) + count * dayMs);
}

/** The same day of another month, or that month's last. */
function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return dayAt(Date.UTC(year, month - 1 + count, Math.min(date, last)));
}

type Unit = "day" | "week" | "month" | "quarter" | "year";

function startOf(unit: Unit, day: string): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  if (unit === "week") return addDays(day, -((new Date(stamp(day)).getUTCDay() + 6) % 7));
  if (unit === "month") return `${day.slice(0, 7)}-01`;
  if (unit === "quarter") return dayAt(Date.UTC(year, Math.floor((month - 1) / 3) * 3, 1));
  return unit === "year" ? `${day.slice(0, 4)}-01-01` : day;
}

function add(unit: Unit, day: string, count: number): string {
  if (unit === "day") return addDays(day, count);
  if (unit === "week") return addDays(day, 7 * count);
  return addMonths(day, count * { month: 1, quarter: 3, year: 12 }[unit]);
}

export function today({ now, timeZone }: Now): string {
  return local(now, timeZone).slice(0, 10);
}

/** Wall clock and offset, so that a column with a zone and one without take it alike: `2026-11-21 15:05:00+01:00`. */
function local(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "longOffset",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}:${part("second")}${offset}`;
}

/** One kind of space, lower case: phrases that mean the same are the same. */
export function phrase(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, " ");
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith("0000")) return false;
  const ms = stamp(text);
  return !Number.isNaN(ms) && dayAt(ms) === text;
}

/** Much more than anyone looks back, and still a year that calendars have. */
const most = 10_000;

function counted(text: string | undefined): number | null {
  const count = Number(text ?? "1");
  return count >= 1 && count <= most ? count : null;
}

/** A day in words or digits; null when it is neither. */
export function dayOf(text: string, now: Now): string | null {
  const said = phrase(text);
  if (isDay(said)) return said;
  const day = today(now);
  if (said === "today") return day;
  if (said === "yesterday") return addDays(day, -1);
  if (said === "tomorrow") return addDays(day, 1);
  const ago = /^(\d{1,5}) (day|week|month|quarter|year)s? ago$/.exec(said);
  if (ago) {
    const count = counted(ago[1]);
    return count === null ? null : inCalendar(add(ago[2] as Unit, day, -count));
  }
  const start = /^start of (?:this |the )?(week|month|quarter|year)$/.exec(said)?.[1] as Unit | undefined;
  if (start) return startOf(start, day);
  const weekday = weekdays.indexOf(said.replace(/^last /, ""));
  if (weekday < 0) return null;
  const back = (new Date(stamp(day)).getUTCDay() - weekday + 7) % 7;
  return addDays(day, -(said.startsWith("last ") && back === 0 ? 7 : back));
}

/** Dates that four digits can write; the arithmetic above may leave them. */
function inCalendar(day: string): string | null {
  return isDay(day) ? day : null;
}

const until = (from: string | null, to: string | null): DateRange | null =>
  from !== null && to !== null && inCalendar(from) && inCalendar(to) && from < to ? { from, to } : null;

/**
 * A range in words or digits; null when it is neither, or ends before it begins. "last 3 months" are this month so far
 * and the two before it; "last 3 complete months" the three before this one. Two days are a range with both of them.
 */
export function rangeOf(text: string, now: Now): DateRange | null {
  const said = phrase(text);
  const day = today(now);
  const tomorrow = addDays(day, 1);
  const whole = /^(this|last|previous|next) (week|month|quarter|year)$/.exec(said);
  if (whole) {
    const unit = whole[2] as Unit;
    const from = add(unit, startOf(unit, day), { this: 0, next: 1 }[whole[1] as string] ?? -1);
    return until(from, add(unit, from, 1));
  }
  const clock = /^last (\d{1,5}) (hour|minute)s?$/.exec(said);
  if (clock) return lastHours(counted(clock[1]), clock[2] === "hour" ? 60 : 1, now);
  const many = /^(last|previous|next) (\d{1,5}) (complete |full |whole )?(day|week|month|quarter|year)s?$/.exec(said);
  if (many) {
    const [count, unit] = [counted(many[2]), many[4] as Unit];
    if (count === null) return null;
    const begun = startOf(unit, day);
    if (many[1] === "next") return until(add(unit, begun, 1), add(unit, begun, 1 + count));
    if (many[1] === "previous" || many[3]) return until(add(unit, begun, -count), begun);
    return until(add(unit, begun, 1 - count), tomorrow);
  }
  const since = /^(?:since|from) (.+)$/.exec(said)?.[1] ?? /^(.+)\.\.$/.exec(said)?.[1];
  if (since && !/ to |\.\../.test(since)) return until(dayOf(since, now), tomorrow);
  const [first, last, more] = said.replace(/^from /, "").split(/ ?\.\. ?| to | until /);
  if (first && last && more === undefined) {
    const end = dayOf(last, now);
    return until(dayOf(first, now), end && addDays(end, 1));
  }
  if (/^\d{4}-\d{2}$/.test(said) && isDay(`${said}-01`)) return until(`${said}-01`, addMonths(`${said}-01`, 1));
  if (/^\d{4}$/.test(said) && isDay(`${said}-01-01`)) return until(`${said}-01-01`, addMonths(`${said}-01-01`, 12));
  const one = dayOf(said, now);
  return one === null ? null : until(one, addDays(one, 1));
}

/** To the last full minute, so that two who ask within it ask the same. */
function lastHours(count: number | null, minutes: number, { now, timeZone }: Now): DateRange | null {
  if (count === null) return null;
  const end = Math.floor(now.getTime() / 60_000) * 60_000;
  return { from: local(new Date(end - count * minutes * 60_000), timeZone), to: local(new Date(end), timeZone) };
}
