"use client";

import {
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { colourOf } from "@/components/charts/palette";
import { Tip } from "@/components/charts/tip";
import { fullNumber, shortNumber } from "@/components/charts/words";
import type { PointsData } from "@/lib/charts/schema";

const tick = { fontSize: 12, fill: "var(--mantine-color-dimmed)" };
const shapes = ["circle", "square", "triangle", "diamond", "cross"] as const;

/** Each row a point. */
export function Points({ spec, data, hidden, size, onPoint }: DrawingProps<PointsData>) {
  const time = data.x.kind === "time";
  const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const at = (x: number) => (time ? date(x) : fullNumber(x));
  const log = (side: "x" | "left") =>
    spec.log.includes(side) ? { scale: "log" as const, allowDataOverflow: true } : {};
  const drawn = (x: number, y: number) => (!spec.log.includes("x") || x > 0) && (!spec.log.includes("left") || y > 0);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={size}>
      <ScatterChart margin={{ top: 12, right: 12, bottom: 4, left: 4 }}>
        <CartesianGrid stroke="var(--sl-line)" />
        <XAxis
          type="number"
          dataKey="x"
          domain={["auto", "auto"]}
          tick={tick}
          tickLine={false}
          tickFormatter={time ? date : shortNumber}
          height={40}
          label={{ value: spec.axes.x ?? data.x.name, position: "insideBottom", ...tick }}
          {...log("x")}
        />
        <YAxis
          type="number"
          dataKey="y"
          domain={["auto", "auto"]}
          tick={tick}
          tickLine={false}
          tickFormatter={shortNumber}
          width={68}
          label={{
            value: spec.axes.left ?? data.y.name,
            angle: -90,
            position: "insideLeft",
            style: { textAnchor: "middle" },
            ...tick,
          }}
          {...log("left")}
        />
        <Tooltip
          isAnimationActive={false}
          content={({ payload }) => {
            const point = payload?.[0]?.payload as { x: number; y: number; s: number } | undefined;
            if (!point) return null;
            const series = data.series[point.s];
            const lines = [
              { name: data.y.name, colour: colourOf(point.s, series?.key ?? null), value: fullNumber(point.y) },
            ];
            return (
              <Tip title={`${data.x.name} ${at(point.x)}`} lines={lines} note={series?.key ? series.name : undefined} />
            );
          }}
        />
        {data.series.map((series, s) => (
          <Scatter
            key={series.name}
            name={series.name}
            hide={hidden.has(s)}
            data={series.points.flatMap(([x, y]) => (drawn(x, y) ? [{ x, y, s }] : []))}
            fill={colourOf(s, series.key)}
            fillOpacity={0.7}
            shape={shapes[s % shapes.length]}
            isAnimationActive={false}
            style={{ cursor: "pointer" }}
            onClick={(point) => onPoint([Number(point.x), Number(point.y)], s)}
          />
        ))}
        {spec.lines.map((line) => (
          <ReferenceLine
            key={line.value}
            y={line.value}
            stroke="var(--mantine-color-text)"
            strokeDasharray="4 4"
            label={{
              value: line.label ?? fullNumber(line.value),
              position: "insideTopRight",
              fontSize: 12,
              fill: "var(--mantine-color-text)",
            }}
          />
        ))}
      </ScatterChart>
    </ResponsiveContainer>
  );
}
