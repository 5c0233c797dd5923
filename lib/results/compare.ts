import type { Kind } from "./encoding";
import type { Cell } from "./head";

/** Compares cells of small results as the stored ones are compared in DuckDB: see sortKeys in encoding.ts. */

function rank(text: string): number {
  if (text === "NaN") return 2;
  if (/^\+?inf/i.test(text)) return 1;
  return /^-inf/i.test(text) ? -1 : 0;
}

/** Digits of two decimals brought to one scale. */
function scaled(text: string, scale: number): bigint {
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace(/^[+-]/, "").split(".");
  const value = BigInt(whole + fraction.padEnd(scale, "0"));
  return negative ? -value : value;
}

export function compareNumbers(a: string, b: string): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB || rankA !== 0) return rankA - rankB;
  const difference = Number(a) - Number(b);
  if (Number.isFinite(difference) && difference !== 0) return difference;
  if (/e/i.test(a + b)) return 0;
  const scale = Math.max((a.split(".")[1] ?? "").length, (b.split(".")[1] ?? "").length);
  const [exactA, exactB] = [scaled(a, scale), scaled(b, scale)];
  return exactA < exactB ? -1 : Number(exactA > exactB);
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

export function compareCells(kind: Kind, a: string, b: string): number {
  switch (kind) {
    case "int":
    case "decimal":
    case "float":
    case "number":
      return compareNumbers(a, b);
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
