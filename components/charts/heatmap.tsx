"use client";

import { useElementSize } from "@mantine/hooks";
import { useState } from "react";
import classes from "@/components/charts/chart.module.css";
import type { DrawingProps } from "@/components/charts/drawing-props";
import { axisTitle, fullNumber, keyText, shortNumber } from "@/components/charts/words";
import type { KeyView, SeriesData } from "@/lib/charts/schema";

/** Steps of one colour, told apart by their lightness alone. */
const steps = 7;

/** Two axes of places and a colour for each meeting of them. */
export function Heatmap({ data, onMark }: Omit<DrawingProps<SeriesData>, "size">) {
  const { ref, width, height } = useElementSize();
  const [over, setOver] = useState<{ x: number; y: number } | null>(null);
  const rows = data.series.map((series, at) => ({ ...series, at }));
  const all = rows.flatMap(({ values }) => values).filter((value) => value !== null);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const names = rows.map(({ key, name }) => (key ? keyText(data.split, key, true) : name));
  const left = Math.min(140, 16 + Math.max(...names.map((name) => name.length)) * 7);
  const box = {
    w: Math.max(1, width - left) / data.keys.length,
    h: Math.max(1, height - 44) / Math.max(1, rows.length),
  };
  const step = (value: number) =>
    high === low ? steps : 1 + Math.min(steps - 1, Math.floor(((value - low) / (high - low)) * steps));
  const every = Math.max(1, Math.ceil(56 / box.w));
  const everyRow = Math.max(1, Math.ceil(14 / box.h));
  const pointed = over && rows[over.y];
  return (
    <div ref={ref} className={classes.canvas} style={{ position: "relative", overflow: "hidden" }}>
      {width > 0 ? (
        <svg
          width={width}
          height={height}
          className="recharts-surface"
          role="img"
          aria-label={`Heat map of ${axisTitle(data.x)} and ${axisTitle(data.split)}, from ${fullNumber(low)} to ${fullNumber(high)}`}
        >
          {rows.map(({ at: y, values }) =>
            values.map((value, x) =>
              value === null ? null : (
                // biome-ignore lint/a11y/noStaticElementInteractions: the same rows are linked from the chart's table, by keyboard
                <rect
                  key={idOf(data.keys[x])}
                  x={left + x * box.w}
                  y={y * box.h}
                  width={Math.max(0.5, box.w - 1)}
                  height={Math.max(0.5, box.h - 1)}
                  fill={`color-mix(in oklab, var(--sl-chart-1) ${(step(value) / steps) * 100}%, var(--sl-surface))`}
                  style={{ cursor: "pointer" }}
                  onMouseEnter={() => setOver({ x, y })}
                  onMouseLeave={() => setOver(null)}
                  onClick={() => onMark(x, y)}
                />
              ),
            ),
          )}
          {names.map((name, y) =>
            y % everyRow ? null : (
              <Label key={rows[y]?.at} x={left - 6} y={(y + 0.5) * box.h + 4} anchor="end" text={name} />
            ),
          )}
          {data.keys.map((key: KeyView, x) =>
            x % every ? null : (
              <Label
                key={idOf(key)}
                x={left + (x + 0.5) * box.w}
                y={height - 28}
                // The last one may be wider than what is left of the chart.
                anchor={width - left - (x + 0.5) * box.w < 24 ? "end" : "middle"}
                text={keyText(data.x, key, true)}
              />
            ),
          )}
          <Label x={left} y={height - 8} anchor="start" text={axisTitle(data.x)} />
        </svg>
      ) : null}
      <div className={classes.quiet} style={{ position: "absolute", right: 0, bottom: 2 }} aria-hidden>
        {shortNumber(low)}{" "}
        {Array.from({ length: steps }, (_, i) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a scale's steps are their places
            key={i}
            className={classes.swatch}
            style={{
              marginRight: 0,
              borderRadius: 0,
              background: `color-mix(in oklab, var(--sl-chart-1) ${((i + 1) / steps) * 100}%, var(--sl-surface))`,
            }}
          />
        ))}{" "}
        {shortNumber(high)}
      </div>
      {pointed && over ? (
        <div
          className={classes.tip}
          style={{
            position: "absolute",
            pointerEvents: "none",
            top: Math.min(height - 60, over.y * box.h + box.h),
            left: Math.min(width - 200, left + over.x * box.w),
          }}
        >
          {keyText(data.x, data.keys[over.x] ?? { at: null })}, {pointed.name}:{" "}
          <b>{fullNumber(pointed.values[over.x])}</b>
        </div>
      ) : null}
    </div>
  );
}

const idOf = (key: KeyView | undefined) => (key?.other ? "other" : `v${key?.at}`);

function Label({ x, y, anchor, text }: { x: number; y: number; anchor: "start" | "end" | "middle"; text: string }) {
  return (
    <text x={x} y={y} textAnchor={anchor} fontSize={12} fill="var(--mantine-color-dimmed)">
      {text}
    </text>
  );
}
