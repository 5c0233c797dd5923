/** What a time zone's clocks show. All in milliseconds since 1970. */

export interface Stretch {
  /** First instant. */
  from: number;
  /** What is added to UTC from then on. */
  offset: number;
}

/** No zone has changed its clocks twice within so few days since there are standard times. */
const step = 7 * 86_400_000;
/** Over more than this every row is asked for its own offset: see `stretches`. */
const longest = 150 * 366 * 86_400_000;

/** What is added to UTC at an instant. */
export function offsets(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (at) => {
    const whole = Math.floor(at / 1_000) * 1_000;
    const parts = Object.fromEntries(format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const part = (name: string) => Number(parts[name]);
    const year = parts.era === "BC" ? 1 - part("year") : part("year");
    const local = new Date(0);
    local.setUTCFullYear(year, part("month") - 1, part("day"));
    local.setUTCHours(part("hour"), part("minute"), part("second"));
    return local.getTime() - whole;
  };
}

/** Buckets of a chart reach over the edges of what is there. */
const chartEdge = 2 * 366 * 86_400_000;

/**
 * The stretches of equal offset from `from` to `to`, and `edge` to both sides; the first one's `from` is -Infinity. Null
 * over more than 150 years.
 */
export function stretches(timeZone: string, from: number, to: number, edge = chartEdge): Stretch[] | null {
  if (timeZone === "UTC") return [{ from: -Infinity, offset: 0 }];
  if (to - from > longest) return null;
  const offsetAt = offsets(timeZone);
  const [start, end] = [from - edge, to + edge];
  const found: Stretch[] = [{ from: -Infinity, offset: offsetAt(start) }];
  for (let at = start; at < end; at += step) {
    let [low, high] = [at, at + step];
    const [before, after] = [offsetAt(low), offsetAt(high)];
    if (before === after) continue;
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ from: high, offset: after });
  }
  return found;
}

/** The first instant at which clocks show `local` or, where they jump over it, the jump. */
export function instantOf(parts: Stretch[], local: number): number {
  for (const [i, { from, offset }] of parts.entries()) {
    const at = local - offset;
    if (at < from) return from;
    if (at < (parts[i + 1]?.from ?? Infinity)) return at;
  }
  return local;
}

export function localOf(parts: Stretch[], instant: number): number {
  return instant + (parts.findLast(({ from }) => from <= instant)?.offset ?? 0);
}
