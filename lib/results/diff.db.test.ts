import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { storeCsv } from "@/lib/testing/stored-rows";
import type { Column } from "@/lib/warehouses/adapter";
import { diffResults } from "./diff";
import { csvRow } from "./formats";
import type { Cell } from "./head";
import { closeReaders } from "./readers";
import { type DiffQuery, diffQuery } from "./schema";
import { closeWriters } from "./writers";

beforeAll(() => testDatabase());
afterAll(async () => {
  closeReaders();
  await closeWriters();
});

const columns: Column[] = [
  { name: "id", type: "integer" },
  { name: "name", type: "text" },
  { name: "score", type: "numeric(10,2)" },
];

async function result(rows: Cell[][], its: Column[] = columns) {
  return storeCsv(its, [rows.map((row) => csvRow(row, its, false)).join("")], rows.length);
}

const ask = (query: Partial<Record<keyof DiffQuery, string>> = {}) => diffQuery.parse(query);

const before: Cell[][] = [
  ["1", "ana", "1.50"],
  ["2", "bo", null],
  ["3", "", "3.00"],
];
const after: Cell[][] = [
  ["3", null, "3.00"],
  ["1", "ana", "1.50"],
  ["4", "dee", "NaN"],
];

describe("the difference of two results", () => {
  it("is what was added, removed and changed by key, in order, whatever the order of the rows", async () => {
    const view = await diffResults(await result(before), await result(after), ask());
    expect(view).toMatchObject({ key: ["id"], added: 1, removed: 1, changed: 1, same: 1, matching: 3 });
    // An empty text is not a missing one.
    expect(view.rows).toEqual([
      { kind: "removed", a: [2, "bo", null], b: null, changed: [] },
      { kind: "changed", a: [3, "", "3.00"], b: [3, null, "3.00"], changed: [1] },
      { kind: "added", a: null, b: [4, "dee", "NaN"], changed: [] },
    ]);
    expect(view.columns).toEqual([
      { name: "id", a: "integer", b: "integer", changed: 0 },
      { name: "name", a: "text", b: "text", changed: 1 },
      { name: "score", a: "numeric(10,2)", b: "numeric(10,2)", changed: 0 },
    ]);
  });

  it("is nothing between equal results, and everything against an empty one", async () => {
    const [a, empty] = [await result(before), await result([])];
    expect(await diffResults(a, await result(before), ask())).toMatchObject({ same: 3, matching: 0, rows: [] });
    expect(await diffResults(empty, a, ask())).toMatchObject({ added: 3, removed: 0, changed: 0, same: 0 });
    expect(await diffResults(a, empty, ask({ only: "removed", limit: "2", offset: "1" }))).toMatchObject({
      removed: 3,
      matching: 3,
      rows: [{ kind: "removed" }, { kind: "removed" }],
    });
  });

  it("compares columns by name, and says which one of them alone has", async () => {
    const other: Column[] = [
      { name: "score", type: "numeric" },
      { name: "id", type: "bigint" },
      { name: "new", type: "text" },
    ];
    const b = await result(
      [
        ["1.5", "1", "x"],
        ["3.000", "3", "y"],
        ["7", "2", null],
      ],
      other,
    );
    const view = await diffResults(await result(before), b, ask({ key: "id" }));
    expect(view.columns).toEqual([
      { name: "id", a: "integer", b: "bigint", changed: 0 },
      { name: "score", a: "numeric(10,2)", b: "numeric", changed: 1 },
      { name: "name", a: "text", b: null, changed: 0 },
      { name: "new", a: null, b: "text", changed: 0 },
    ]);
    // 1.50 is 1.5; int8 is a string as in every answer.
    expect(view.rows).toEqual([{ kind: "changed", a: [2, null, "bo", null], b: ["2", "7", null, null], changed: [1] }]);
  });

  it("takes several columns for a key, missing values too, and finds them by itself", async () => {
    const its = columns.slice(0, 2);
    const a = await result(
      [
        ["1", "x"],
        ["1", "y"],
        ["2", "y"],
        ["2", null],
      ],
      its,
    );
    const b = await result(
      [
        ["1", "x"],
        ["2", "y"],
        ["2", null],
        ["1", "z"],
      ],
      its,
    );
    const found = await diffResults(a, b, ask());
    expect(found).toMatchObject({ key: ["id", "name"], added: 1, removed: 1, changed: 0, same: 3 });
    expect(await diffResults(a, b, ask({ key: '["id", "name"]' }))).toEqual(found);
  });

  it("shows only what is asked for", async () => {
    const [a, b] = [await result(before), await result(after)];
    const changed = await diffResults(a, b, ask({ only: "changed", column: "name" }));
    expect(changed).toMatchObject({ matching: 1, rows: [{ changed: [1] }] });
    expect((await diffResults(a, b, ask({ column: "score" }))).matching).toBe(0);
  });

  it("refuses in words what is no key, an unknown column, and rows that are gone or not there yet", async () => {
    const a = await result([
      ["1", "x", null],
      ["1", "y", null],
    ]);
    const refusal = (query: Partial<Record<keyof DiffQuery, string>>, one = a, other = a) =>
      diffResults(one, other, ask(query)).then(
        () => "answered",
        (error: { code: string; message: string; detail?: { fields?: { field: string }[] } }) =>
          `${error.code}: ${error.message}`,
      );
    expect(await refusal({ key: "id" })).toMatch(/^invalid: .*id 1 occurs 2 times in the first result/);
    expect(await refusal({ key: "nope" })).toMatch(
      /"nope" is not a column of both results. Both have: id, name, score/,
    );
    expect(await refusal({ key: "[1" })).toMatch(/JSON list/);
    expect(await refusal({ column: "nope", key: "name" })).toMatch(/"nope" is not a column/);
    const twice = await result([
      ["1", "x", null],
      ["1", "x", null],
    ]);
    expect(await refusal({}, twice)).toMatch(/^invalid: No single column/);
    expect(await refusal({}, { ...a, expiredAt: new Date() })).toMatch(/^gone/);
    expect(await refusal({}, { ...a, state: "failed" })).toMatch(/^conflict/);
    expect(await refusal({}, a, await result([["1"]], [{ name: "other", type: "text" }]))).toMatch(
      /no column of the same name/,
    );
  });
});

