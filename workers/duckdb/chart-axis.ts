import type { DuckDBConnection } from "@duckdb/node-api";
import type { PlanAxis, PlanKey } from "@/lib/charts/plan";
import { ofDays, timeText, type Unit, unitMs, units } from "@/lib/charts/time-keys";
import { instantOf, localOf, type Stretch, stretches } from "@/lib/platform/zones";
import { encodingOf, quote, textOf } from "@/lib/results/encoding";
import type { Column } from "@/lib/warehouses/adapter";

/** How rows find their place on an axis, and how that place is told. */
export interface Axis {
  /** SQL over a row: NULL where the value is NULL or has no place. */
  place: string;
  /** From the place as `placeValue` reads it. */
  key(value: number | string): PlanKey;
  /** Places between those that have rows, where the axis is a scale. */
  unit?: Unit;
  edges?: number[];
  width?: number;
  /** SQL over a place: what it sorts by and how it is read. */
  numeric: boolean;
}

export const rowsOf = (files: string[]) => `read_parquet([${files.map(quote).join(", ")}])`;

export async function firstRow(duck: DuckDBConnection, sql: string): Promise<unknown[]> {
  return ((await duck.runAndReadAll(sql)).getRowsJS()[0] ?? []) as unknown[];
}

const longestText = 300;

/** A result's rows, and what its columns hold. */
export interface Source {
  duck: DuckDBConnection;
  /** What to select from. */
  rows: string;
  columns: Column[];
  /** Columns with values that are kept as text beside their native type. */
  odd: ReadonlySet<number>;
  /** Of times, where the files know them. */
  ranges: ReadonlyMap<number, TimeRange>;
}

/** First and last, in milliseconds since 1970; not known of nothing but NULL, nor where one of them is infinite. */
interface TimeRange {
  known: readonly [number, number] | null;
  infinite: boolean;
}

/** What the files' own statistics say of the columns, without reading a row. */
export async function statisticsOf(
  duck: DuckDBConnection,
  files: string[],
  columns: Column[],
): Promise<Pick<Source, "odd" | "ranges">> {
  const odd = new Set<number>();
  const ranges = new Map<number, TimeRange>();
  if (files.length === 0) return { odd, ranges };
  const some = "coalesce(stats_null_count < num_values, true)";
  const read = await duck.runAndReadAll(
    `SELECT path_in_schema, has, CASE WHEN NOT isinf(low) THEN epoch_ms(low)::DOUBLE END,
       CASE WHEN NOT isinf(high) THEN epoch_ms(high)::DOUBLE END, isinf(low) OR isinf(high), unknown
     FROM (SELECT path_in_schema, bool_or(${some}) AS has, min(TRY_CAST(stats_min_value AS TIMESTAMP)) AS low,
         max(TRY_CAST(stats_max_value AS TIMESTAMP)) AS high, bool_or(${some} AND stats_min_value IS NULL) AS unknown
       FROM parquet_metadata([${files.map(quote).join(", ")}]) GROUP BY path_in_schema)`,
  );
  for (const [name, has, low, high, infinite, unknown] of read.getRowsJS()) {
    const i = Number(String(name).slice(1));
    const { kind, exceptions } = encodingOf(columns[i]?.type ?? "text");
    if (String(name).startsWith("x")) {
      if (exceptions && has === true) odd.add(i);
    } else if (["date", "timestamp", "timestamptz"].includes(kind) && unknown === false) {
      const known = typeof low === "number" && typeof high === "number" ? ([low, high] as const) : null;
      ranges.set(i, { known, infinite: infinite === true });
    }
  }
  return { odd, ranges };
}

/** A column's values as numbers; NULL where one is none or not finite. */
export function numberOf({ columns, odd }: Pick<Source, "columns" | "odd">, i: number): string {
  const type = columns[i]?.type ?? "text";
  const { kind } = encodingOf(type);
  if (kind === "bool") return `c${i}::INTEGER`;
  if (kind === "int" || (kind === "decimal" && !odd.has(i))) return `c${i}`;
  const finite = (double: string) => `CASE WHEN isfinite(${double}) THEN ${double} END`;
  if (kind === "decimal") return `coalesce(c${i}::DOUBLE, ${finite(`TRY_CAST(x${i} AS DOUBLE)`)})`;
  return finite(`TRY_CAST(c${i} AS DOUBLE)`);
}

/** How many values a column has that `numberOf` has not; null where that cannot be. */
export function leftOut(source: Pick<Source, "columns" | "odd">, i: number): string | null {
  const { kind } = encodingOf(source.columns[i]?.type ?? "text");
  if (kind === "bool" || kind === "int" || (kind === "decimal" && !source.odd.has(i))) return null;
  return `count(c${i})${kind === "decimal" ? ` + count(x${i})` : ""} - count(${numberOf(source, i)})`;
}

export function textAxis(source: Source, { column, kind }: PlanAxis): Axis {
  const { columns } = source;
  const type = columns[column]?.type ?? "text";
  const bool = encodingOf(type).kind === "bool";
  const key = (value: number | string): PlanKey => {
    const text = String(value);
    const shown = bool ? (text === "t" ? "true" : "false") : text.slice(0, longestText);
    return text.length > longestText ? { at: shown, cut: true } : { at: shown };
  };
  if (kind !== "number") return { place: textOf(type, column), key, numeric: false };
  return { place: numberOf(source, column), key, numeric: true };
}

