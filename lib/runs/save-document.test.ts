import { expect, it } from "vitest";
import type { ParameterValues } from "@/lib/executions/schema";
import { saveDocument } from "./save-document";

const place = {
  ...{ execution: "e", warehouse: { id: "w", name: "demo" }, team: "growth" },
  ...{ schema: "scratch", table: "kept" },
};
const make = (sql: string, parameters: ParameterValues = {}, engine = "postgres", into = "postgres") =>
  saveDocument("save_1", { engine, warehouse: "demo", sql, parameters }, { ...place, engine: into }, false);

it("reads as the reader and writes beside it, in one stage, and keeps what is there", () => {
  expect(make("select 1 as n;\n")).toEqual({
    document: {
      name: "save_1",
      stages: [
        {
          id: "save",
          operator: "copy-query@1",
          params: {
            ...{ source: "demo", sql: "select 1 as n", warehouse: "demo", table: "scratch.kept" },
            existing: "stop",
          },
        },
      ],
    },
    params: {},
  });
});

it("binds values, whatever they hold and are called, and leaves quoted braces alone", () => {
  const sql =
    "select '{{Land}}', '{{1,2}}' -- {{Land}}\nwhere c = {{Land}} and d = {{Land}} and k = any({{p1}}) and n = {{none}}";
  const { document, params } = make(sql, { Land: "'; drop table x; --", p1: ["a", "b"], none: null, n: 1 });
  expect(document.stages[0]?.params?.sql).toBe(
    "select '{{Land}}', '{{1,2}}' -- {{Land}}\nwhere c = {{ params.p1 }} and d = {{ params.p1 }} and k = any({{ params.p2 }}) and n = {{ params.p3 }}",
  );
  expect(params).toEqual({ p1: "'; drop table x; --", p2: ["a", "b"], p3: null });
});

it.each([
  ["mysql", "postgres"],
  ["postgres", "duckdb"],
  ["duckdb", "duckdb"],
])("hands rows of %s over to %s in a file", (from, into) => {
  const { document } = make("select 1", {}, from, into);
  expect(document.stages.map(({ operator }) => operator)).toEqual(["sql-extract@1", "load-table@1"]);
  expect(document.stages[1]?.params).toMatchObject({ mode: "replace", existing: "stop" });
});
