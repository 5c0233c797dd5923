import { expect, it } from "vitest";
import { mayHoldFormula } from "./export-sql";

it.each([
  ["text", true],
  ["character varying(10)", true],
  ["GEOGRAPHY", true],
  ["bigint", false],
  ["interval", false],
  ["json", false],
  // Base64 and signed spans begin with + and - by their own rules, and would be changed.
  ["BYTES", false],
  ["bigquery interval", false],
])("a cell of %s may hold a formula: %s", (type, may) => {
  expect(mayHoldFormula(type)).toBe(may);
});
