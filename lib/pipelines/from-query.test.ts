import { expect, it } from "vitest";
import type { Parameter } from "@/lib/queries/schema";
import { parseDocument, writeYaml } from "./document";
import { fromQuery, slugOf } from "./from-query";

const target = {
  name: "active",
  writer: true,
  schema: "mart" as string | null,
  anywhere: false,
  timeZone: "Asia/Kathmandu",
};
const make = (sql: string, parameters: Parameter[] = [], more: Partial<typeof target> = {}) =>
  fromQuery(
    { title: "Active, by day", sql, parameters, warehouse: { name: "demo", engine: "postgres" } },
    { ...target, ...more },
  );
const sqlOf = (sql: string, parameters: Parameter[]) => make(sql, parameters).document.stages[0]?.params?.sql;

it("keeps a query's answer as a table, every night in the person's zone, and reads back as it was written", () => {
  const { document, notes } = make("select 1 as n;\n");
  expect(document).toEqual({
    name: "active",
    title: "Active, by day",
    triggers: [{ cron: "15 5 * * *", timezone: "Asia/Kathmandu" }],
    stages: [
      {
        id: "keep",
        operator: "sql-transform@1",
        params: { warehouse: "demo", sql: "select 1 as n", as: "table", table: "mart.active_by_day" },
        retries: 2,
      },
    ],
  });
  expect(notes).toEqual([]);
  expect(parseDocument(writeYaml(document), "yaml")).toMatchObject({ ok: true, document });
});

it("hands the rows over where the warehouse has no writer, and says what is left to be said", () => {
  const { document, notes } = make("select 1", [], { writer: false, schema: null });
  expect(document.stages.map(({ operator }) => operator)).toEqual(["sql-extract@1", "load-table@1"]);
  expect(notes).toEqual([expect.stringMatching(/^Say which table .* granted no schema/)]);
  expect(make("select 1", [], { schema: null, anywhere: true }).notes).toEqual(["Say which table it is kept in."]);
});

it("makes parameters of the query those of the run", () => {
  const parameters: Parameter[] = [
    { name: "Country", label: "Country", type: "list", options: [{ value: "US" }], default: "US" },
    { name: "least", type: "number", default: "3" },
    { name: "day", type: "date", default: "yesterday" },
    { name: "period", type: "dateRange", default: "last 7 days" },
    { name: "kinds", type: "multi", options: [{ value: "a" }], default: ["a", "it's"] },
  ];
  const sql =
    "select '{{least}}' -- {{day}}\nwhere c = {{Country}} and n > {{least}} and d = {{day}} and k = any({{kinds}}) and at >= {{period.from}} and at < {{ period.to }}";
  const { document, notes } = make(sql, parameters);
  expect(document.stages[0]?.params?.sql).toBe(
    "select '{{least}}' -- {{day}}\nwhere c = {{ params.country }} and n > {{ params.least }} and d = {{ interval.from | date }} and k = any(array['a', 'it''s']) and at >= {{ interval.from }} and at < {{ interval.to }}",
  );
  expect(document.parameters).toEqual({
    country: { type: "text", title: "Country", default: "US" },
    least: { type: "number", default: 3 },
  });
  expect(notes.map((note) => note.split(":")[0])).toEqual(["{{day}}", "{{period}}", "{{kinds}}"]);
});

it("leaves out an optional part that nobody fills in, and keeps one that has a usual value", () => {
  const text = (name: string, more: object = {}): Parameter => ({ name, type: "text", ...more });
  const sql = "select 1 where true [[and a = {{a}}]] [[and b = {{b}}]]";
  expect(String(sqlOf(sql, [text("a"), text("b", { default: "x" })])).replace(/\s+/g, " ")).toBe(
    "select 1 where true and b = {{ params.b }}",
  );
  expect(sqlOf("select {{a}}", [text("a")])).toBe("select null");
  const { document, notes } = make("select {{a}}", [text("a", { required: true })]);
  expect(document.parameters).toEqual({ a: { type: "text" } });
  expect(notes).toEqual(["{{a}}: It has no usual value. Give it one, or a scheduled run has none."]);
});

it.each([
  ["Active learners, by day", "active_learners_by_day"],
  ["2026: Zoë's", "zoe_s"],
  ["学习", "nightly_table"],
  ["x".repeat(80), "x".repeat(50)],
])("names a table by %s", (title, name) => {
  expect(slugOf(title)).toBe(name);
});
