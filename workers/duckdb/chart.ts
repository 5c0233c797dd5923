import type { DuckDBConnection } from "@duckdb/node-api";
import type { ChartAnswer, ChartPlan, ChartRequest, PlanAxis, PlanKey } from "@/lib/charts/plan";
import { coarser, filled, type Unit, unitMs } from "@/lib/charts/time-keys";
import { encodingOf, quote } from "@/lib/results/encoding";
import { storedRows } from "@/lib/results/stored";
import type { Column } from "@/lib/warehouses/adapter";
import {
  type Axis,
  binAxis,
  chooseUnit,
  edgesOf,
  firstRow,
  numberOf,
  rowsOf,
  type Source,
  statisticsOf,
  textAxis,
  timeAxis,
} from "./chart-axis";
import { Groups, measureSql } from "./chart-groups";
import { readPoints } from "./chart-points";

/** More points along one axis nobody can tell apart on a screen. */
const mostPlaces = 2_000;
/** What is chosen without being asked makes fewer. */
const pleasant = 400;
const usualBins = 30;
/** So many different numbers stand for themselves; more are put into bins. */
const mostNumbers = { line: mostPlaces, area: mostPlaces, bar: 60, heatmap: 40, pivot: 200 } as Record<string, number>;

const big = (n: number) => n.toLocaleString("en-US");
const nameOf = (columns: Column[], i: number) => columns[i]?.name || `column ${i + 1}`;

interface Work extends Source {
  plan: ChartPlan;
  notes: string[];
}

async function timeRange({ duck, rows, ranges }: Work, { column }: PlanAxis): Promise<[number, number] | null> {
  const told = ranges.get(column);
  if (told && !told.infinite) return told.known && [...told.known];
  const read = (where: string) =>
    firstRow(
      duck,
      `SELECT isinf(low) OR isinf(high), CASE WHEN NOT isinf(low) THEN epoch_ms(low::TIMESTAMP) END,
         CASE WHEN NOT isinf(high) THEN epoch_ms(high::TIMESTAMP) END
       FROM (SELECT min(c${column}) AS low, max(c${column}) AS high FROM ${rows}${where})`,
    );
  let found = await read("");
  if (found[0] === true) found = await read(` WHERE NOT isinf(c${column})`);
  const [, low, high] = found;
  return low === null || low === undefined ? null : [Number(low), Number(high)];
}

async function axisOfTime(work: Work, axis: PlanAxis): Promise<Axis> {
  const { duck, rows, columns, plan, notes } = work;
  const range = await timeRange(work, axis);
  if (!range) return { place: "NULL::TIMESTAMP", key: () => ({ at: null }), numeric: true };
  const { kind } = encodingOf(columns[axis.column]?.type ?? "date");
  const local =
    kind === "timestamptz" && plan.timeZone !== "UTC"
      ? `(c${axis.column} AT TIME ZONE 'UTC' AT TIME ZONE ${quote(plan.timeZone)})`
      : `c${axis.column}`;
  let unit: Unit;
  if (plan.bucket === "auto") {
    unit = await chooseUnit(duck, rows, axis, local, range, plan.bins ?? pleasant, kind === "date");
  } else {
    unit = kind === "date" && unitMs[plan.bucket] < unitMs.day ? "day" : plan.bucket;
    const asked = unit;
    while ((range[1] - range[0]) / unitMs[unit] > mostPlaces && unit !== "year") unit = coarser(unit);
    if (unit !== asked) {
      const points = big(Math.floor((range[1] - range[0]) / unitMs[asked]) + 1);
      notes.push(`By ${unit}, because by ${asked} there would be ${points} points.`);
    }
  }
  return timeAxis(columns, axis, unit, plan.timeZone, range);
}

async function binsOf(work: Work, axis: PlanAxis, count: number): Promise<Axis> {
  const { duck, rows, columns } = work;
  const v = numberOf(work, axis.column);
  const [low, high] = await firstRow(duck, `SELECT min(${v})::DOUBLE, max(${v})::DOUBLE FROM ${rows}`);
  if (typeof low !== "number" || typeof high !== "number") return textAxis(work, axis);
  const whole = encodingOf(columns[axis.column]?.type ?? "").kind === "int";
  return binAxis(work, axis, edgesOf(low, high, count, whole));
}

