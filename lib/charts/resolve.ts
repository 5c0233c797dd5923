import { invalidAt, type SluiceError } from "@/lib/platform/errors";
import { encodingOf } from "@/lib/results/encoding";
import type { Column } from "@/lib/warehouses/adapter";
import type { AxisKind, ChartPlan, PlanAxis, PlanMeasure } from "./plan";
import type { ChartSpec, ColumnRef } from "./schema";

/** Most places along the bottom, by type: more are put together, and said. */
const tops = { pie: 8, pivot: 200, heatmap: 60, bar: 30 } as const;

export function axisKindOf(type: string): AxisKind {
  const { kind } = encodingOf(type);
  if (kind === "date" || kind === "timestamp" || kind === "timestamptz") return "time";
  return kind === "int" || kind === "decimal" || kind === "number" || kind === "float" ? "number" : "text";
}

function wrong(field: string, message: string): SluiceError {
  return invalidAt(field, message);
}

function find(columns: Column[], ref: ColumnRef, field: string): number {
  const index = typeof ref === "number" ? ref : columns.findIndex(({ name }) => name === ref);
  if (columns[index]) return index;
  const names = columns.slice(0, 20).map(({ name }) => name || "(no name)");
  const what = typeof ref === "number" ? `column ${ref}` : `column "${ref.slice(0, 100)}"`;
  throw wrong(field, `This result has no ${what}. It has: ${names.join(", ")}${columns.length > 20 ? ", …" : ""}.`);
}

function axis(columns: Column[], ref: ColumnRef | undefined, field: string): PlanAxis | null {
  if (ref === undefined) return null;
  const column = find(columns, ref, field);
  return { column, kind: axisKindOf(columns[column]?.type ?? "text") };
}

const needed: Partial<Record<ChartSpec["type"], ("x" | "y" | "series")[]>> = {
  line: ["x"],
  area: ["x"],
  bar: ["x"],
  pie: ["x"],
  pivot: ["x"],
  histogram: ["x"],
  heatmap: ["x", "series"],
  scatter: ["x", "y"],
};
const words = {
  x: "Choose the column along the bottom.",
  y: "Choose a column of numbers.",
  series: "Choose the second column.",
};

/** The spec in terms of this result's columns. @throws SluiceError invalid at `spec.x`, `spec.y.0.column` … */
export function resolve(spec: ChartSpec, columns: Column[], timeZone: string): ChartPlan {
  const x = axis(columns, spec.x, "spec.x");
  const series = axis(columns, spec.series, "spec.series");
  for (const part of needed[spec.type] ?? []) {
    const there = part === "x" ? x : part === "series" ? series : spec.y[0]?.column;
    if (there === null || there === undefined) throw wrong(`spec.${part === "y" ? "y.0.column" : part}`, words[part]);
  }
  const measures = spec.y.map((one, i): PlanMeasure => {
    const field = `spec.y.${i}.column`;
    if (one.column === undefined) {
      if (one.aggregate !== "count") throw wrong(field, `Choose the column of which to take the ${one.aggregate}.`);
      return { column: null, aggregate: "count" };
    }
    const column = find(columns, one.column, field);
    if (axisKindOf(columns[column]?.type ?? "text") === "time" && !["count", "distinct"].includes(one.aggregate))
      throw wrong(field, `"${columns[column]?.name}" is a time, which has no ${one.aggregate}. Use count or distinct.`);
    return { column, aggregate: one.aggregate };
  });
  const single = spec.type === "pie" || spec.type === "heatmap" || spec.type === "histogram";
  return {
    type: spec.type,
    x,
    series: spec.type === "histogram" || spec.type === "pie" || spec.type === "number" ? null : series,
    // A histogram counts; everything else counts rows where nothing else is asked.
    measures:
      spec.type === "histogram" || measures.length === 0
        ? [{ column: null, aggregate: "count" }]
        : single
          ? measures.slice(0, 1)
          : measures,
    bucket: spec.bucket,
    timeZone: spec.timeZone ?? timeZone,
    top: spec.top ?? (tops as Partial<Record<string, number>>)[spec.type] ?? 200,
    topSeries: spec.topSeries ?? (spec.type === "pivot" ? 30 : spec.type === "heatmap" ? 50 : 10),
    sort: spec.sort,
    gaps: spec.gaps,
    stacked: spec.stack !== "none" || spec.type === "area",
    bins: spec.bins ?? null,
    other: spec.other,
  };
}
