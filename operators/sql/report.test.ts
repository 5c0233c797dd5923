import { expect, it } from "vitest";
import { reportOf } from "./report";

const of = (told: object, params: object = { table: "mart.daily" }, outputs = {}) =>
  reportOf({ params: params as Record<string, unknown>, outputs }, told);

it("says what was written", () => {
  expect(of({ rows: 1_204, metrics: { added: 1_204, replaced: 1 } })).toEqual([
    "Wrote mart.daily: 1,204 rows added, 1 row that stood there before replaced.",
  ]);
  expect(of({ rows: 3, metrics: { added: 2, changed: 1, unchanged: 30 } })).toEqual([
    "Wrote mart.daily: 2 rows added, 1 row changed, 30 rows as they were.",
  ]);
  expect(of({ metrics: { columns: 3 } }, { as: "view", table: "mart.v" })).toEqual([
    "Made the view mart.v with 3 columns.",
  ]);
});

it("says what was handed on, and what was left out", () => {
  const outputs = { rows: { format: "parquet" as const, path: "rows" } };
  expect(of({ rows: 1, metrics: { columns: 2 } }, {}, outputs)).toEqual(["Handed on 1 row as rows."]);
  expect(of({ rows: 9, metrics: { bytes: 5, left_out: 2 } }, {}, outputs)).toEqual([
    "Handed on 9 rows as rows.",
    "Left out 2 rows that could not be read.",
  ]);
});

it("says what a try would do, as far as is known", () => {
  expect(of({ plan: { adds: 2, changes: null, deletes: 0, note: "It is not there yet." } })).toEqual([
    "Nothing is written in a try. A run would add 2 rows, delete 0 rows.",
    "It is not there yet.",
  ]);
  expect(of({ plan: { adds: null, changes: null, deletes: null } })).toEqual(["Nothing is written in a try."]);
});

it("says that checks are met", () => {
  expect(of({ metrics: { checks: 1 } })).toEqual(["The one expectation is met."]);
  expect(of({ metrics: { checks: 3 } })).toEqual(["All 3 expectations are met."]);
});
