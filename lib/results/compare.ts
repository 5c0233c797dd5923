import type { Kind } from "./encoding";
import type { Cell } from "./head";
import { compareNumbers } from "./number-order";
import { isSpan, type SpanKind, spans } from "./span-order";

/** Compares cells of small results as the stored ones are compared in DuckDB: see sortKeys in encoding.ts. */

const toDouble = (text: string) => Number(text.replace(/^([+-]?)inf(inity)?$/i, "$1Infinity"));

/** As doubles: what is beyond them is infinite. */
function compareFloats(a: string, b: string): number {
  const [x, y] = [toDouble(a), toDouble(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : Number(x > y);
}

const timeText =
  /^(\d+)-(\d+)-(\d+)(?:[ T](\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?(?:([+-])(\d+)(?::?(\d+))?(?::(\d+))?|Z)?)?( BC)?$/;

/** Days since 1970 in the proleptic Gregorian calendar (Howard Hinnant's days_from_civil). */
function days(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** Microseconds since 1970; null where the text is no time. */
export function instantOf(text: string): bigint | null {
  if (text === "infinity") return 1n << 80n;
  if (text === "-infinity") return -(1n << 80n);
  const found = timeText.exec(text);
  if (!found) return null;
  const at = (i: number) => Number(found[i] ?? 0);
  const year = found[12] ? 1 - at(1) : at(1);
  const offset = (at(9) * 3600 + at(10) * 60 + at(11)) * (found[8] === "-" ? -1 : 1);
  const seconds = days(year, at(2), at(3)) * 86_400 + at(4) * 3600 + at(5) * 60 + at(6) - offset;
  return BigInt(seconds) * 1_000_000n + BigInt((found[7] ?? "").padEnd(6, "0").slice(0, 6));
}

function compareTimes(a: string, b: string): number {
  const [instantA, instantB] = [instantOf(a) ?? 0n, instantOf(b) ?? 0n];
  return instantA < instantB ? -1 : Number(instantA > instantB);
}

export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareSpans(kind: SpanKind, a: string, b: string): number {
  const [x, y] = [spans[kind].valueOf(a) ?? 0n, spans[kind].valueOf(b) ?? 0n];
  return x < y ? -1 : Number(x > y);
}

export function compareCells(kind: Kind, a: string, b: string): number {
  if (isSpan(kind)) return compareSpans(kind, a, b);
  switch (kind) {
    case "int":
    case "decimal":
    case "number":
      return compareNumbers(a, b);
    case "float":
      return compareFloats(a, b);
    case "date":
    case "timestamp":
    case "timestamptz":
      return compareTimes(a, b);
    default:
      return compareText(a, b);
  }
}

/** Missing values are greater than all others, as in PostgreSQL: last upwards, first downwards. */
export function compareNullable(kind: Kind, a: Cell, b: Cell, descending: boolean): number {
  const missing = Number(a === null) - Number(b === null);
  const order = a === null || b === null ? missing : compareCells(kind, a, b);
  return descending ? -order : order;
}
