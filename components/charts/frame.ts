import { everyPlace, powerTicks, roundTicks } from "@/components/charts/ticks";
import { axisTitle, keyText, shortNumber } from "@/components/charts/words";
import type { ChartSpec, SeriesData, SeriesView } from "@/lib/charts/schema";

export type Row = { at: number; place: number | null } & Record<string, number | null>;
export type Shape = "line" | "area" | "bar";
export type Side = "left" | "right";

/** What one series is drawn as, on which axis, and with whom it is stacked. */
export interface Placed {
  shape: Shape;
  side: Side;
  stack: string | null;
}

export interface ValueAxis {
  side: Side;
  title: string;
  log: boolean;
  /** The first and last are the axis's own ends. */
  ticks: number[];
  /** Pixels across it, with its title. */
  size: number;
}

/** Where everything of a chart with axes stands: what is drawn at once and what answers the mouse agree by it. */
export interface Frame {
  /** Bars that lie. */
  across: boolean;
  rows: Row[];
  placed: Placed[];
  axes: ValueAxis[];
  /** Numbers that stand for themselves and keep their distances; else places in a row. */
  scale: { ticks: number[]; low: number; high: number } | null;
  /** Places that are named. */
  named: number[];
  placeTitle: string;
  placeSize: number;
  /** Of the axis at this end of the picture, in pixels. */
  inset: { top: number; right: number; bottom: number; left: number };
  valueText(value: number): string;
  placeText(at: number, short?: boolean): string;
}

export interface Size {
  width: number;
  height: number;
}

export const margin = { top: 12, right: 12, bottom: 4, left: 4 };
export const percent = (n: number) => `${Math.round(n * 100)} %`;

export function frameOf(spec: ChartSpec, data: SeriesData, hidden: ReadonlySet<number>, size: Size): Frame {
  const across = spec.horizontal && spec.type === "bar";
  const placed = data.series.map((series) => placedOf(spec, series));
  const rows = rowsOf(data, spec, placed, hidden);
  const sides = (["left", "right"] as const).filter((side) => placed.some((one) => one.side === side));
  const axes = sides.map((side) => {
    const title = titleOf(spec, data, placed, side);
    const log = spec.log.includes(side);
    const [low, high] = rangeOf(spec, rows, placed, hidden, side, sides[0] ?? "left");
    const ticks =
      spec.stack === "percent" ? [0, 0.25, 0.5, 0.75, 1] : log ? powerTicks(low, high) : roundTicks(low, high);
    return { side, title, log, ticks, size: across ? (title ? 40 : 24) : title ? 68 : 52 };
  });
  const sizeOf = (side: Side) => axes.find((axis) => axis.side === side)?.size ?? 0;
  const placeText = (at: number, short = false) => {
    const key = data.keys[at];
    return key ? keyText(data.x, key, short) : "";
  };
  const placeTitle = spec.axes.x ?? axisTitle(data.x);
  const longest = Math.max(0, ...data.keys.map((_, at) => placeText(at, true).length));
  const placeSize = across ? Math.min(180, 24 + longest * 7) : placeTitle ? 40 : 24;
  const inset = across
    ? {
        top: margin.top + sizeOf("right"),
        right: margin.right,
        bottom: margin.bottom + sizeOf("left"),
        left: margin.left + placeSize,
      }
    : {
        top: margin.top,
        right: margin.right + sizeOf("right"),
        bottom: margin.bottom + placeSize,
        left: margin.left + sizeOf("left"),
      };
  const room = across ? size.height - inset.top - inset.bottom : size.width - inset.left - inset.right;
  const every = everyPlace(rows.length, across ? 16 : longest * 7 + 16, room);
  return {
    ...{ across, rows, placed, axes, placeTitle, placeSize, inset, placeText },
    scale: scaleOf(spec, data, placed, rows),
    named: rows.flatMap(({ at }) => (at % every === 0 ? [at] : [])),
    valueText: spec.stack === "percent" ? percent : shortNumber,
  };
}

function placedOf(spec: ChartSpec, series: SeriesView): Placed {
  const measure = spec.y[series.measure];
  const own: Shape = spec.type === "line" || spec.type === "area" ? spec.type : "bar";
  const [shape, side] = [measure?.as ?? own, measure?.axis ?? "left"];
  return { shape, side, stack: spec.stack === "none" || shape === "line" ? null : `${side}${shape}` };
}

function rowsOf(data: SeriesData, spec: ChartSpec, placed: Placed[], hidden: ReadonlySet<number>): Row[] {
  const stacks = spec.stack !== "none";
  return data.keys.map((key, at) => {
    const row: Row = { at, place: key.at === null ? null : Number(key.at) };
    const values = data.series.map(({ values: all }, s) => (hidden.has(s) ? null : (all[at] ?? null)));
    const total = values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
    for (const [s, value] of values.entries()) {
      const positive = spec.log.includes(placed[s]?.side ?? "left") && value !== null && value <= 0 ? null : value;
      const part =
        spec.stack === "percent" && value !== null ? (total === 0 ? null : Math.abs(value) / total) : positive;
      row[`s${s}`] = part === null && stacks ? 0 : part;
    }
    return row;
  });
}

function titleOf(spec: ChartSpec, data: SeriesData, placed: Placed[], side: Side): string {
  const named = spec.axes[side];
  if (named) return named;
  const measures = [...new Set(data.series.filter((_, s) => placed[s]?.side === side).map(({ measure }) => measure))];
  return measures.length === 1 && data.split === null
    ? (data.series.find(({ measure }) => measure === measures[0])?.name ?? "")
    : "";
}

/** From where to where the values of one side go, with zero, stacks and the lines across; of a log axis what is above zero. */
function rangeOf(
  spec: ChartSpec,
  rows: Row[],
  placed: Placed[],
  hidden: ReadonlySet<number>,
  side: Side,
  first: Side,
): [number, number] {
  const log = spec.log.includes(side);
  let [low, high] = log ? [Infinity, -Infinity] : [0, 0];
  const take = (value: number) => {
    if (log && value <= 0) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const row of rows) {
    const tops = new Map<string, number>();
    for (const [s, one] of placed.entries()) {
      const value = row[`s${s}`] ?? null;
      if (one.side !== side || hidden.has(s) || value === null) continue;
      const base = one.stack ? (tops.get(one.stack) ?? 0) : 0;
      if (one.stack) tops.set(one.stack, base + value);
      take(base + value);
    }
  }
  // A line of a side that has nothing stands on the first.
  for (const { value, axis } of spec.lines)
    if ((placed.some((one) => one.side === axis) ? axis : first) === side) take(value);
  return low > high ? [1, 10] : [low, high];
}

function scaleOf(spec: ChartSpec, data: SeriesData, placed: Placed[], rows: Row[]): Frame["scale"] {
  const numbers =
    data.x?.kind === "number" &&
    data.x.width === null &&
    !placed.some(({ shape }) => shape === "bar") &&
    spec.type !== "bar" &&
    data.keys.every(({ at, other }) => at !== null && !other);
  const places = rows.flatMap(({ place }) => (place === null ? [] : [place]));
  if (!numbers || places.length === 0) return null;
  const [low, high] = [Math.min(...places), Math.max(...places)];
  if (low === high) return { low, high: low + 1, ticks: [low] };
  return { low, high, ticks: roundTicks(low, high, 7).filter((tick) => tick >= low && tick <= high) };
}
