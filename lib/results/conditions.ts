import { SluiceError } from "@/lib/platform/errors";
import type { Column } from "@/lib/warehouses/adapter";
import { asDouble, encodingOf, quote, sortKeys, textOf } from "./encoding";
import { compareFixed, compareWhole, doubleLiteral, holds, numberKey, numberKeySql } from "./number-order";
import type { Filter, SortKey } from "./schema";
import { isSpan, type SpanKind, spans } from "./span-order";

const numberText = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const special = new Map([
  ["nan", "NaN"],
  ["infinity", "Infinity"],
  ["inf", "Infinity"],
  ["-infinity", "-Infinity"],
  ["-inf", "-Infinity"],
]);
const operators = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" } as const;

function wrong(column: Column, message: string): SluiceError {
  return new SluiceError("invalid", `The filter on ${column.name || "that column"} does not fit: ${message}`, {
    fields: [{ field: "filter", message }],
  });
}

function boolean(column: Column, value: string): string {
  const text = value.toLowerCase();
  if (["t", "true", "1", "yes"].includes(text)) return "true";
  if (["f", "false", "0", "no"].includes(text)) return "false";
  throw wrong(column, "it is true or false.");
}

/** A number as `numberKey` and its like take it. */
function number(column: Column, value: string): string {
  const text = value.trim();
  const named = special.get(text.toLowerCase());
  if (named) return named;
  if (!numberText.test(text)) throw wrong(column, `${JSON.stringify(value.slice(0, 50))} is no number.`);
  return text;
}

const spanWords: Record<SpanKind, string> = {
  interval: "is no interval. Write it as 2 days 04:30:00.",
  timetz: "is no time with its zone. Write it as 14:30:00+02.",
  money: "is no amount.",
};

function span(column: Column, kind: SpanKind, value: string): string {
  if (spans[kind].valueOf(value) === null)
    throw wrong(column, `${JSON.stringify(value.slice(0, 50))} ${spanWords[kind]}`);
  return spans[kind].literal(value);
}

function time(column: Column, value: string, timeZone: string): string {
  const text = value.trim().replace("T", " ").replace(/Z$/, "+00");
  if (/^[+-]?infinity$/i.test(text)) return `TIMESTAMP ${quote(text)}`;
  if (!/^\d{1,6}-\d{1,2}-\d{1,2}( .*)?$/.test(text))
    throw wrong(column, `${JSON.stringify(value.slice(0, 50))} is no date or time.`);
  const { kind } = encodingOf(column.type);
  if (kind !== "timestamptz") return `CAST(${quote(text)} AS TIMESTAMP)`;
  if (/ .*[+-]\d{2}(:?\d{2})?$/.test(text)) return `CAST(CAST(${quote(text)} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  return `CAST(CAST(${quote(text)} AS TIMESTAMP) AT TIME ZONE ${quote(timeZone)} AS TIMESTAMP)`;
}

function compare(column: Column, i: number, op: keyof typeof operators, value: string, timeZone: string): string {
  const sign = operators[op];
  const { kind, native } = encodingOf(column.type);
  if (isSpan(kind)) return `${spans[kind].sql(`c${i}`)} ${sign} ${span(column, kind, value)}`;
  switch (kind) {
    case "bool":
      return `c${i} ${sign} ${boolean(column, value)}`;
    case "int":
      return compareWhole(`c${i}`, op, number(column, value));
    case "float":
      return `${asDouble(i)} ${sign} ${doubleLiteral(number(column, value))}`;
    case "number": {
      const wanted = number(column, value);
      const [double, near] = [asDouble(i), doubleLiteral(wanted)];
      // Doubles are quick, and tell apart all but neighbours; those go by every digit.
      const exact = `${numberKeySql(`c${i}`)} ${sign} ${quote(numberKey(wanted))}`;
      return `CASE WHEN ${double} <> ${near} THEN ${double} ${sign} ${near} ELSE ${exact} END`;
    }
    case "decimal": {
      const wanted = number(column, value);
      const [precision = 38, scale = 0] = (native.match(/\d+/g) ?? []).map(Number);
      const fixed = compareFixed(`c${i}`, { type: native, precision, scale }, op, wanted);
      // The one exception of a decimal is NaN, greater than every number, as in PostgreSQL.
      return holds(op, wanted === "NaN" ? 0 : 1) ? `(x${i} IS NOT NULL OR ${fixed})` : fixed;
    }
    case "date":
    case "timestamp":
    case "timestamptz": {
      const text = textOf(column.type, i);
      if (op === "eq" && / BC$/.test(value)) return `${text} = ${quote(value)}`;
      const key = `coalesce(TRY_CAST(c${i} AS TIMESTAMP), CASE WHEN ends_with(x${i}, ' BC') OR x${i} = '-infinity' THEN '-infinity' WHEN x${i} IS NOT NULL OR c${i} IS NOT NULL THEN 'infinity' END::TIMESTAMP)`;
      return `${key} ${sign} ${time(column, value, timeZone)}`;
    }
    default:
      return `c${i} ${sign} ${quote(value)}`;
  }
}

function condition(columns: Column[], filter: Filter, timeZone: string): string {
  const i = filter.column;
  const column = columns[i];
  if (!column)
    throw new SluiceError("invalid", `There is no column ${i}.`, {
      fields: [{ field: "filter", message: `There is no column ${i}.` }],
    });
  const text = textOf(column.type, i);
  switch (filter.op) {
    case "null":
      return `${text} IS NULL`;
    case "notnull":
      return `${text} IS NOT NULL`;
    case "in":
      return filter.value.map((value) => compare(column, i, "eq", String(value), timeZone)).join(" OR ");
    case "notin":
      return filter.value.map((value) => compare(column, i, "ne", String(value), timeZone)).join(" AND ");
    case "contains":
      return `contains(lower(${text}), lower(${quote(String(filter.value))}))`;
    case "starts":
      return `starts_with(lower(${text}), lower(${quote(String(filter.value))}))`;
    default:
      return compare(column, i, filter.op, String(filter.value), timeZone);
  }
}

/** WHERE of filters and search; empty when every row matches. @throws SluiceError invalid */
export function whereOf(columns: Column[], filters: Filter[], search: string, timeZone: string): string {
  const parts = filters.map((filter) => `(${condition(columns, filter, timeZone)})`);
  if (search) {
    const term = `lower(${quote(search)})`;
    parts.push(`(${columns.map((column, i) => `contains(lower(${textOf(column.type, i)}), ${term})`).join(" OR ")})`);
  }
  return parts.length > 0 ? ` WHERE ${parts.join(" AND ")}` : "";
}

/**
 * ORDER BY of sort keys: missing values last upwards and first downwards as in PostgreSQL, ties in the order the
 * warehouse gave. What a column holds in this file may allow a key (`quick`) that DuckDB sorts several times faster.
 */
export function orderOf(
  columns: Column[],
  sort: SortKey[],
  rowNumber: string,
  quick: ReadonlyMap<number, string> = new Map(),
): string {
  if (sort.length === 0) return "";
  const keys = sort.flatMap(({ column: i, descending }) => {
    const column = columns[i];
    if (!column)
      throw new SluiceError("invalid", `There is no column ${i}.`, {
        fields: [{ field: "sort", message: `There is no column ${i}.` }],
      });
    const key = quick.get(i);
    const sorted = key ? [key] : sortKeys(column.type, i);
    return sorted.map((key) => `${key} ${descending ? "DESC NULLS FIRST" : "ASC NULLS LAST"}`);
  });
  return ` ORDER BY ${[...keys, rowNumber].join(", ")}`;
}
