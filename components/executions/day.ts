/** Milliseconds by which a zone's wall clock is ahead of UTC at an instant. */
function offset(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - instant;
}

/**
 * The instant at which a calendar day (plus `days`) begins in a zone; null when the text is no day. The offset is
 * taken twice because it may change between the first guess and the answer.
 */
export function dayStart(day: string, timeZone: string, days = 0): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return null;
  return atWall(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + days), timeZone);
}

/** The instant of a day and a time as a field has them, `2026-01-31T06:15`, in a zone; null when the text is none. */
export function minuteOf(text: string, timeZone: string): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  return atWall(Date.UTC(year, month - 1, day, hour, minute), timeZone);
}

/** `wall` is the wall clock read as if it were UTC's. */
function atWall(wall: number, timeZone: string): Date {
  const guess = wall - offset(wall, timeZone);
  return new Date(wall - offset(guess, timeZone));
}
