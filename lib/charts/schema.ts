import { z } from "zod";
import { timeZone } from "@/lib/executions/schema";
import { aggregates, buckets, chartTypes } from "./kinds";

/** A chart: what is drawn of a result, and how. Pure: the browser uses it too. */

/** By name (the first of that name), so that a chart outlives a reordered SELECT; by index where a name is not enough. */
const column = z.union([
  z.string().min(1, "Name a column.").max(1_000),
  z.number().int().min(0, "Columns are counted from 0.").max(1_599),
]);
export type ColumnRef = z.infer<typeof column>;

const finite = z.number().min(-1e15).max(1e15);
const label = z.string().max(200);

const measure = z.strictObject({
  /** May be missing for `count`, which then counts rows. */
  column: column.optional(),
  aggregate: z.enum(aggregates).default("sum"),
  axis: z.enum(["left", "right"]).default("left"),
  /** In a line, area or bar chart: drawn otherwise than the rest. */
  as: z.enum(["line", "area", "bar"]).optional(),
});
export type Measure = z.infer<typeof measure>;

export const chartSpec = z.strictObject({
  type: z.enum(chartTypes),
  /** The axis along the bottom; slices of a pie; rows of a pivot table; what a histogram counts; a number's time. */
  x: column.optional(),
  y: z.array(measure).max(10, "A chart has 10 measures at most.").default([]),
  /** One line, colour or column each; the other axis of a heat map. */
  series: column.optional(),
  bucket: z.enum(buckets).default("auto"),
  /** Where days begin; the execution's own zone without it. */
  timeZone: timeZone.optional(),
  /** So many categories, the largest; what is over is "other". */
  top: z.number().int().min(1).max(200).optional(),
  topSeries: z.number().int().min(1).max(50).optional(),
  /** Whether what `top` leaves out is drawn together, or not at all. */
  other: z.boolean().default(true),
  stack: z.enum(["none", "stacked", "percent"]).default("none"),
  horizontal: z.boolean().default(false),
  /** Axes with a logarithmic scale. */
  log: z
    .array(z.enum(["left", "right", "x"]))
    .max(3)
    .default([]),
  lines: z
    .array(z.strictObject({ value: finite, label: label.optional(), axis: z.enum(["left", "right"]).default("left") }))
    .max(10)
    .default([]),
  /** Categories by their size, by name, or as the rows came; times and numbers always go upwards. */
  sort: z.enum(["size", "name", "rows"]).default("size"),
  /** Where a time has no rows: nothing, zero, or a line across. Counts and sums of stacked charts are zero. */
  gaps: z.enum(["gap", "zero", "join"]).default("gap"),
  bins: z.number().int().min(2).max(200).optional(),
  axes: z.strictObject({ x: label.optional(), left: label.optional(), right: label.optional() }).default({}),
});
export type ChartSpec = z.infer<typeof chartSpec>;
export type ChartSpecInput = z.input<typeof chartSpec>;

const specText = z
  .string()
  .max(20_000)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: 'Write JSON, as `{"type":"bar","x":"city","y":[{"column":"n"}]}`.' });
      return z.NEVER;
    }
  })
  .pipe(chartSpec);

/** Query string of `GET /executions/{id}/chart`; without a spec one is proposed. */
export const chartQuery = z.strictObject({ spec: specText.optional() });
export type ChartQuery = z.infer<typeof chartQuery>;

/** One place on an axis, or one series. */
const keyView = z.object({
  /** As it is shown: a time bucket's start in the chart's zone, a bin's start, a category's text. */
  at: z.string().nullable(),
  /** Where its rows begin and end (not included), as a filter takes them; a category has neither. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** All that `top` left out, together. */
  other: z.literal(true).optional(),
  /** Only the beginning of a long text. */
  cut: z.literal(true).optional(),
});
export type KeyView = z.infer<typeof keyView>;

const axisView = z.object({
  column: z.number(),
  name: z.string(),
  kind: z.enum(["time", "number", "text"]),
  /** Null where each value stands for itself. */
  bucket: z.enum(buckets).nullable(),
  timeZone: z.string().nullable(),
  /** Width of a bin. */
  width: z.number().nullable(),
});
export type AxisView = z.infer<typeof axisView>;

