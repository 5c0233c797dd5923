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
import { frameOf, margin, percent, type Row, type Side, type ValueAxis } from "@/components/charts/frame";
import { colourOf, dashOf } from "@/components/charts/palette";
import { Tip } from "@/components/charts/tip";
import { fullNumber, shortNumber } from "@/components/charts/words";
import type { SeriesData } from "@/lib/charts/schema";

const tick = { fontSize: 12, fill: "var(--mantine-color-dimmed)" };

/** Lines, areas and bars over one axis of places, with one or two axes of values. */
export function Cartesian({ spec, data, hidden, size, onMark }: DrawingProps<SeriesData>) {
  const frame = frameOf(spec, data, hidden, size);
  const { across, rows, placed, placeText: text } = frame;
  const sides = frame.axes.map(({ side }) => side);
  const valueAxis = ({ side, title, log, ticks, size: room }: ValueAxis) => {
    const common = {
      ...{ tick, ticks, interval: 0 as const, tickFormatter: frame.valueText, axisLine: false, tickLine: false },
      domain: [ticks[0] ?? 0, ticks.at(-1) ?? 1] as [number, number],
      ...(log ? { scale: "log" as const, allowDataOverflow: true } : {}),
    };
    return across ? (
      <XAxis
        key={side}
        type="number"
        xAxisId={side}
        orientation={side === "left" ? "bottom" : "top"}
        height={room}
        label={title ? { value: title, position: "insideBottom", ...tick } : undefined}
        {...common}
      />
    ) : (
      <YAxis
        key={side}
        yAxisId={side}
        orientation={side}
        width={room}
        label={
          title
            ? {
                value: title,
                angle: -90,
                position: side === "left" ? "insideLeft" : "insideRight",
                style: { textAnchor: "middle" },
                ...tick,
              }
            : undefined
        }
        {...common}
      />
    );
  };
  const named = frame.placeTitle;
  const places = { tick, tickLine: false, axisLine: { stroke: "var(--sl-line)" }, interval: 0 as const };
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
    <ResponsiveContainer width="100%" height="100%" initialDimension={size}>
      <ComposedChart
        data={rows}
        layout={across ? "vertical" : "horizontal"}
        margin={margin}
        barCategoryGap={spec.type === "histogram" ? 1 : "15%"}
      >
        <CartesianGrid stroke="var(--sl-line)" vertical={across} horizontal={!across} {...axisId(sides[0] ?? "left")} />
        {across ? (
          <YAxis
            type="category"
            dataKey="at"
            width={frame.placeSize}
            tickFormatter={(at: number) => text(at, true)}
            ticks={frame.named}
            {...places}
          />
        ) : frame.scale ? (
          <XAxis
            type="number"
            dataKey="place"
            domain={[frame.scale.low, frame.scale.high]}
            ticks={frame.scale.ticks}
            tickFormatter={shortNumber}
            height={frame.placeSize}
            label={{ value: named, position: "insideBottom", ...tick }}
            {...places}
          />
        ) : (
          <XAxis
            dataKey="at"
            tickFormatter={(at: number) => text(at, true)}
            ticks={frame.named}
            height={frame.placeSize}
            label={{ value: named, position: "insideBottom", ...tick }}
            {...places}
          />
        )}
        {frame.axes.map(valueAxis)}
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
          const { shape, side, stack } = placed[s] ?? { shape: "bar", side: "left", stack: null };
          const colour = colourOf(s, series.key);
          const common = {
            dataKey: `s${s}`,
            name: series.name,
            isAnimationActive: false,
            hide: hidden.has(s),
            ...axisId(side),
          };
          const key = `${series.measure} ${series.name} ${s}`;
          if (shape === "bar")
            return (
              <Bar
                key={key}
                {...common}
                fill={colour}
                stackId={stack ?? undefined}
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
            <Area key={key} {...curve} type="linear" fill={colour} fillOpacity={0.3} stackId={stack ?? undefined} />
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
