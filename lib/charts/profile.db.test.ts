import { afterAll, beforeAll, expect, it } from "vitest";
import { csvRow } from "@/lib/results/formats";
import type { Cell } from "@/lib/results/head";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { rowsQuery } from "@/lib/results/schema";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { storeCsv } from "@/lib/testing/stored-rows";
import type { Column } from "@/lib/warehouses/adapter";
import { filtersOf } from "./marks";
import { profileOf } from "./profile";
import { profileQuery } from "./schema";

beforeAll(() => testDatabase());
afterAll(async () => {
  closeReaders();
  await closeWriters();
});

/** A type, five values, and what is said of them. */
const cases: [type: string, values: Cell[], known: object][] = [
  ["integer", ["3", "1", "1", null, "10"], { nulls: 1, distinct: 3, least: "1", greatest: "10", mean: 3.75 }],
  [
    "numeric",
    ["10", "9", "9.5", "NaN", null],
    { nulls: 1, distinct: 4, least: "9", greatest: "10", mean: 9.5, odd: 1 },
  ],
  ["numeric(6,2)", ["10.00", "9.00", "-9.50", "NaN", null], { nulls: 1, least: "-9.50", greatest: "10.00", odd: 1 }],
  [
    "double precision",
    ["1e+300", "-0.5", "2", "Infinity", "2"],
    { nulls: 0, distinct: 4, least: "-0.5", greatest: "1e+300", odd: 1 },
  ],
  ["text", ["b", "a", "", null, "b"], { nulls: 1, distinct: 3, least: "", greatest: "b", mean: null, empty: 1 }],
  ["boolean", ["t", "f", "t", null, "t"], { nulls: 1, distinct: 2, least: "f", greatest: "t" }],
  [
    "date",
    ["2026-01-03", "2026-01-01", null, "0044-03-15 BC", "2026-01-01"],
    { nulls: 1, distinct: 3, least: "2026-01-01", greatest: "2026-01-03", odd: 1 },
  ],
  [
    "timestamp with time zone",
    ["2026-01-03 00:00:00+00", "2026-01-01 05:45:00+05:45", null, null, null],
    { nulls: 3, distinct: 2, least: "2026-01-01 00:00:00+00" },
  ],
  ["jsonb", ['{"a": 1}', '{"a": 1}', "[]", null, null], { nulls: 2, distinct: 2 }],
];
const columns = cases.map(([type], i): Column => ({ name: `c ${i}`, type }));
const rows = [0, 1, 2, 3, 4].map((n) => cases.map(([, values]) => values[n] ?? null));

it("knows of each column what is missing, its ends and how it is spread, and each bar leads to its rows", async () => {
  const statement = await storeCsv(columns, [rows.map((row) => csvRow(row, columns, false)).join("")], rows.length);
  const view = await profileOf(statement, profileQuery.parse({}));
  expect(view).toMatchObject({ rowCount: 5, columnCount: cases.length, truncated: false });
  for (const [i, [type, , known]] of cases.entries()) {
    expect(view.columns[i], type).toMatchObject({ column: i, type, estimated: false, ...known });
    const { x, keys, rows: counts } = view.columns[i]?.shape ?? { x: null, keys: [], rows: [] };
    expect(
      counts.reduce((sum, n) => sum + n, 0),
      type,
    ).toBe(5);
    for (const [at, key] of keys.entries()) {
      // What no number holds stands with NULL, which the card says apart.
      if (key.at === null) continue;
      const filter = JSON.stringify(filtersOf(x, key, keys, keys[at + 1]));
      const { rowCount } = await readRows(statement, rowsQuery.parse({ limit: "0", filter }));
      expect(rowCount, `${type} ${filter}`).toBe(counts[at]);
    }
  }
  const second = await profileOf(statement, profileQuery.parse({ offset: "1", limit: "1" }));
  expect(second.columns).toEqual([view.columns[1]]);
});

it("says of nothing but NULL that it is missing, and of no rows nothing", async () => {
  const its: Column[] = [
    { name: "n", type: "integer" },
    { name: "at", type: "date" },
    { name: "t", type: "text" },
  ];
  const nulls = await storeCsv(its, [",,\n,,\n"], 2);
  for (const column of (await profileOf(nulls, profileQuery.parse({}))).columns)
    expect(column).toMatchObject({ nulls: 2, distinct: 0, least: null, greatest: null, mean: null });
  const empty = await storeCsv(its, [], 0);
  expect(await profileOf(empty, profileQuery.parse({}))).toMatchObject({ rowCount: 0, columns: [] });
});
