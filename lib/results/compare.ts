import type { Kind } from "./encoding";
import type { Cell } from "./head";

/** Compares cells of small results as the stored ones are compared in DuckDB: see sortKeys in encoding.ts. */

function rank(text: string): number {
  if (text === "NaN") return 2;
  if (/^\+?inf/i.test(text)) return 1;
  return /^-inf/i.test(text) ? -1 : 0;
}

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** A decimal as 0.`digits` times ten to the `exponent`: no power is made, so that 1e999999999 costs nothing. */
function parsed(text: string): { sign: number; exponent: number; digits: string } {
  const [, minus = "", whole = "", fraction = "", power = "0"] = decimalText.exec(text) ?? [];
  const all = whole + fraction;
  const digits = all.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (!significant) return { sign: 0, exponent: 0, digits: "" };
  const exponent = whole.length - (all.length - digits.length) + Number(power);
  return { sign: minus === "-" ? -1 : 1, exponent, digits: significant };
}

/** Exactly, by value. */
export function compareNumbers(a: string, b: string): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB || rankA !== 0) return rankA - rankB;
  const [x, y] = [parsed(a), parsed(b)];
  if (x.sign !== y.sign || x.sign === 0) return x.sign - y.sign;
  if (x.exponent !== y.exponent) return x.exponent > y.exponent ? x.sign : -x.sign;
  if (x.digits === y.digits) return 0;
  return x.digits > y.digits ? x.sign : -x.sign;
}

/** As doubles: what is beyond them is infinite. */
function compareFloats(a: string, b: string): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB || rankA !== 0) return rankA - rankB;
  const [x, y] = [Number(a), Number(b)];
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

export function compareCells(kind: Kind, a: string, b: string): number {
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
