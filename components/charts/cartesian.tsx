"use client";

import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { colourOf, dashOf } from "@/components/charts/palette";
import { Tip } from "@/components/charts/tip";
import { axisTitle, fullNumber, keyText, shortNumber } from "@/components/charts/words";
import type { ChartSpec, SeriesData, SeriesView } from "@/lib/charts/schema";

type Row = { at: number; place: number | null } & Record<string, number | null>;
type Shape = "line" | "area" | "bar";
type Side = "left" | "right";

/** What one series is drawn as, and on which axis. */
function placed(spec: ChartSpec, series: SeriesView): { shape: Shape; side: Side } {
  const measure = spec.y[series.measure];
  const own: Shape = spec.type === "line" || spec.type === "area" ? spec.type : "bar";
  return { shape: measure?.as ?? own, side: measure?.axis ?? "left" };
}

function rowsOf(data: SeriesData, spec: ChartSpec, hidden: ReadonlySet<number>): Row[] {
  const sides = data.series.map((series) => placed(spec, series).side);
  const stacks = spec.stack !== "none" || spec.type === "area";
  return data.keys.map((key, at) => {
    const row: Row = { at, place: key.at === null ? null : Number(key.at) };
    const values = data.series.map(({ values: all }, s) => (hidden.has(s) ? null : (all[at] ?? null)));
    const total = values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
    for (const [s, value] of values.entries()) {
      const positive = spec.log.includes(sides[s] ?? "left") && value !== null && value <= 0 ? null : value;
      const part =
        spec.stack === "percent" && value !== null ? (total === 0 ? null : Math.abs(value) / total) : positive;
      row[`s${s}`] = part === null && stacks && spec.stack !== "none" ? 0 : part;
    }
    return row;
  });
}

const tick = { fontSize: 12, fill: "var(--mantine-color-dimmed)" };
/** From the power of ten below the least value, so that no line leaves through the floor. */
const powersOfTen = ([low, high]: readonly [number, number]): [number, number] => [
  10 ** Math.floor(Math.log10(Math.max(low, Number.MIN_VALUE))),
  high,
];
const percent = (n: number) => `${Math.round(n * 100)} %`;

