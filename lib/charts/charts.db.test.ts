import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvRow } from "@/lib/results/formats";
import type { Cell } from "@/lib/results/head";
import { closeReaders } from "@/lib/results/readers";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { storeCsv } from "@/lib/testing/stored-rows";
import type { Column } from "@/lib/warehouses/adapter";
import { chartOf } from "./chart-data";
import { type ChartSpecInput, type ChartView, chartSpec, type SeriesData } from "./schema";

beforeAll(() => testDatabase());
afterAll(async () => {
  closeReaders();
  await closeWriters();
});

const columns: Column[] = [
  { name: "day", type: "date" },
  { name: "city", type: "text" },
  { name: "sales", type: "numeric(10,2)" },
];

const result = (rows: Cell[][], its: Column[] = columns) =>
  storeCsv(its, [rows.map((row) => csvRow(row, its, false)).join("")], rows.length);

async function chart(rows: Cell[][], spec: ChartSpecInput, its?: Column[]): Promise<ChartView> {
  return chartOf(await result(rows, its), chartSpec.parse(spec));
}

/** What is drawn, as a table: a line a key, a column a series. */
function drawn(view: ChartView): [string | null, ...(number | null)[]][] {
  const data = view.data as SeriesData;
  return data.keys.map((key, i) => [
    key.other ? "other" : key.at,
    ...data.series.map(({ values }) => values[i] ?? null),
  ]);
}

const sales: Cell[][] = [
  ["2026-01-01", "lima", "1.50"],
  ["2026-01-01", "oslo", "2.00"],
  ["2026-01-03", "lima", "4.00"],
  ["2026-01-03", "lima", "0.25"],
];

describe("a chart", () => {
  it("groups, splits and adds up all rows, and shows a day without rows as a gap", async () => {
    const view = await chart(sales, { type: "line", x: "day", y: [{ column: "sales" }], series: "city" });
    expect(view.notes).toEqual([]);
    expect((view.data as SeriesData).series.map(({ name }) => name)).toEqual(["lima", "oslo"]);
    expect(drawn(view)).toEqual([
      ["2026-01-01", 1.5, 2],
      ["2026-01-02", null, null],
      ["2026-01-03", 4.25, null],
    ]);
    const counted = await chart(sales, { type: "line", x: "day" });
    expect(drawn(counted)).toEqual([
      ["2026-01-01", 2],
      ["2026-01-02", 0],
      ["2026-01-03", 2],
    ]);
  });
});
