import type { ChartAnswer, ChartPlan } from "@/lib/charts/plan";
import { encodingOf, textOf } from "@/lib/results/encoding";
import { firstRow, numberOf, type Source } from "./chart-axis";

/** More points lie on one another, and a browser takes long to draw them. */
const mostPoints = 3_000;

interface Asked extends Source {
  plan: ChartPlan;
}

/** Rows as points; of too many some by chance, the same ones each time. */
export async function readPoints(source: Asked): Promise<ChartAnswer> {
  const { duck, rows, columns, plan } = source;
  const value = (column: number) => {
    const { kind } = encodingOf(columns[column]?.type ?? "text");
    const time = kind === "date" || kind === "timestamp" || kind === "timestamptz";
    return time ? `CASE WHEN NOT isinf(c${column}) THEN epoch_ms(c${column}::TIMESTAMP) END` : numberOf(source, column);
  };
  const x = value(plan.x?.column ?? 0);
  const y = value(plan.measures[0]?.column ?? 0);
  const split = plan.series ? textOf(columns[plan.series.column]?.type ?? "text", plan.series.column) : "NULL";
  const both = `(SELECT (${x})::DOUBLE AS x, (${y})::DOUBLE AS y, ${split} AS s, r FROM ${rows}) WHERE x IS NOT NULL AND y IS NOT NULL`;
  const [counted] = await firstRow(duck, `SELECT count(*) FROM ${both}`);
  const of = Number(counted);
  const notes: string[] = [];
  const few = of > mostPoints;
  const keep = few ? ` AND hash(r) % 1000000 < ${Math.ceil((mostPoints / of) * 1_000_000)}` : "";
  const found = (
    await duck.runAndReadAll(`SELECT x, y, s FROM ${both}${keep} LIMIT ${mostPoints * 2}`)
  ).getRowsJS() as [number, number, string | null][];
  if (few)
    notes.push(
      `${found.length.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} points are drawn, chosen evenly by chance.`,
    );
  const sizes = new Map<string | null, number>();
  for (const [, , s] of found) sizes.set(s, (sizes.get(s) ?? 0) + 1);
  const order = [...sizes.keys()].sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
  const shown = order.slice(0, plan.topSeries);
  if (order.length > shown.length)
    notes.push(`The ${shown.length} largest of ${order.length} groups have colours of their own.`);
  const at = new Map(shown.map((s, i) => [s, i]));
  const points = found.map(([px, py, s]) => ({ split: at.get(s) ?? shown.length, x: px, y: py }));
  const keys = shown.map((s) => ({ at: s }));
  return {
    notes,
    keys: [],
    split: plan.series
      ? [...keys, ...(order.length > shown.length ? [{ at: null, other: true as const }] : [])]
      : [null],
    values: [],
    rows: [],
    bucket: null,
    width: null,
    points,
    of,
  };
}
