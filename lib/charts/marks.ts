import type { AxisView, ChartData, KeyView, PointsData } from "./schema";

/** A filter of the rows endpoint. */
export interface MarkFilter {
  column: number;
  op: string;
  value?: string | string[];
}

/** The rows in one place of an axis. @param keys all places, of which "other" is none */
export function filtersOf(axis: AxisView | null, key: KeyView | null, keys: KeyView[], next?: KeyView): MarkFilter[] {
  if (!axis || !key) return [];
  const { column } = axis;
  if (key.other) return shownValues(column, keys);
  if (key.at === null) return [{ column, op: "null" }];
  if (key.from === undefined) return [{ column, op: key.cut ? "starts" : "eq", value: key.at }];
  const to = key.to ?? next?.from;
  const from = { column, op: "ge", value: key.from };
  return to === undefined ? [from] : [from, { column, op: "lt", value: to }];
}

function shownValues(column: number, keys: KeyView[]): MarkFilter[] {
  const values = keys.flatMap((key) => (key.at === null || key.other ? [] : [key.at]));
  return [{ column, op: "notin", value: values }];
}

/** The page of the stored rows behind a mark. */
export function markHref(executionId: string, data: ChartData, keyAt: number | null, key: KeyView | null): string {
  const keys = data.kind === "series" ? data.keys : [];
  const split = data.series.flatMap((one) => (one.key ? [one.key] : []));
  const x = keyAt === null ? [] : filtersOf(data.x, keys[keyAt] ?? null, keys, keys[keyAt + 1]);
  const filter = [...x, ...filtersOf(data.split, key, split)];
  return filter.length === 0
    ? `/executions/${executionId}`
    : `/executions/${executionId}?filter=${encodeURIComponent(JSON.stringify(filter))}`;
}

/** The page of the stored rows that lie at a point. */
export function pointHref(
  executionId: string,
  data: PointsData,
  [x, y]: [number, number],
  key: KeyView | null,
): string {
  const at = ({ column, kind }: AxisView, value: number): MarkFilter[] => {
    if (kind !== "time") return [{ column, op: "eq", value: String(value) }];
    const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 23).replace("T", " ")}+00`;
    return [
      { column, op: "ge", value: text(value) },
      { column, op: "lt", value: text(value + 1) },
    ];
  };
  const split = data.series.flatMap((one) => (one.key ? [one.key] : []));
  const filter = [...at(data.x, x), ...at(data.y, y), ...filtersOf(data.split, key, split)];
  return `/executions/${executionId}?filter=${encodeURIComponent(JSON.stringify(filter))}`;
}
