"use client";

import { Pie, PieChart, ResponsiveContainer, Tooltip } from "recharts";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { colourOf } from "@/components/charts/palette";
import { Tip } from "@/components/charts/tip";
import { fullNumber, keyText } from "@/components/charts/words";
import type { SeriesData } from "@/lib/charts/schema";

const fontSize = 12;

/** As much of a slice's name as has room beside it (px), then its share; the legend has the whole name. */
function labelOf(name: string, share: number, room: number): string {
  const percent = `${Math.round(share * 100)} %`;
  const letters = Math.min(20, Math.floor(room / (fontSize * 0.55)) - percent.length - 1);
  if (name.length <= letters) return `${name} ${percent}`;
  return letters < 4 ? percent : `${name.slice(0, letters - 1)}… ${percent}`;
}

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
          outerRadius="76%"
          isAnimationActive={false}
          style={{ cursor: "pointer" }}
          onClick={(_, index) => {
            const slice = slices[index];
            if (slice) onMark(slice.at, 0);
          }}
          label={({ index, cx, cy, midAngle = 0, outerRadius, textAnchor }) => {
            const slice = slices[index ?? 0];
            const share = slice ? slice.value / total : 0;
            if (!slice || share < 0.03) return <g />;
            const angle = (-midAngle * Math.PI) / 180;
            const x = cx + (outerRadius + 10) * Math.cos(angle);
            const y = cy + (outerRadius + 10) * Math.sin(angle);
            const room = textAnchor === "end" ? x : textAnchor === "start" ? 2 * cx - x : 2 * Math.min(x, 2 * cx - x);
            return (
              <text
                {...{ x, y, textAnchor }}
                dominantBaseline="middle"
                fontSize={fontSize}
                fill="var(--mantine-color-text)"
              >
                {labelOf(slice.name, share, room)}
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