async function axisOf(work: Work, axis: PlanAxis): Promise<Axis> {
  const { plan } = work;
  if (axis.kind === "time") return axisOfTime(work, axis);
  if (axis.kind === "number" && plan.type === "histogram") return binsOf(work, axis, plan.bins ?? usualBins);
  return textAxis(work, axis);
}

/** Values of one of the groups' columns that stand for themselves; the rest is put together or left out. */
async function cut(
  work: Work,
  groups: Groups,
  by: "x" | "s",
  most: number,
  axis: PlanAxis,
  sorted: string,
): Promise<boolean> {
  const { duck, plan, notes, columns } = work;
  const [found] = await firstRow(duck, `SELECT count(DISTINCT ${by}) FROM ${groups.name}`);
  const distinct = Number(found);
  if (distinct <= most) return false;
  await duck.run(`CREATE OR REPLACE TEMP TABLE top_${by} AS SELECT ${by} AS v FROM ${groups.name} WHERE ${by} IS NOT NULL
    GROUP BY ${by} ORDER BY ${sorted} DESC NULLS LAST, ${by} LIMIT ${most}`);
  const rest = plan.other
    ? `; the other ${big(distinct - most)} are put together as "other"`
    : `; ${big(distinct - most)} are left out`;
  notes.push(
    `The ${big(most)} largest of ${big(distinct)} values of "${nameOf(columns, axis.column)}" are shown${rest}.`,
  );
  return true;
}

/** The groups of a chart, few enough to draw. */
async function group(
  work: Work,
): Promise<{ groups: Groups; x: Axis | null; s: Axis | null; cutX: boolean; cutS: boolean }> {
  const { duck, columns, plan } = work;
  let x = plan.x && (await axisOf(work, plan.x));
  let s =
    plan.series &&
    (await axisOf(
      { ...work, plan: { ...plan, type: "bar" } },
      { ...plan.series, kind: plan.series.kind === "time" ? "text" : plan.series.kind },
    ));
  const measures = plan.measures.map((measure, m) => measureSql(work, measure, m));
  const groups = new Groups(duck, work.rows, measures, plan.sort === "rows");
  const place = (axis: Axis | null) => axis?.place ?? "NULL";
  await groups.group(place(x), place(s));
  // Too many different numbers: into bins, as the axis is a scale.
  for (const by of ["x", "s"] as const) {
    const axis = by === "x" ? plan.x : plan.series;
    const limit = by === "x" ? mostNumbers[plan.type] : plan.type === "heatmap" ? mostNumbers.heatmap : undefined;
    if (axis?.kind !== "number" || limit === undefined || (by === "x" ? x?.edges : s?.edges)) continue;
    const [distinct] = await firstRow(duck, `SELECT count(DISTINCT ${by}) FROM ${groups.name}`);
    if (Number(distinct) <= limit) continue;
    const bins = await binsOf(
      work,
      axis,
      plan.bins ?? Math.min(limit, plan.type === "line" || plan.type === "area" ? 500 : usualBins),
    );
    work.notes.push(
      `"${nameOf(columns, axis.column)}" has ${big(Number(distinct))} different values: they are put into ${big((bins.edges?.length ?? 1) - 1)} equal ranges.`,
    );
    if (by === "x") x = bins;
    else s = bins;
    await groups.group(place(x), place(s));
  }
  const size = (() => {
    const [first] = measures;
    if (!first || first.parts.some(({ merged }) => merged === null)) return "max(a0)";
    const merged = first.parts.reduce(
      (sql, part) => sql.replaceAll(part.name, `(${part.merged})`),
      first.value === "n" ? "sum(n)" : first.value,
    );
    return `abs(${merged})`;
  })();
  const scale = (axis: Axis | null) => axis?.unit !== undefined || axis?.edges !== undefined;
  const cutX =
    plan.x !== null &&
    !scale(x) &&
    !(plan.x.kind === "number" && plan.type in mostNumbers && plan.type !== "pivot") &&
    (await cut(work, groups, "x", plan.top, plan.x, size));
  const cutS = plan.series !== null && !scale(s) && (await cut(work, groups, "s", plan.topSeries, plan.series, size));
  if (cutX || cutS) {
    // One column for value and mark: a struct, so that "other" is no value of the data.
    const mapped = (by: "x" | "s", is: boolean) =>
      is
        ? `{v: CASE WHEN ${by} IN (SELECT v FROM top_${by}) THEN ${by} END, o: ${by} IS NOT NULL AND ${by} NOT IN (SELECT v FROM top_${by})}`
        : `{v: ${by}, o: false}`;
    await groups.regroup(mapped("x", cutX), mapped("s", cutS), place(x), place(s));
  }
  return { groups, x, s, cutX, cutS };
}

