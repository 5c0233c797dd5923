"use client";

import Link from "next/link";
import classes from "@/components/charts/chart.module.css";
import { fullNumber, keyText, shortNumber } from "@/components/charts/words";
import type { SeriesData } from "@/lib/charts/schema";

/** One number, and how it changed since the time bucket before. */
export function NumberTiles({ data, href }: { data: SeriesData; href(key: number | null, series: number): string }) {
  const last = data.keys.findLastIndex(({ at, other }) => at !== null && !other);
  return (
    <div className={classes.tiles}>
      {data.series.map((series, s) => {
        const at = data.x ? last : 0;
        const value = series.values[at] ?? null;
        const before = data.x && at > 0 ? (series.values[at - 1] ?? null) : null;
        const key = data.keys[at];
        const earlier = data.keys[at - 1];
        return (
          <div key={`${series.measure} ${series.name}`} className={classes.tile}>
            <div>{series.name}</div>
            <div className={classes.big} title={fullNumber(value)}>
              <Link href={href(data.x ? at : null, s)}>
                {value === null ? "–" : Math.abs(value) >= 1e7 ? shortNumber(value) : fullNumber(value)}
              </Link>
            </div>
            {data.x && key ? <div className={classes.quiet}>{keyText(data.x, key)}</div> : null}
            {before !== null && value !== null && earlier ? (
              <div>
                {changeWords(value, before)}{" "}
                <span className={classes.quiet}>
                  from {fullNumber(before)}, {keyText(data.x, earlier)}
                </span>
              </div>
            ) : null}
            {data.x && data.keys.length > 2 ? <Spark values={series.values.slice(0, last + 1)} /> : null}
          </div>
        );
      })}
    </div>
  );
}

/** No colour: whether more is good is not for us to say. */
function changeWords(now: number, before: number): string {
  if (now === before) return "no change";
  const arrow = now > before ? "▲" : "▼";
  if (before === 0) return `${arrow} ${fullNumber(Math.abs(now - before))}`;
  return `${arrow} ${(Math.abs((now - before) / before) * 100).toLocaleString("en-US", { maximumFractionDigits: 1 })} %`;
}

function Spark({ values }: { values: (number | null)[] }) {
  const there = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]));
  const [low, high] = [Math.min(...there.map(({ value }) => value)), Math.max(...there.map(({ value }) => value))];
  const y = (value: number) => (high === low ? 18 : 34 - ((value - low) / (high - low)) * 32);
  const points = there.map(({ at, value }) => `${(at / Math.max(1, values.length - 1)) * 160},${y(value)}`).join(" ");
  return (
    <svg className={classes.spark} viewBox="0 0 160 36" aria-hidden>
      <polyline points={points} fill="none" stroke="var(--sl-chart-1)" strokeWidth={2} />
    </svg>
  );
}
