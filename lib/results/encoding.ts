import type { Column } from "@/lib/warehouses/adapter";
import { numberKeySql } from "./number-order";
import { isSpan, type SpanKind, spans } from "./span-order";

/**
 * How a column is kept in Parquet. `c<i>` holds the value where its native type is exact; `x<i>` holds the engine's own
 * text where it is not (NaN, BC, an odd offset). A cell's text is always what the engine printed.
 */
export type Kind =
  | "bool"
  | "int"
  | "decimal"
  | "date"
  | "timestamp"
  | "timestamptz"
  | "float"
  | "number"
  | SpanKind
  | "text";

export interface Encoding {
  kind: Kind;
  /** DuckDB's type of `c<i>`. */
  native: string;
  /** Whether there is an `x<i>` beside it. */
  exceptions: boolean;
}

const integers: Record<string, string> = {
  smallint: "SMALLINT",
  integer: "INTEGER",
  bigint: "BIGINT",
  int2: "SMALLINT",
  int4: "INTEGER",
  int8: "BIGINT",
};

export function encodingOf(type: string): Encoding {
  const plain = type.toLowerCase().trim();
  if (plain === "boolean" || plain === "bool") return { kind: "bool", native: "BOOLEAN", exceptions: false };
  const integer = integers[plain];
  if (integer) return { kind: "int", native: integer, exceptions: false };
  const numeric = /^(?:numeric|decimal)\((\d+),\s*(-?\d+)\)$/.exec(plain);
  if (numeric) {
    const [p, s] = [Number(numeric[1]), Number(numeric[2])];
    if (p <= 38 && s >= 0 && s <= p) return { kind: "decimal", native: `DECIMAL(${p},${s})`, exceptions: true };
    return { kind: "number", native: "VARCHAR", exceptions: false };
  }
  if (/^(numeric|decimal)(\(.*\))?$/.test(plain)) return { kind: "number", native: "VARCHAR", exceptions: false };
  if (/^(real|double precision|float4|float8)$/.test(plain))
    return { kind: "float", native: "VARCHAR", exceptions: false };
  if (plain === "date") return { kind: "date", native: "DATE", exceptions: true };
  if (/^timestamp(\(\d\))?( without time zone)?$/.test(plain))
    return { kind: "timestamp", native: "TIMESTAMP", exceptions: true };
  // The instant in UTC: DuckDB's plain TIMESTAMP is several times faster than its zoned one.
  if (/^timestamp(\(\d\))? with time zone$|^timestamptz(\(\d\))?$/.test(plain)) {
    return { kind: "timestamptz", native: "TIMESTAMP", exceptions: true };
  }
  return { kind: spanOf(plain) ?? "text", native: "VARCHAR", exceptions: false };
}