/** Edges of at most `count` bins of equal, round width from below `low` to above `high`. */
export function edgesOf(low: number, high: number, count: number, whole: boolean): number[] {
  const rough = (high - low) / count || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999) ?? rough;
  const width = whole ? Math.max(1, Math.ceil(nice)) : nice;
  const first = Math.floor(low / width);
  const edges: number[] = [];
  // Without the rests of binary fractions: 0.3, not 0.30000000000000004.
  for (let n = first; ; n++) {
    const edge = Number((n * width).toPrecision(12));
    edges.push(edge);
    if (edge > high || edges.length > 5_000) return edges;
  }
}

/** Each value in the bin whose edges say so, to the last digit: a filter by those edges finds the same rows. */
export function binAxis(source: Source, { column }: PlanAxis, edges: number[]): Axis {
  const value = `(${numberOf(source, column)})::DOUBLE`;
  const [low = 0, second = 1] = edges;
  const width = second - low;
  const last = edges.length - 2;
  const near = `least(greatest(floor((${value} - ${low}) / ${width})::INTEGER, 0), ${last})`;
  const list = `[${edges.map((edge) => `${edge}::DOUBLE`).join(",")}]`;
  return {
    // greatest() passes NULL over.
    place: `CASE WHEN ${value} IS NOT NULL THEN ${near} + CASE WHEN ${near} < ${last} AND ${value} >= ${list}[${near} + 2] THEN 1 WHEN ${near} > 0 AND ${value} < ${list}[${near} + 1] THEN -1 ELSE 0 END END`,
    key: (bin) => ({
      at: String(edges[Number(bin)]),
      from: String(edges[Number(bin)]),
      to: String(edges[Number(bin) + 1]),
    }),
    edges,
    width,
    numeric: true,
  };
}

const intervalOf = (ms: number) => `to_milliseconds(${ms})`;

function shiftOf(parts: Stretch[], sign: "+" | "-"): (time: string, by: string) => string {
  return (time, by) => {
    if (parts.length === 1)
      return parts[0]?.offset === 0 ? time : `${time} ${sign} ${intervalOf(parts[0]?.offset ?? 0)}`;
    const cases = parts
      .slice(1)
      .map(({ from }, i) => `WHEN ${by} < make_timestamp_ms(${from}) THEN ${intervalOf(parts[i]?.offset ?? 0)}`);
    return `${time} ${sign} CASE ${cases.join(" ")} ELSE ${intervalOf(parts.at(-1)?.offset ?? 0)} END`;
  };
}

/** @param range of the column, in milliseconds since 1970 (UTC where it has a zone) */
export function timeAxis(
  columns: Column[],
  { column }: PlanAxis,
  unit: Unit,
  zone: string,
  range: [number, number],
): Axis {
  const { kind } = encodingOf(columns[column]?.type ?? "date");
  const zoned = kind === "timestamptz";
  const exact = zoned ? stretches(zone, ...range) : stretches("UTC", 0, 0);
  const parts = exact ?? [{ from: -Infinity, offset: 0 }];
  const c = `c${column}`;
  const local =
    exact === null ? `(${c} AT TIME ZONE 'UTC' AT TIME ZONE ${quote(zone)})` : `(${shiftOf(parts, "+")(c, c)})`;
  if (ofDays(unit) || exact === null) {
    const place =
      unit === "day" ? `${local}::DATE` : `date_trunc('${unit}', ${ofDays(unit) ? `${local}::DATE` : local})`;
    const told = (at: number) =>
      zoned && exact !== null ? `${timeText(instantOf(parts, at), true)}+00` : timeText(at, !ofDays(unit));
    return { place, unit, numeric: true, key: (at) => keyOf(timeText(Number(at), !ofDays(unit)), told(Number(at))) };
  }
  // Whole hours need no detour where the clocks differ from UTC by whole hours.
  const plain = parts.every(({ offset }) => offset % unitMs[unit] === 0);
  const place = plain
    ? `date_trunc('${unit}', ${c})`
    : `(${shiftOf(parts, "-")(`date_trunc('${unit}', ${local})`, c)})`;
  return {
    place,
    unit,
    numeric: true,
    key: (at) => {
      const instant = Number(at);
      return keyOf(timeText(localOf(parts, instant), true), `${timeText(instant, true)}${zoned ? "+00" : ""}`);
    },
  };
}

const keyOf = (at: string, from: string): PlanKey => ({ at, from });

/** The smallest bucket that makes at most `most` points, and none smaller than the times themselves are apart. */
export async function chooseUnit(
  duck: DuckDBConnection,
  rows: string,
  { column }: PlanAxis,
  local: string,
  range: [number, number],
  most: number,
  isDate: boolean,
): Promise<Unit> {
  const fits = units.find((unit) => (range[1] - range[0]) / unitMs[unit] <= most) ?? "year";
  const candidates = units.slice(units.indexOf(fits) + 1).reverse();
  if (candidates.length === 0) return fits;
  // By the first rows: this only chooses what is shown first.
  const flags = candidates.map((unit) => `bool_and(${local} = date_trunc('${unit}', ${local}))`);
  const found = await firstRow(
    duck,
    `SELECT ${[...flags, `count(DISTINCT c${column}) > 1`].join(", ")}
     FROM (SELECT c${column} FROM ${rows} WHERE c${column} IS NOT NULL LIMIT 10000)`,
  );
  const aligned = candidates.find((_, i) => found[i] === true && found.at(-1) === true);
  const smallest = isDate && units.indexOf(fits) < units.indexOf("day") ? "day" : fits;
  return aligned && units.indexOf(aligned) > units.indexOf(smallest) ? aligned : smallest;
}
