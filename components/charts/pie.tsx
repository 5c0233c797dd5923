"use client";

import { Pie, PieChart, ResponsiveContainer, Tooltip } from "recharts";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { colourOf } from "@/components/charts/palette";
import { Tip } from "@/components/charts/tip";
import { fullNumber, keyText } from "@/components/charts/words";
import type { SeriesData } from "@/lib/charts/schema";

/** Parts of a whole; here the places are what is hidden and coloured. What is below zero is no part. */
export function PieDrawing({ data, hidden, size, onMark }: DrawingProps<SeriesData>) {
  const series = data.series[0];
  const slices = data.keys.flatMap((key, at) => {
    const value = series?.values[at] ?? null;
    if (hidden.has(at) || value === null || value <= 0) return [];
    return [{ at, name: keyText(data.x, key), value, fill: colourOf(at, key), stroke: "var(--mantine-color-body)" }];
  });
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={size}>
      <PieChart margin={{ top: 8, right: 8, bottom: 8, left: 8 }}>
        <Pie
          data={slices}
          dataKey="value"
          nameKey="name"
          innerRadius="45%"
          outerRadius="80%"
          isAnimationActive={false}
          style={{ cursor: "pointer" }}
          onClick={(_, index) => {
            const slice = slices[index];
            if (slice) onMark(slice.at, 0);
          }}
          label={({ index, x, y, textAnchor }) => {
            const slice = slices[index ?? 0];
            const share = slice ? slice.value / total : 0;
            return share < 0.03 ? (
              <g />
            ) : (
              <text x={x} y={y} textAnchor={textAnchor} fontSize={12} fill="var(--mantine-color-text)">
                {slice && slice.name.length > 20 ? `${slice.name.slice(0, 19)}…` : slice?.name}{" "}
                {Math.round(share * 100)} %
              </text>
            );
          }}
          labelLine={false}
        />
        <Tooltip
          isAnimationActive={false}
          content={({ payload }) => {
            const slice = payload?.[0]?.payload as (typeof slices)[number] | undefined;
            if (!slice) return null;
            const share = `${((slice.value / total) * 100).toFixed(1)} %`;
            return (
              <Tip
                title={slice.name}
                lines={[
                  { name: series?.name ?? "", colour: slice.fill, value: `${fullNumber(slice.value)} (${share})` },
                ]}
                note={`${fullNumber(series?.rows[slice.at] ?? 0)} rows`}
              />
            );
          }}
        />
      </PieChart>
    </ResponsiveContainer>
  );
}