interface Found {
  x: number | string | null;
  otherX: boolean;
  s: number | string | null;
  otherS: boolean;
  n: number;
  first: number;
  values: (number | null)[];
}

async function fetch(
  { duck, plan }: Work,
  { groups, x, s, cutX, cutS }: Awaited<ReturnType<typeof group>>,
): Promise<Found[]> {
  const structs = cutX || cutS;
  const read = (by: "x" | "s", axis: Axis | null, kind: string | undefined) => {
    const v = structs ? `${by}.v` : by;
    if (!axis) return "NULL";
    if (kind === "time" && axis.unit) return `CASE WHEN NOT isinf(${v}) THEN epoch_ms(${v}::TIMESTAMP)::DOUBLE END`;
    return axis.edges ? `${v}::DOUBLE` : `${v}::VARCHAR`;
  };
  const values = groups.measures.map(
    ({ value }) => `CASE WHEN isfinite((${value})::DOUBLE) THEN (${value})::DOUBLE END`,
  );
  const select = [
    read("x", x, plan.x?.kind),
    structs ? "x.o" : "false",
    read("s", s, "text"),
    structs ? "s.o" : "false",
    "n::DOUBLE",
    plan.sort === "rows" ? "f::DOUBLE" : "0",
    ...values,
  ];
  const rows = (await duck.runAndReadAll(`SELECT ${select.join(", ")} FROM ${groups.name}`)).getRowsJS();
  return rows.map(([xv, ox, sv, os, n, first, ...rest]) => ({
    x: xv as number | string | null,
    otherX: ox === true,
    s: sv as number | string | null,
    otherS: os === true,
    n: Number(n),
    first: Number(first),
    values: rest as (number | null)[],
  }));
}

/** The places of an axis in the order they stand: values, then NULL, then "other". */
function places(found: Found[], by: "x" | "s", axis: Axis | null, kind: string | undefined, plan: ChartPlan) {
  const sizes = new Map<number | string, { size: number; first: number }>();
  let [missing, other] = [false, false];
  for (const one of found) {
    const value = one[by];
    if (by === "x" ? one.otherX : one.otherS) other = plan.other;
    else if (value === null) missing = true;
    else {
      const known = sizes.get(value);
      const size = (known?.size ?? 0) + Math.abs(one.values[0] ?? 0);
      sizes.set(value, { size, first: Math.min(known?.first ?? Infinity, one.first) });
    }
  }
  let order = [...sizes.keys()];
  const of = (value: number | string) => sizes.get(value) ?? { size: 0, first: 0 };
  if (axis?.unit && kind === "time") {
    order = filled(
      axis.unit,
      (order as number[]).sort((a, b) => a - b),
      mostPlaces,
    );
  } else if (axis?.edges) {
    order = axis.edges.slice(0, -1).map((_, i) => i);
  } else if (axis?.numeric) {
    order.sort((a, b) => Number(a) - Number(b));
  } else if (plan.sort === "rows") {
    order.sort((a, b) => of(a).first - of(b).first);
  } else {
    const byName = (a: number | string, b: number | string) => (String(a) < String(b) ? -1 : 1);
    const named = plan.sort === "name" || plan.type === "heatmap" || (plan.type === "pivot" && by === "s");
    order.sort((a, b) => (named ? byName(a, b) : of(b).size - of(a).size || byName(a, b)));
  }
  const ids: string[] = order.map((value) => `v${value}`);
  const keys: PlanKey[] = order.map((value) => axis?.key(value) ?? { at: String(value) });
  if (missing) ids.push("null");
  if (missing) keys.push({ at: null });
  if (other) ids.push("other");
  if (other) keys.push({ at: null, other: true });
  return { keys, at: new Map(ids.map((id, i) => [id, i])) };
}