/** Lines, areas and bars over one axis of places, with one or two axes of values. */
export function Cartesian({ spec, data, hidden, onMark }: DrawingProps<SeriesData>) {
  const across = spec.horizontal && spec.type === "bar";
  const rows = rowsOf(data, spec, hidden);
  const shapes = data.series.map((series) => placed(spec, series));
  const sides = (["left", "right"] as const).filter((side) => shapes.some((one) => one.side === side));
  const text = (at: number, short = false) => {
    const key = data.keys[at];
    return key ? keyText(data.x, key, short) : "";
  };
  // A scale of numbers that stand for themselves keeps its distances.
  const scale =
    data.x?.kind === "number" &&
    data.x.width === null &&
    spec.type !== "bar" &&
    data.keys.every(({ at, other }) => at !== null && !other);
  const longest = Math.max(0, ...data.keys.map((_, at) => text(at, true).length));
  const values = {
    tick,
    tickFormatter: spec.stack === "percent" ? percent : shortNumber,
    axisLine: false,
    tickLine: false,
  };
  const title = (side: Side) => {
    const named = spec.axes[side];
    if (named) return named;
    const measures = [...new Set(data.series.filter((_, s) => shapes[s]?.side === side).map(({ measure }) => measure))];
    return measures.length === 1 && data.split === null
      ? (data.series.find(({ measure }) => measure === measures[0])?.name ?? "")
      : "";
  };
  const domain = (side: Side) =>
    spec.log.includes(side)
      ? { scale: "log" as const, domain: powersOfTen, allowDataOverflow: true }
      : spec.stack === "percent"
        ? { domain: [0, 1] as [number, number] }
        : {};
  const valueAxis = (side: Side) => {
    const label = title(side);
    const more = { ...values, ...domain(side) };
    return across ? (
      <XAxis
        key={side}
        type="number"
        xAxisId={side}
        orientation={side === "left" ? "bottom" : "top"}
        height={label ? 40 : 24}
        label={label ? { value: label, position: "insideBottom", ...tick } : undefined}
        {...more}
      />
    ) : (
      <YAxis
        key={side}
        yAxisId={side}
        orientation={side}
        width={label ? 68 : 52}
        label={
          label
            ? {
                value: label,
                angle: -90,
                position: side === "left" ? "insideLeft" : "insideRight",
                style: { textAnchor: "middle" },
                ...tick,
              }
            : undefined
        }
        {...more}
      />
    );
  };
  const named = spec.axes.x ?? axisTitle(data.x);
  const places = { tick, tickLine: false, axisLine: { stroke: "var(--sl-line)" } };
  const axisId = (side: Side) => (across ? { xAxisId: side, yAxisId: 0 } : { xAxisId: 0, yAxisId: side });
  const dot =
    (s: number) =>
    ({ cx, cy, payload }: { cx?: number; cy?: number; payload?: Row }) => (
      // biome-ignore lint/a11y/noStaticElementInteractions: the same rows are linked from the chart's table, by keyboard
      <circle
        cx={cx}
        cy={cy}
        r={5}
        fill={colourOf(s, data.series[s]?.key ?? null)}
        stroke="var(--mantine-color-body)"
        strokeWidth={2}
        style={{ cursor: "pointer" }}
        onClick={() => payload && onMark(payload.at, s)}
      />
    );
  // A point between two gaps has no line to either side.
  const alone =
    (s: number) =>
    ({ cx, cy, index }: { cx?: number; cy?: number; index?: number }) => {
      const values = data.series[s]?.values ?? [];
      const single =
        index !== undefined && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
      return cx === undefined || cy === undefined || !single ? (
        <g key={index} />
      ) : (
        <circle key={index} cx={cx} cy={cy} r={3} fill={colourOf(s, data.series[s]?.key ?? null)} />
      );
    };
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height: 320 }}>
      <ComposedChart
        data={rows}
        layout={across ? "vertical" : "horizontal"}
        margin={{ top: 12, right: 12, bottom: 4, left: 4 }}
        barCategoryGap={spec.type === "histogram" ? 1 : "15%"}
      >
        <CartesianGrid stroke="var(--sl-line)" vertical={across} horizontal={!across} {...axisId(sides[0] ?? "left")} />
        {across ? (
          <YAxis
            type="category"
            dataKey="at"
            width={Math.min(180, 24 + longest * 7)}
            tickFormatter={(at: number) => text(at, true)}
            interval={rows.length > 40 ? "equidistantPreserveStart" : 0}
            {...places}
          />
        ) : scale ? (
          <XAxis
            type="number"
            dataKey="place"
            domain={["dataMin", "dataMax"]}
            tickFormatter={shortNumber}
            height={named ? 40 : 24}
            label={{ value: named, position: "insideBottom", ...tick }}
            {...places}
          />
        ) : (
          <XAxis
            dataKey="at"
            tickFormatter={(at: number) => text(at, true)}
            minTickGap={16}
            height={named ? 40 : 24}
            label={{ value: named, position: "insideBottom", ...tick }}
            {...places}
          />
        )}
        {sides.map(valueAxis)}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--sl-line)", fill: "var(--sl-hover)" }}
          content={({ payload }) => {
            const at = (payload?.[0]?.payload as Row | undefined)?.at;
            if (at === undefined) return null;
            const lines = data.series.flatMap((series, s) => {
              const value = series.values[at] ?? null;
              if (hidden.has(s) || (value === null && data.series.length > 1)) return [];
              const share = rows[at]?.[`s${s}`];
              const parts = spec.stack === "percent" && typeof share === "number" ? ` (${percent(share)})` : "";
              return [{ name: series.name, colour: colourOf(s, series.key), value: `${fullNumber(value)}${parts}` }];
            });
            const behind = data.series.reduce(
              (sum, { rows: counts, measure }, s) => (measure === 0 && !hidden.has(s) ? sum + (counts[at] ?? 0) : sum),
              0,
            );
            return (
              <Tip
                title={text(at)}
                lines={lines.slice(0, 16)}
                note={`${fullNumber(behind)} ${behind === 1 ? "row" : "rows"}`}
              />
            );
          }}
        />
        {data.series.map((series, s) => {
          const { shape, side } = shapes[s] ?? { shape: "bar", side: "left" };
          const colour = colourOf(s, series.key);
          const common = {
            dataKey: `s${s}`,
            name: series.name,
            isAnimationActive: false,
            hide: hidden.has(s),
            ...axisId(side),
          };
          const stack = spec.stack === "none" ? undefined : `${side}${shape}`;
          const key = `${series.measure} ${series.name} ${s}`;
          if (shape === "bar")
            return (
              <Bar
                key={key}
                {...common}
                fill={colour}
                stackId={stack}
                maxBarSize={80}
                style={{ cursor: "pointer" }}
                onClick={(bar) => onMark((bar.payload as Row).at, s)}
              />
            );
          const curve = {
            ...common,
            stroke: colour,
            strokeWidth: 2,
            strokeDasharray: dashOf(s),
            connectNulls: spec.gaps === "join",
            activeDot: dot(s),
            dot: alone(s),
          };
          return shape === "line" ? (
            <Line key={key} {...curve} type="linear" />
          ) : (
            <Area key={key} {...curve} type="linear" fill={colour} fillOpacity={0.3} stackId={stack} />
          );
        })}
        {spec.lines.map((line) => (
          <ReferenceLine
            key={`${line.axis} ${line.value}`}
            {...(across ? { x: line.value } : { y: line.value })}
            {...axisId(sides.includes(line.axis) ? line.axis : (sides[0] ?? "left"))}
            stroke="var(--mantine-color-text)"
            strokeDasharray="4 4"
            ifOverflow="extendDomain"
            label={{
              value: line.label ?? fullNumber(line.value),
              position: "insideTopRight",
              fontSize: 12,
              fill: "var(--mantine-color-text)",
            }}
          />
        ))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
