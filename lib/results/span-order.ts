/**
 * Types that are kept as the engine's text and ordered by a value, PostgreSQL's own order: here, and in DuckDB, whose
 * types order alike. Each takes what the engine prints, and what a person may type into a filter.
 */
export type SpanKind = "interval" | "timetz" | "money";

interface Span {
  /** Null where the text is no such value. */
  valueOf(text: string): bigint | null;
  /** What a cell, as the engine prints it, is ordered by in DuckDB. */
  sql(cell: string): string;
  /** The same of a text of which `valueOf` knows the value. */
  literal(text: string): string;
}

const endless = 10n ** 30n;
const micros = (fraction = "") => BigInt(fraction.padEnd(6, "0").slice(0, 6));

/** A month has 30 days and a day 24 hours when PostgreSQL compares. In microseconds. */
const unitMicros: Record<string, bigint> = {
  year: 360n * 86_400_000_000n,
  mon: 30n * 86_400_000_000n,
  month: 30n * 86_400_000_000n,
  week: 7n * 86_400_000_000n,
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  min: 60_000_000n,
  minute: 60_000_000n,
  sec: 1_000_000n,
  second: 1_000_000n,
};
const clockText = /^([+-]?)(\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?$/;

function clock(text: string): bigint | null {
  const found = clockText.exec(text);
  if (!found) return null;
  const [, sign, hours = "0", minutes = "0", seconds = "0", fraction] = found;
  const value = BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + BigInt(seconds) * 1_000_000n;
  return (value + micros(fraction)) * (sign === "-" ? -1n : 1n);
}

function intervalValue(text: string): bigint | null {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (/^\+?infinity$/.test(text.trim())) return endless;
  if (text.trim() === "-infinity") return -endless;
  let value = 0n;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const time = clock(word);
    const unit = unitMicros[(words[at + 1] ?? "").replace(/s$/, "")];
    if (time !== null) value += time;
    else if (unit !== undefined && /^[+-]?\d+$/.test(word)) {
      value += BigInt(word) * unit;
      at++;
    } else return null;
  }
  return value;
}

/** Not by DuckDB's own order of intervals: to it one month less three days is more than 28 days. */
function intervalSql(cell: string): string {
  const plain = `replace(${cell}, '+', '')`;
  // DuckDB refuses a clock of very many hours.
  const spelled = `regexp_replace(${plain}, '(-?)([0-9]+):([0-9]+):([0-9.]+)$', '\\1\\2 hours \\1\\3 minutes \\1\\4 seconds')`;
  const interval = `coalesce(TRY_CAST(${plain} AS INTERVAL), TRY_CAST(${spelled} AS INTERVAL))`;
  const part = (name: string) => `date_part('${name}', ${interval})`;
  const days = `((${part("year")} * 12 + ${part("month")}) * 30 + ${part("day")})::HUGEINT * 86400000000`;
  const time = `${part("hour")} * 3600000000 + ${part("minute")} * 60000000 + ${part("microsecond")}`;
  const ends = `CASE ${cell} WHEN 'infinity' THEN ${endless}::HUGEINT WHEN '-infinity' THEN -${endless}::HUGEINT END`;
  return `coalesce(${days} + ${time}, ${ends})`;
}

/** By the instant, then by the zone from east to west. */
const zoned = (time: bigint, east: bigint) => (time - east * 1_000_000n) * 1_000_000n - east;
const zonedText = /^(\d+:\d+(?::\d+(?:\.\d+)?)?)\s*([+-])(\d+)(?::?(\d\d))?(?::?(\d\d))?$/;

function timetzValue(text: string): bigint | null {
  const found = zonedText.exec(text.trim().replace(/Z$/i, "+00"));
  const time = found && clock(found[1] ?? "");
  if (!found || time === null || time > 24n * 3_600_000_000n) return null;
  const east = BigInt(found[3] ?? 0) * 3600n + BigInt(found[4] ?? 0) * 60n + BigInt(found[5] ?? 0);
  if (east >= 16n * 3600n) return null;
  return zoned(time, found[2] === "-" ? -east : east);
}

function timetzLiteral(text: string): string {
  const [, time = "", sign, hours = "", minutes = "00", seconds = "00"] =
    zonedText.exec(text.trim().replace(/Z$/i, "+00")) ?? [];
  const [hour = "", ...others] = time.split(":");
  const clock = [hour.padStart(2, "0"), ...others, ...(others.length === 1 ? ["00"] : [])].join(":");
  return `'${clock}${sign}${hours.padStart(2, "0")}:${minutes}:${seconds}'::TIMETZ`;
}

/**
 * In hundredths, whatever the currency: all amounts of one result are printed in one way, so its digits are its order.
 * An amount without two digits after a point or comma is one of whole units.
 */
function moneyValue(text: string): bigint | null {
  const digits = text.replace(/\D/g, "");
  if (!digits || /[a-z]{4}/i.test(text)) return null;
  const decimals = /[.,](\d{1,2})\D*$/.exec(text)?.[1]?.length ?? 0;
  const value = BigInt(digits) * 10n ** BigInt(2 - decimals);
  return /[-−(]/.test(text) ? -value : value;
}

function moneySql(cell: string): string {
  const digits = `TRY_CAST(regexp_replace(${cell}, '[^0-9]', '', 'g') AS HUGEINT)`;
  const whole = `CASE WHEN regexp_matches(${cell}, '[.,][0-9]{2}[^0-9]*$') THEN 1 ELSE 100 END`;
  return `${digits} * ${whole} * CASE WHEN regexp_matches(${cell}, '[-−(]') THEN -1 ELSE 1 END`;
}

export const spans: Record<SpanKind, Span> = {
  interval: { valueOf: intervalValue, sql: intervalSql, literal: (text) => `${intervalValue(text)}::HUGEINT` },
  timetz: { valueOf: timetzValue, sql: (cell) => `TRY_CAST(${cell} AS TIMETZ)`, literal: timetzLiteral },
  money: { valueOf: moneyValue, sql: moneySql, literal: (text) => `${moneyValue(text)}::HUGEINT` },
};

export const isSpan = (kind: string): kind is SpanKind => kind in spans;