const seriesView = z.object({
  /** Index into the spec's `y`. */
  measure: z.number(),
  /** Null without a split. */
  key: keyView.nullable(),
  name: z.string(),
  /** One a key; null where there are no rows, or none with a value. */
  values: z.array(z.number().nullable()),
  /** Rows behind each value. */
  rows: z.array(z.number()),
});
export type SeriesView = z.infer<typeof seriesView>;

export const chartView = z.object({
  /** As drawn; null where there is nothing to draw, and `notes` says why. */
  spec: chartSpec.nullable(),
  proposed: z.boolean(),
  /** What the reader must know of it: what was left out, put together, or cannot be shown. */
  notes: z.array(z.string()),
  data: z
    .discriminatedUnion("kind", [
      z.object({
        kind: z.literal("series"),
        x: axisView.nullable(),
        split: axisView.nullable(),
        keys: z.array(keyView),
        series: z.array(seriesView),
      }),
      z.object({
        kind: z.literal("points"),
        x: axisView,
        y: axisView,
        split: axisView.nullable(),
        /** Of how many rows with both values. */
        of: z.number(),
        series: z.array(
          z.object({ key: keyView.nullable(), name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) }),
        ),
      }),
    ])
    .nullable(),
  rowCount: z.number(),
  truncated: z.boolean(),
  limitedBy: z.string().nullable(),
});
export type ChartView = z.infer<typeof chartView>;
/** A chart that was saved of something, and as what it is drawn of one execution where that was quickly known. */
export interface SavedDrawing {
  spec: ChartSpecInput;
  of: string | null;
  view: ChartView | null;
}
export type ChartData = NonNullable<ChartView["data"]>;
export type SeriesData = Extract<ChartData, { kind: "series" }>;
export type PointsData = Extract<ChartData, { kind: "points" }>;

const id = z.string().min(1).max(100);
const title = z.string().trim().min(1, "Give it a title.").max(200);

/** Body of `POST /charts`. */
export const saveChartSchema = z.strictObject({
  title,
  spec: chartSpec,
  /** A query's latest answer, whatever it will be; or the rows of one execution, and never others. */
  of: z.strictObject({ kind: z.enum(["query", "execution"]), id }),
});
export type SaveChart = z.infer<typeof saveChartSchema>;

/** Body of `PATCH /charts/{id}`. */
export const updateChartSchema = z.strictObject({ title: title.optional(), spec: chartSpec.optional() });
export type UpdateChart = z.infer<typeof updateChartSchema>;

/** Query string of `GET /charts`. */
export const chartsQuery = z.strictObject({ of: z.enum(["query", "execution"]), id });
export type ChartsQuery = z.infer<typeof chartsQuery>;

export const savedChart = z.object({
  id: z.string(),
  url: z.string(),
  title: z.string(),
  spec: chartSpec,
  query: z.object({ id: z.string(), title: z.string() }).nullable(),
  execution: z.string().nullable(),
  author: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.string(),
  updatedAt: z.string(),
  may: z.object({ edit: z.boolean() }),
});
export type SavedChart = z.infer<typeof savedChart>;

/** Query string of `GET /executions/{id}/profile`: which columns, since each takes a pass over the rows. */
export const profileQuery = z.strictObject({
  offset: z.coerce.number().int().min(0).max(1_599).default(0),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type ProfileQuery = z.infer<typeof profileQuery>;

const profiledColumn = z.object({
  column: z.number(),
  name: z.string(),
  type: z.string(),
  nulls: z.number(),
  distinct: z.number(),
  /** Whether `distinct` is about right, and not counted. */
  estimated: z.boolean(),
  /** By the column's own order; texts are cut at 200 characters. */
  least: z.string().nullable(),
  greatest: z.string().nullable(),
  mean: z.number().nullable(),
  empty: z.number(),
  odd: z.number(),
  /** Ranges of numbers, buckets of time, or the most frequent values, with the rows in each. */
  shape: z.object({ x: axisView, keys: z.array(keyView), rows: z.array(z.number()) }),
});
export type ProfiledColumn = z.infer<typeof profiledColumn>;

export const profileView = z.object({
  rowCount: z.number(),
  truncated: z.boolean(),
  limitedBy: z.string().nullable(),
  /** Columns of the result in all. */
  columnCount: z.number(),
  columns: z.array(profiledColumn),
});
export type ProfileView = z.infer<typeof profileView>;
