import { describe, expect, it } from "vitest";
import { checkValues } from "./check-values";
import { effective, formGroups, shown, takesTemplate } from "./form";
import { near } from "./near";
import { bytesOf, secondsOf } from "./quantities";
import { manifestSchema } from "./schema";

const manifest = manifestSchema.parse({
  id: "copy",
  version: "1.0.0",
  title: "Copy",
  summary: "Copies.",
  group: "get",
  icon: "copy",
  repeatSafe: true,
  image: "sluice/copy",
  parameters: {
    type: "object",
    required: ["table", "mode", "key"],
    properties: {
      mode: { type: "string", enum: ["append", "merge"], default: "append", "x-order": 2 },
      table: { type: "string", minLength: 1, title: "Table", "x-order": 1, "x-template": true },
      key: { type: "array", items: { type: "string" }, uniqueItems: true, "x-showIf": { mode: "merge" } },
      last: { type: "string", "x-showIf": { key: { set: true } }, "x-advanced": true },
      rows: { type: "integer", minimum: 1, maximum: 10, "x-group": "Limits" },
      sql: { type: "string", "x-widget": "sql", "x-template": { mode: "append" } },
      more: { type: "object", additionalProperties: { type: "string" } },
    },
  },
});
const { parameters } = manifest;
const problems = (values: Record<string, unknown>) =>
  checkValues(manifest, values).map(({ pointer, message, fix, severity }) =>
    [severity, pointer, message, fix].join(" | "),
  );

describe("a form", () => {
  it("has its fields in order, under their headings, advanced ones apart", () => {
    const names = (fields: { name: string; required: boolean }[]) =>
      fields.map(({ name, required }) => `${name} ${required}`);
    expect(
      formGroups(parameters).map(({ title, fields, advanced }) => [title, names(fields), names(advanced)]),
    ).toEqual([
      [null, ["table true", "mode true", "key true", "sql false", "more false"], ["last false"]],
      ["Limits", ["rows false"], []],
    ]);
  });

  it("shows by the values, and by those that stand where none was given", () => {
    expect(shown(parameters, {}).has("key")).toBe(false);
    expect(shown(parameters, { mode: "merge" }).has("key")).toBe(true);
    expect(shown(parameters, { mode: "merge", key: ["id"] }).has("last")).toBe(true);
    // What is hidden counts as not filled in, also for what depends on it.
    expect(shown(parameters, { mode: "append", key: ["id"] }).has("last")).toBe(false);
  });

  it("gives the values that count", () => {
    expect(effective(parameters, { table: "a", key: ["id"] })).toEqual({ mode: "append", table: "a" });
    expect(effective(parameters, { table: "a", mode: "merge", key: ["id"], unknown: 1 })).toEqual({
      mode: "merge",
      table: "a",
      key: ["id"],
    });
  });

  it("knows where templates are filled in", () => {
    const of = (name: string, values = {}) => takesTemplate(parameters.properties[name] as never, values);
    expect([of("table"), of("mode"), of("sql", { mode: "append" }), of("sql", { mode: "merge" })]).toEqual([
      ...[true, false, true, false],
    ]);
  });
});

describe("values", () => {
  it("are right", () => {
    expect(problems({ table: "a" })).toEqual([]);
    expect(problems({ table: "a", mode: "merge", key: ["id"], rows: 3, more: { a: "b" } })).toEqual([]);
  });

  it.each([
    [{}, "error | /table | Table is missing. | Fill in table."],
    [{ table: "" }, "error | /table | Table is missing. | Fill in table."],
    [{ table: 5 }, 'error | /table | table must be text, and is a number. | Write it in quotes: "5".'],
    [{ table: "a", tabel: 1 }, "error | /tabel | copy has no parameter tabel. | Did you mean table?"],
    [
      { table: "a", mode: "mrege" },
      "error | /mode | mode cannot be “mrege”. | Did you mean merge? Use one of: append, merge.",
    ],
    [{ table: "a", mode: "merge" }, "error | /key | key is missing. | Fill in key."],
    [
      { table: "a", key: ["id"] },
      "warning | /key | key is not used where mode is “append”. | Take key out, or change mode.",
    ],
    [{ table: "a", rows: 11 }, "error | /rows | rows is 11, which is too much. | Use 10 or less."],
    [{ table: "a", rows: 1.5 }, "error | /rows | rows must be a whole number, and is a number. | Give a whole number."],
    [{ table: "a", rows: "3" }, "error | /rows | rows must be a whole number, and is text. | Leave the quotes out: 3."],
    [{ table: "a", rows: null }, "error | /rows | rows must be a whole number, and is nothing. | Give a whole number."],
    [{ table: "a", mode: "merge", key: "id" }, "error | /key | key must be a list, and is text. | Write a list: [id]."],
    [{ table: "a", mode: "merge", key: ["id", "id"] }, "error | /key/1 | key has “id” twice. | Take one of them out."],
    [
      { table: "a", more: { "x/y": 1 } },
      'error | /more/x~1y | x/y of more must be text, and is a number. | Write it in quotes: "1".',
    ],
    [
      { table: "a", __proto__: null, constructor: "x" },
      "error | /constructor | copy has no parameter constructor. | Take it out. It has mode, table, key, last, rows, sql, more.",
    ],
  ])("%j", (values, said) => {
    expect(problems(values)).toEqual([said]);
  });
});

it("guesses what was meant", () => {
  const names = ["sql-extract", "sql-transform", "load-table", "r"];
  expect(["sql_extract", "sqlextract", "laod-table", "python", "r", "x"].map((word) => near(word, names))).toEqual([
    ...["sql-extract", "sql-extract", "load-table", null, null, "r"],
  ]);
});

it("reads times and amounts", () => {
  expect(["90s", "20m", "2h", "1d"].map(secondsOf)).toEqual([90, 1_200, 7_200, 86_400]);
  expect(["1Ki", "512Mi", "2Gi"].map(bytesOf)).toEqual([1_024, 536_870_912, 2_147_483_648]);
});
