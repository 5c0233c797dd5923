"use client";

import { IconInfoCircle } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type Ref, useEffect, useState } from "react";
import { Canvas } from "@/components/charts/canvas";
import classes from "@/components/charts/chart.module.css";
import { ChartTable } from "@/components/charts/chart-table";
import { Heatmap } from "@/components/charts/heatmap";
import { Legend } from "@/components/charts/legend";
import { NumberTiles } from "@/components/charts/number-tiles";
import { chartTitle, keyText } from "@/components/charts/words";
import { Empty } from "@/components/ui/empty";
import { markHref, pointHref } from "@/lib/charts/marks";
import type { ChartView } from "@/lib/charts/schema";

interface Props {
  executionId: string;
  view: ChartView;
  stale?: boolean;
  /** The numbers instead of the drawing. */
  asTable?: boolean;
  /** Answers the mouse at once, and can be exported. */
  live?: boolean;
  figureRef?: Ref<HTMLElement>;
}

const none: ReadonlySet<number> = new Set();

/** The drawing of a chart with its legend and what must be said of it. */
export function ChartFigure({ executionId, view, stale = false, asTable = false, live = false, figureRef }: Props) {
  const router = useRouter();
  const { spec, data, notes } = view;
  const [hidden, setHidden] = useState(none);
  const names = data?.series.map(({ name }) => name).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of series begins with all of them shown
  useEffect(() => setHidden(none), [names]);
  if (!spec || !data) return <Empty title="Nothing to draw">{notes.join(" ") || "Choose other columns."}</Empty>;
  const keyOf = (series: number) => data.series[series]?.key ?? null;
  const href = (at: number | null, series: number) => markHref(executionId, data, at, keyOf(series));
  const pie = spec.type === "pie" && data.kind === "series";
  const entries = pie ? data.keys.map((key) => ({ name: keyText(data.x, key), key })) : data.series;
  const legend = entries.length > 1 && !["number", "pivot", "heatmap"].includes(spec.type) && !asTable;
  const props = {
    spec,
    hidden,
    onMark: (at: number | null, series: number) => router.push(href(at, series)),
    onPoint: (point: [number, number], series: number) => {
      if (data.kind === "points") router.push(pointHref(executionId, data, point, keyOf(series)));
    },
  };
  return (
    <figure
      ref={figureRef}
      className={classes.figure}
      data-stale={stale || undefined}
      aria-label={chartTitle(spec, data)}
    >
      {data.kind === "series" && (asTable || spec.type === "pivot") ? (
        <ChartTable spec={spec} data={data} href={href} totals={spec.type === "pivot"} />
      ) : data.kind === "series" && spec.type === "number" ? (
        <NumberTiles data={data} href={href} />
      ) : data.kind === "series" && spec.type === "heatmap" ? (
        <Heatmap data={data} {...props} />
      ) : (
        <Canvas data={data} live={live} {...props} />
      )}
      {legend ? <Legend entries={entries} hidden={hidden} onHidden={setHidden} /> : null}
      {notes.length > 0 ? (
        <ul className={classes.notes}>
          {notes.map((note) => (
            <li key={note}>
              <IconInfoCircle size={14} aria-hidden />
              {note}
            </li>
          ))}
        </ul>
      ) : null}
    </figure>
  );
}
