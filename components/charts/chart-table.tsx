"use client";

import { Text } from "@mantine/core";
import Link from "next/link";
import classes from "@/components/charts/chart.module.css";
import { axisTitle, fullNumber, keyText } from "@/components/charts/words";
import { count } from "@/components/ui/count";
import type { ChartSpec, SeriesData } from "@/lib/charts/schema";

const mostRows = 1_000;

interface Props {
  spec: ChartSpec;
  data: SeriesData;
  /** Where the rows behind a cell are. */
  href(key: number, series: number): string;
  /** Sums at the ends, for what can be added up. */
  totals?: boolean;
}

const sum = (values: (number | null)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0);

/** The chart's numbers: for those who cannot see it, and what a pivot table is. */
export function ChartTable({ spec, data, href, totals = false }: Props) {
  const rows = data.keys.slice(0, mostRows).map((key, at) => ({ key, at }));
  const series = data.series.map((one, at) => ({ ...one, at }));
  const adds = totals && spec.y.every(({ aggregate }) => aggregate === "sum" || aggregate === "count");
  const across = adds && data.split !== null && spec.y.length < 2;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={classes.frame} aria-label="The chart's numbers" tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{axisTitle(data.x) || "All rows"}</th>
              {series.map(({ at, name }) => (
                <th key={at} scope="col">
                  {name}
                </th>
              ))}
              {across ? <th scope="col">Total</th> : null}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, at }) => (
              <tr key={at}>
                <th scope="row">{data.x ? keyText(data.x, key) : "All"}</th>
                {series.map((one) => (
                  <td key={one.at}>
                    <Value value={one.values[at] ?? null} href={(one.rows[at] ?? 0) > 0 ? href(at, one.at) : null} />
                  </td>
                ))}
                {across ? (
                  <td className={classes.total}>{fullNumber(sum(series.map(({ values }) => values[at] ?? null)))}</td>
                ) : null}
              </tr>
            ))}
          </tbody>
          {adds && data.keys.length > 1 ? (
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                {series.map(({ at, values }) => (
                  <td key={at}>{fullNumber(sum(values))}</td>
                ))}
                {across ? <td>{fullNumber(sum(series.flatMap(({ values }) => values)))}</td> : null}
              </tr>
            </tfoot>
          ) : null}
        </table>
      </section>
      {data.keys.length > mostRows ? (
        <Text size="xs" c="dimmed">
          The first {mostRows.toLocaleString("en-US")} of {count(data.keys.length, "line")}; the CSV has all.
        </Text>
      ) : null}
    </>
  );
}

function Value({ value, href }: { value: number | null; href: string | null }) {
  const text = value === null ? <span className={classes.missing}>none</span> : fullNumber(value);
  return href === null ? text : <Link href={href}>{text}</Link>;
}