const idOf = (value: number | string | null, other: boolean) =>
  other ? "other" : value === null ? "null" : `v${value}`;

/** What a chart draws, over all rows. */
export async function readChart(duck: DuckDBConnection, { parts, columns, plan }: ChartRequest): Promise<ChartAnswer> {
  const files = parts.map(({ file }) => file);
  // The order of the rows costs a little, and matters only here.
  const ordered = plan.sort === "rows" || plan.type === "scatter";
  const rows = ordered ? storedRows(parts) : rowsOf(files);
  const work: Work = { duck, rows, columns, ...(await statisticsOf(duck, files, columns)), plan, notes: [] };
  if (plan.type === "scatter") return readPoints(work);
  const grouped = await group(work);
  try {
    const found = await fetch(work, grouped);
    const onX = places(found, "x", grouped.x, plan.x?.kind, plan);
    const onS = plan.series
      ? places(found, "s", grouped.s, "text", plan)
      : { keys: [null], at: new Map([["null", 0]]) };
    const zero = (m: number) => {
      const { aggregate } = plan.measures[m] ?? { aggregate: "count" };
      return aggregate === "count" || plan.gaps === "zero" || (aggregate === "sum" && plan.stacked);
    };
    const scaled = grouped.x?.unit !== undefined || grouped.x?.edges !== undefined;
    const values = plan.measures.map((_, m) =>
      onS.keys.map(() => onX.keys.map((): number | null => (scaled && zero(m) ? 0 : null))),
    );
    const counts = onS.keys.map(() => onX.keys.map(() => 0));
    for (const one of found) {
      const [x, s] = [onX.at.get(idOf(one.x, one.otherX)), onS.at.get(idOf(one.s, one.otherS))];
      if (x === undefined || s === undefined) continue;
      const row = counts[s];
      if (row) row[x] = one.n;
      for (const [m, value] of one.values.entries()) {
        const line = values[m]?.[s];
        if (line) line[x] = value ?? line[x] ?? null;
      }
    }
    await sayLeftOut(work, grouped.groups);
    return {
      notes: work.notes,
      keys: onX.keys,
      split: onS.keys,
      values,
      rows: counts,
      bucket: grouped.x?.unit ?? null,
      width: grouped.x?.width ?? null,
    };
  } finally {
    await grouped.groups.drop();
  }
}

/** Values that no number or time of DuckDB holds are in no sum; whoever reads the chart is told how many. */
async function sayLeftOut({ duck, rows, columns, plan, odd, ranges, notes }: Work, groups: Groups): Promise<void> {
  const lost = groups.measures.flatMap(({ lost: sql }, m) =>
    sql ? [{ sql, column: plan.measures[m]?.column ?? 0 }] : [],
  );
  const said = new Set<number>();
  if (lost.length > 0) {
    const counts = await firstRow(
      duck,
      `SELECT ${lost.map(({ sql }) => `(${sql})::BIGINT`).join(", ")} FROM ${groups.name}`,
    );
    for (const [i, { column }] of lost.entries()) {
      const count = Number(counts[i]);
      if (count === 0 || said.has(column)) continue;
      said.add(column);
      notes.push(
        count === 1
          ? `One value of "${nameOf(columns, column)}" is no finite number and is left out.`
          : `${big(count)} values of "${nameOf(columns, column)}" are no finite numbers and are left out.`,
      );
    }
  }
  if (plan.x?.kind !== "time") return;
  const { column } = plan.x;
  if (ranges.get(column)?.infinite === false && !odd.has(column)) return;
  const [found] = await firstRow(duck, `SELECT count(x${column}) + count(*) FILTER (isinf(c${column})) FROM ${rows}`);
  if (Number(found) === 0) return;
  notes.push(
    `${big(Number(found))} of the values of "${nameOf(columns, column)}" have no place on a time axis (infinity, BC, or beyond its end): they stand with NULL.`,
  );
}