it("finds the few rows that differ among many, and pages through many that do", async () => {
  const its: Column[] = [
    { name: "n", type: "bigint" },
    { name: "at", type: "timestamp with time zone" },
    { name: "text", type: "text" },
  ];
  const rows = 120_000;
  function* chunks(of: (n: number) => string) {
    for (let from = 0; from < rows; from += 1_000) yield Array.from({ length: 1_000 }, (_, i) => of(from + i)).join("");
  }
  const at = "2026-01-01 00:00:00+00";
  const a = await storeCsv(
    its,
    chunks((n) => `${n},${at},row ${n}\n`),
    rows,
  );
  // Backwards, another offset of the same instant, one text in ten thousand changed.
  const b = await storeCsv(
    its,
    chunks((n) => {
      const k = rows - 1 - n;
      return `${k},2026-01-01 05:45:00+05:45,row ${k}${k % 10_000 === 7 ? "!" : ""}\n`;
    }),
    rows,
  );
  const view = await diffResults(a, b, ask());
  expect(view).toMatchObject({ key: ["n"], added: 0, removed: 0, changed: 12, same: rows - 12 });
  expect(view.rows.map(({ a: cells }) => cells?.[0])).toEqual(
    Array.from({ length: 12 }, (_, i) => `${i * 10_000 + 7}`),
  );
  const shifted = await storeCsv(
    its,
    chunks((n) => `${n + 1},${at},other\n`),
    rows,
  );
  const last = await diffResults(a, shifted, ask({ key: "n", offset: `${rows - 1}`, limit: "5" }));
  expect(last).toMatchObject({ added: 1, removed: 1, changed: rows - 1, matching: rows + 1 });
  expect(last.rows).toHaveLength(2);
}, 60_000);
