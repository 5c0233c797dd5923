import type { Measured } from "./line";
import { ratio } from "./stats";

export const head = [
  "what",
  "ours p50",
  "p95",
  "floor p50",
  "p95",
  "ratio",
  "psql or driver",
  "ratio",
  "target",
  "met",
];

function figure(value: number | undefined): string {
  if (value === undefined) return "";
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Math.round(value * 10) / 10);
}

export function cells(row: Measured): string[] {
  const times = (than: number | undefined) => {
    const value = ratio(row.ours, than);
    return value === null ? "" : `${value}x`;
  };
  return [
    row.what,
    `${figure(row.ours)} ${row.unit}`,
    figure(row.ours95),
    figure(row.floor),
    figure(row.floor95),
    times(row.floor),
    figure(row.plain),
    times(row.plain),
    row.target,
    row.met === null ? "" : row.met ? "yes" : "no",
  ];
}

/** A Markdown table that also reads well in a terminal. */
export function table(rows: string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
