import { expect, test } from "vitest";
import { placeProblems } from "@/components/forms/form-errors";
import { toForm, words } from "@/components/forms/json-schema";
import type { Field } from "@/lib/operators/schema";

const fields: Record<string, Field> = {
  mode: { type: "string", enum: ["all", "some"], "x-order": 2 },
  columns: { type: "array", items: { type: "string" }, "x-order": 1, "x-showIf": { mode: "some" } },
  checks: { type: "array", items: { type: "object", properties: { column: { type: "string" } } }, "x-order": 3 },
};

test("a problem stands at the field that can show it", () => {
  const said = { message: "Wrong.", fix: "Mend it." };
  const placed = placeProblems(fields, [
    { pointer: "/columns/1", severity: "error", ...said },
    { pointer: "/checks/0/column", severity: "error", ...said },
    { pointer: "/mode", severity: "warning", ...said },
    { pointer: "/gone", severity: "error", ...said },
  ]);
  expect(placed.errors).toEqual({
    columns: { __errors: ["Wrong. Mend it."] },
    checks: { 0: { column: { __errors: ["Wrong. Mend it."] } } },
  });
  expect(placed.warnings).toEqual({ mode: "Wrong. Mend it." });
  expect(placed.rest).toHaveLength(1);
});

test("a form has what its conditions show, in its order", () => {
  const parameters = {
    ...{ type: "object" as const, properties: fields, required: ["columns"], additionalProperties: false as const },
  };
  expect(toForm(parameters, { mode: "some" }).uiSchema["ui:order"]).toEqual(["columns", "mode", "checks"]);
  const { schema } = toForm(parameters, { mode: "all" });
  expect(Object.keys(schema.properties ?? {})).toEqual(["mode", "checks"]);
  expect(schema.required).toEqual([]);
});

test("a name is a title where none is given", () => {
  expect([words("time_column"), words("mailTo")]).toEqual(["Time column", "Mail to"]);
});

test("says once what several entries have in common, and of an empty field that it is missing", () => {
  const at = (pointer: string, message: string, fix: string) => ({ pointer, severity: "error" as const, message, fix });
  const problems = [
    at("/columns/0", "There is no such column.", "Choose another."),
    at("/columns/1", "There is no such column.", "Choose another."),
    at("/mode", "Mode is missing.", "Fill in mode."),
  ];
  expect(placeProblems(fields, problems, (name) => name === "mode").errors).toEqual({
    columns: { __errors: ["There is no such column. Choose another."] },
    mode: { __errors: ["Mode is missing."] },
  });
});
