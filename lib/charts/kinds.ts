/** The closed lists of a chart, without the schemas: a page that draws need not load what checks. */

export const chartTypes = ["line", "area", "bar", "scatter", "pie", "number", "pivot", "histogram", "heatmap"] as const;
export type ChartType = (typeof chartTypes)[number];

export const aggregates = ["count", "sum", "avg", "min", "max", "median", "distinct"] as const;
export type Aggregate = (typeof aggregates)[number];

export const buckets = ["auto", "second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;
export type Bucket = (typeof buckets)[number];