function spanOf(type: string): SpanKind | null {
  if (type === "money") return "money";
  if (/^interval\b[a-z0-9 ()]*$/.test(type)) return "interval";
  return /^time(\(\d\))? with time zone$|^timetz(\(\d\))?$/.test(type) ? "timetz" : null;
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const isBc = (cell: string) => `ends_with(${cell}, ' BC')`;

/** DuckDB reads a text as a decimal of more than 64 bits a hundred times slower, and most values need no such thing. */
function decimalOf(v: string, native: string): string {
  const [precision = 38, scale = 0] = (native.match(/\d+/g) ?? []).map(Number);
  const wide = `TRY_CAST(${v} AS ${native})`;
  if (precision <= 18 || scale > 18) return wide;
  // The engine prints as many digits behind the point as the column has.
  const most = scale > 0 ? 19 : 18;
  return `CASE WHEN strlen(${v}) <= ${most} THEN TRY_CAST(${v} AS DECIMAL(18,${scale}))::${native} ELSE ${wide} END`;
}

/** The SELECT that turns CSV columns `v<i>` (engine's text) into `c<i>` and `x<i>`. */
export function encodeSelect(columns: Column[], source: string): string {
  const parsed: string[] = [];
  const stored: string[] = [];
  columns.forEach((column, i) => {
    const { kind, native, exceptions } = encodingOf(column.type);
    const v = `v${i}`;
    if (native === "VARCHAR") stored.push(`${v} AS c${i}`);
    else if (!exceptions) stored.push(`CAST(${v} AS ${native}) AS c${i}`);
    else if (kind === "timestamptz") {
      const zoned = `CASE WHEN ${isBc(v)} THEN NULL ELSE CAST(TRY_CAST(${v} AS TIMESTAMPTZ) AS TIMESTAMP) END`;
      parsed.push(
        `CASE WHEN ends_with(${v}, '+00') THEN TRY_CAST(left(${v}, -3) AS TIMESTAMP) ELSE ${zoned} END AS p${i}`,
      );
      // Another offset keeps its own text, and the instant as its key.
      const same = `p${i}::VARCHAR || '+00' = ${v}`;
      stored.push(`CASE WHEN ${same} OR NOT ends_with(${v}, '+00') THEN p${i} END AS c${i}`);
      stored.push(`CASE WHEN ${same} THEN NULL ELSE ${v} END AS x${i}`);
    } else {
      parsed.push(`${kind === "decimal" ? decimalOf(v, native) : `TRY_CAST(${v} AS ${native})`} AS p${i}`);
      stored.push(`CASE WHEN p${i}::VARCHAR = ${v} THEN p${i} END AS c${i}`);
      stored.push(`CASE WHEN p${i}::VARCHAR = ${v} THEN NULL ELSE ${v} END AS x${i}`);
    }
  });
  if (parsed.length === 0) return `SELECT ${stored.join(", ")} FROM ${source}`;
  return `SELECT ${stored.join(", ")} FROM (SELECT *, ${parsed.join(", ")} FROM ${source})`;
}

/** The engine's own text of a cell. */
export function textOf(type: string, i: number): string {
  const { kind, exceptions } = encodingOf(type);
  if (kind === "bool") return `CASE c${i} WHEN true THEN 't' WHEN false THEN 'f' END`;
  if (kind === "timestamptz") return `coalesce(x${i}, c${i}::VARCHAR || '+00')`;
  if (exceptions) return `coalesce(x${i}, c${i}::VARCHAR)`;
  return kind === "int" ? `c${i}::VARCHAR` : `c${i}`;
}

/** The double next to a number: infinite where it is beyond all of them. */
export const asDouble = (i: number) => `TRY_CAST(c${i} AS DOUBLE)`;

/** Times that DuckDB cannot hold stand before or after all that it can, by signed year; infinities stand outside those. */
function timeKeys(i: number): string[] {
  const bc = isBc(`x${i}`);
  const held = `CASE WHEN NOT isinf(c${i}) THEN 0 WHEN c${i}::VARCHAR = 'infinity' THEN 2 ELSE -2 END`;
  const rank = `CASE WHEN c${i} IS NOT NULL THEN ${held} WHEN x${i} = 'infinity' THEN 2 WHEN x${i} = '-infinity' THEN -2 WHEN ${bc} THEN -1 WHEN x${i} IS NOT NULL THEN 1 END`;
  const year = `CASE WHEN c${i} IS NULL THEN TRY_CAST(regexp_extract(x${i}, '^[0-9]+') AS BIGINT) * CASE WHEN ${bc} THEN -1 ELSE 1 END END`;
  return [rank, `c${i}`, year, `CASE WHEN c${i} IS NULL THEN x${i} END`];
}

/** What a column sorts by, most significant first: numbers by value with NaN last, times by instant, the rest by text. */
export function sortKeys(type: string, i: number): string[] {
  const { kind } = encodingOf(type);
  if (isSpan(kind)) return [spans[kind].sql(`c${i}`)];
  switch (kind) {
    case "float":
      return [asDouble(i)];
    case "number":
      return [numberKeySql(`c${i}`)];
    case "decimal":
      return [`CASE WHEN c${i} IS NOT NULL THEN 0 WHEN x${i} IS NOT NULL THEN 1 END`, `c${i}`];
    case "date":
    case "timestamp":
    case "timestamptz":
      return timeKeys(i);
    default:
      return [`c${i}`];
  }
}
