import type { Column } from "@/lib/warehouses/adapter";
import type { ChartAnswer, ChartPlan, PlanAxis, PlanKey } from "./plan";
import type { AxisView, ChartSpec, ChartView, SeriesView } from "./schema";

const nameOf = (columns: Column[], i: number | null | undefined) =>
  i === null || i === undefined ? "rows" : columns[i]?.name || `column ${i + 1}`;

/** "revenue" where each mark is one row's value, "average of revenue" where it is made of several. */
function measureName(columns: Column[], { column, aggregate }: ChartPlan["measures"][number], single: boolean): string {
  if (column === null) return "rows";
  const name = nameOf(columns, column);
  if (single && aggregate !== "count" && aggregate !== "distinct") return name;
  const words = {
    count: "count of",
    sum: "sum of",
    avg: "average of",
    min: "least",
    max: "greatest",
    median: "median of",
    distinct: "different",
  };
  return `${words[aggregate]} ${name}`;
}

const keyName = (key: PlanKey) => (key.other ? "other" : (key.at ?? "NULL"));

function axis(columns: Column[], plan: PlanAxis | null, more: Partial<AxisView>): AxisView | null {
  if (!plan) return null;
  return {
    column: plan.column,
    name: nameOf(columns, plan.column),
    kind: plan.kind,
    bucket: null,
    timeZone: null,
    width: null,
    ...more,
  };
}

/** The axis along the bottom, as the child found it. */
export function axisOf(columns: Column[], plan: ChartPlan | undefined, answer: ChartAnswer): AxisView | null {
  if (!plan?.x) return null;
  const { bucket, width } = answer;
  const zoned = plan.x.kind === "time" && /with time zone|timestamptz/i.test(columns[plan.x.column]?.type ?? "");
  return axis(columns, plan.x, { bucket, timeZone: zoned ? plan.timeZone : null, width });
}

/** A child's answer as the page and the API have it, with what must be said of this kind of chart. */
export function shapeChart(
  answer: ChartAnswer,
  plan: ChartPlan,
  spec: ChartSpec,
  columns: Column[],
): Pick<ChartView, "notes" | "data"> {
  const notes = [...answer.notes];
  const split = axis(columns, plan.series, {});
  if (answer.points) {
    const series = answer.split.map((key, i) => ({
      key,
      name: key ? keyName(key) : nameOf(columns, plan.measures[0]?.column),
      points: (answer.points ?? []).filter((point) => point.split === i).map(({ x, y }): [number, number] => [x, y]),
    }));
    const x = axis(columns, plan.x, {});
    const y = axis(columns, { column: plan.measures[0]?.column ?? 0, kind: "number" }, {});
    if (!x || !y) return { notes, data: null };
    if (answer.of === 0) return { notes: [...notes, "No row has a number in both columns."], data: null };
    return { notes, data: { kind: "points", x, y, split, of: answer.of ?? 0, series } };
  }
  const single = answer.rows.every((row) => row.every((n) => n <= 1));
  const names = plan.measures.map((measure) => measureName(columns, measure, single));
  const series: SeriesView[] = plan.measures.flatMap((_, m) =>
    answer.split.map((key, s) => ({
      measure: m,
      key,
      name: key ? (plan.measures.length > 1 ? `${keyName(key)}, ${names[m]}` : keyName(key)) : (names[m] ?? ""),
      values: answer.values[m]?.[s] ?? [],
      rows: answer.rows[s] ?? [],
    })),
  );
  const all = series.flatMap(({ values }) => values).filter((value) => value !== null);
  const below = all.filter((value) => value < 0).length;
  if (spec.type === "pie" && below > 0)
    notes.push(
      `${below === 1 ? "One value is" : `${below} values are`} below zero and cannot be a part of a whole: left out here, there in the table. A bar chart shows them.`,
    );
  if (spec.stack === "percent" && below > 0)
    notes.push("Some values are below zero: parts of 100 % are taken of their sizes.");
  if (spec.log.length > 0 && all.some((value) => value <= 0))
    notes.push("Zero and less have no place on a logarithmic axis: those values are not drawn.");
  if (all.length === 0) return { notes: [...notes, "Every value is NULL: there is nothing to draw."], data: null };
  const x = axisOf(columns, plan, answer);
  return { notes, data: { kind: "series", x, split, keys: answer.keys, series } };
}
