/**
 * The order of `numeric` of any size, here and in DuckDB, as PostgreSQL has it: by value, infinities outside all
 * numbers, NaN after everything.
 */

function rank(text: string): number {
  if (text === "NaN") return 2;
  if (/^\+?inf/i.test(text)) return 1;
  return /^-inf/i.test(text) ? -1 : 0;
}

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

interface Decimal {
  sign: number;
  exponent: number;
  digits: string;
}

/** A decimal as 0.`digits` times ten to the `exponent`: no power is made, so that 1e999999999 costs nothing. */
function parsed(text: string): Decimal {
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

/** Half of what six figures hold: `numeric` ends at 131,072 digits before the point and 16,383 after it. */
const middle = 500_000;
const farthest = 399_999;
const nines = "9876543210";

/**
 * Text whose bytes stand in the order of the values: a figure for the kind, the exponent in six figures, the digits.
 * Of negative numbers each figure is turned around, and an end that is above every digit puts 15 before 1.
 */
export function numberKey(text: string): string {
  const kind = rank(text);
  if (kind !== 0) return kind === 2 ? "5" : kind === 1 ? "4" : "0";
  const { sign, exponent, digits } = parsed(text);
  if (sign === 0) return "2";
  // What is beyond every stored number may as well be there all at one place.
  const bounded = Math.max(-farthest, Math.min(farthest, exponent));
  const power = middle + sign * bounded;
  if (sign > 0) return `3${power}${digits}`;
  return `1${power}${digits.replace(/\d/g, (digit) => nines.charAt(Number(digit)))}~`;
}

/** The same of a cell, as PostgreSQL prints `numeric`, in DuckDB. */
export function numberKeySql(cell: string): string {
  const whole = `ltrim(split_part(ltrim(${cell}, '-'), '.', 1), '0')`;
  const fraction = `split_part(${cell}, '.', 2)`;
  const digits = `trim(${whole} || ${fraction}, '0')`;
  const exponent = `CASE WHEN ${whole} <> '' THEN strlen(${whole}) ELSE strlen(ltrim(${fraction}, '0')) - strlen(${fraction}) END`;
  return `CASE WHEN ${cell} = 'NaN' THEN '5' WHEN ${cell} = 'Infinity' THEN '4' WHEN ${cell} = '-Infinity' THEN '0'
    WHEN ${digits} = '' THEN '2'
    WHEN starts_with(${cell}, '-') THEN '1' || (${middle} - (${exponent})) || translate(${digits}, '0123456789', '${nines}') || '~'
    ELSE '3' || (${middle} + (${exponent})) || ${digits} END`;
}

/** As a double, correctly rounded: where two differ, their values do in the same way. A literal of DuckDB. */
export function doubleLiteral(text: string): string {
  const kind = rank(text);
  if (kind !== 0) return `'${kind === 2 ? "NaN" : kind === 1 ? "Infinity" : "-Infinity"}'::DOUBLE`;
  return `'${Number(text)}'::DOUBLE`;
}

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Whether a comparison holds of what stands so to its value: before it (-1), level, or after it (1). */
export function holds(op: Comparison, order: number): boolean {
  if (op === "ne") return order !== 0;
  if (order === 0) return op === "eq" || op === "le" || op === "ge";
  return order < 0 ? op === "lt" || op === "le" : op === "gt" || op === "ge";
}

const signs: Record<Comparison, string> = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" };

/** What a column of DuckDB holds exactly. */
interface Fixed {
  type: string;
  precision: number;
  scale: number;
}

/**
 * A comparison of a DuckDB number of `precision` digits, `scale` of them behind the point, with a number of any size,
 * exactly: a value that such a column cannot hold is compared by its place beside those that it can.
 */
export function compareFixed(cell: string, { type, precision, scale }: Fixed, op: Comparison, text: string): string {
  const always = (order: number) => (holds(op, order) ? `${cell} IS NOT NULL` : "false");
  const kind = rank(text);
  if (kind !== 0) return always(-kind);
  const { sign, exponent, digits } = parsed(text);
  if (sign !== 0 && exponent > precision - scale) return always(-sign);
  const whole = digits.slice(0, Math.max(0, exponent)).padEnd(Math.max(0, exponent), "0");
  const fraction = exponent < -scale ? "" : "0".repeat(Math.max(0, -exponent)) + digits.slice(Math.max(0, exponent));
  const nearest = `${sign < 0 ? "-" : ""}${whole || "0"}${scale > 0 ? `.${fraction.slice(0, scale).padEnd(scale, "0")}` : ""}`;
  const literal = `CAST('${nearest}' AS ${type})`;
  const between = sign !== 0 && (exponent < -scale || fraction.length > scale);
  if (!between) return `${cell} ${signs[op]} ${literal}`;
  // `nearest` lies towards zero of the value, and nothing between the two.
  if (op === "eq" || op === "ne") return always(1);
  const below = op === "lt" || op === "le";
  const included = below === sign > 0;
  return `${cell} ${below ? "<" : ">"}${included ? "=" : ""} ${literal}`;
}

const [least, greatest] = ["-9223372036854775808", "9223372036854775807"];

/** The same of a whole number of at most 64 bits. */
export function compareWhole(cell: string, op: Comparison, text: string): string {
  const beyond = compareNumbers(text, least) < 0 || compareNumbers(text, greatest) > 0;
  return compareFixed(cell, { type: "BIGINT", precision: beyond ? 0 : 19, scale: 0 }, op, text);
}
