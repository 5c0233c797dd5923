import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checkValues } from "./check-values";
import { manifestSchema } from "./schema";

const manifest = manifestSchema.parse(JSON.parse(readFileSync("operators/expect/operator.json", "utf8")));
const said = (check: object) =>
  checkValues(manifest, {
    warehouse: "demo",
    table: "mart.daily",
    checks: [{ kind: "not_null", column: "a" }, check],
  }).map(({ pointer, message, fix, severity }) => `${severity} ${pointer} | ${message} | ${fix}`);

it.each([
  [{ kind: "unique" }, "column | Entry 2 of checks lacks column, where kind is unique. | Fill in column."],
  [
    { kind: "not_null", column: "" },
    "column | Entry 2 of checks lacks column, where kind is not_null. | Fill in column.",
  ],
  [
    { kind: "accepted_values", column: "a", values: [] },
    "values | Entry 2 of checks lacks values, where kind is accepted_values. | Fill in values.",
  ],
  [
    { kind: "relationships", column: "a" },
    "to_table | Entry 2 of checks lacks to_table, where kind is relationships. | Fill in to_table.",
  ],
  [
    { kind: "row_count" },
    "least | Entry 2 of checks lacks least, where kind is row_count and most is not set. | Fill in least or most.",
  ],
  [
    { kind: "between", column: "a" },
    "least | Entry 2 of checks lacks least, where kind is between and most is not set. | Fill in least or most.",
  ],
  [
    { kind: "freshness", column: "a" },
    "within | Entry 2 of checks lacks within, where kind is freshness. | Fill in within.",
  ],
])("says what is missing in the check %j, at its field", (check, problem) => {
  expect(said(check)).toEqual([`error /checks/1/${problem}`]);
});

it.each([
  { kind: "unique", column: "a" },
  { kind: "accepted_values", column: "a", values: ["x"] },
  { kind: "relationships", column: "a", to_table: "mart.courses" },
  { kind: "row_count", least: 0 },
  { kind: "row_count", most: 10 },
  { kind: "between", column: "a", most: 10 },
  { kind: "freshness", column: "a", within: "24h" },
])("has nothing to say of the check %j", (check) => {
  expect(said(check)).toEqual([]);
});

it("finds odd what the kind of check does not ask for", () => {
  expect(said({ kind: "row_count", least: 1, column: "a" })).toEqual([
    "warning /checks/1/column | column is not used where kind is “row_count”. | Take column out, or change kind.",
  ]);
});
