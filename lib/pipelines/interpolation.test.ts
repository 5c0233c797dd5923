import { describe, expect, it } from "vitest";
import { manifestSchema } from "@/lib/operators/schema";
import { bigqueryLexis } from "@/lib/warehouses/bigquery/lexis";
import { postgresLexis } from "@/lib/warehouses/postgres/lexis";
import { bindSql, type Json, resolve, resolveEnv, type Scope, sqlTemplates } from "./interpolation";
import { resolveStage } from "./resolve-stage";

const scope: Scope = {
  // The day in New York on which clocks go back: 25 hours.
  interval: { from: "2026-11-01T04:00:00Z", to: "2026-11-02T05:00:00Z", timeZone: "America/New_York" },
  run: { id: "r1", url: "https://sluice.test/runs/r1", trigger: "cron", attempt: 2, key: "daily/load/2026-11-01" },
  pipeline: { name: "daily", version: 3 },
  stage: { id: "load" },
  env: { COUNTRY: "US", LIMIT: 10 },
  var: { bucket: "b" },
  params: { day: "2026-03-08", late: null, full: true },
  stages: { extract: { params: { rows: 12, ids: [1, 2], last: "2026-11-01T12:00:00-05:00" } } },
};

describe("a template in a text", () => {
  it.each<[string, Json]>([
    ["no template", "no template"],
    ["{{ interval.from }}", "2026-11-01T04:00:00Z"],
    ["{{interval.from|date}}", "2026-11-01"],
    ["from {{ interval.from | date }} to {{ interval.to | date }}", "from 2026-11-01 to 2026-11-02"],
    ["{{ interval.to | datetime }}", "2026-11-02 00:00:00"],
    ["{{ interval.to | iso }}", "2026-11-02T05:00:00Z"],
    ["{{ interval.to | unix }}", 1_793_595_600],
    ["{{ interval.to | month }}/{{ interval.to | year }}/{{ interval.to | hour }}", "2026-11/2026/00"],
    ["{{ interval.from | week }} {{ interval.to | week }}", "2026-W44 2026-W45"],
    ["{{ interval.to | minus: 1d | iso }}", "2026-11-01T04:00:00Z"],
    ["{{ interval.to | minus: 24h | datetime }}", "2026-11-01 01:00:00"],
    ["{{ interval.to | minus: 25h | datetime }}", "2026-11-01 00:00:00"],
    ["{{ interval.from | plus: 3mo | date }} {{ interval.from | minus: 1y | date }}", "2027-02-01 2025-11-01"],
    // The day on which clocks go forward begins an hour nearer to UTC than it ends.
    ["{{ params.day | iso }} {{ params.day | plus: 1d | iso }}", "2026-03-08T05:00:00Z 2026-03-09T04:00:00Z"],
    ["{{ run.id }}-{{ run.attempt }} {{ run.url }}", "r1-2 https://sluice.test/runs/r1"],
    ["{{ pipeline.name | upper }} {{ stage.id }}", "DAILY load"],
    ["{{ env.LIMIT }}", 10],
    ["{{ params.full }}", true],
    ["[{{ params.late }}]", "[]"],
    ["{{ stages.extract.params.rows }}", 12],
    ["{{ stages.extract.params.ids }}", [1, 2]],
    ["ids {{ stages.extract.params.ids }}", "ids [1,2]"],
    ["{{ stages.extract.params.last | date }}", "2026-11-01"],
    ["\\{{ not }} one", "{{ not }} one"],
    ["} }} {", "} }} {"],
  ])("%s", (text, value) => {
    expect(resolve(text, scope)).toEqual(value);
  });

  it.each([
    ["{{ interval.from", "These braces do not end."],
    ["{{ a {{ run.id }}", "These braces do not end."],
    ["{{ }}", "“” is no name that can be filled in."],
    ["{{ 1 + 1 }}", "“1 + 1” is no name that can be filled in."],
    ["{{ run.id; drop }}", "“run.id; drop” is no name that can be filled in."],
    ["{{ interval }}", "There is no value interval."],
    ["{{ interval.from.constructor }}", "There is no value interval.from.constructor."],
    ["{{ run.constructor }}", "There is no value run.constructor."],
    ["{{ env.__proto__ }}", "There is no value env.__proto__."],
    ["{{ env.NONE }}", "There is no value env.NONE."],
    ["{{ stages.extract.params.none }}", "The stage extract handed on no none."],
    ["{{ run.id | date }}", "run.id is “r1”, and no time."],
    ["{{ params.late | date }}", "params.late is “”, and no time."],
    ["{{ run.id | date: x y }}", "“date: x y” is no filter."],
  ])("%s cannot be filled in", (text, message) => {
    expect(() => resolve(text, scope)).toThrow(message);
  });

  it("is filled in at every depth, and keys are left alone", () => {
    expect(resolve({ "{{ run.id }}": ["{{ run.id }}", { a: "{{ env.LIMIT }}" }], b: null }, scope)).toEqual({
      "{{ run.id }}": ["r1", { a: 10 }],
      b: null,
    });
  });

  it("of env may name all but env", () => {
    expect(resolveEnv({ DAY: "{{ interval.from | date }}", N: 1 }, scope)).toEqual({ DAY: "2026-11-01", N: 1 });
    expect(() => resolveEnv({ A: "{{ env.B }}", B: "x" }, scope)).toThrow("There is no value env.B.");
  });
});

describe("a template in SQL", () => {
  const bound = (sql: string) => bindSql(sql, scope, postgresLexis);

  it("is a bound value, one for the same template twice", () => {
    expect(
      bound("select 1 where at >= {{ interval.from }} and at < {{ interval.to }} or at = {{interval.from}}"),
    ).toEqual({
      sql: "select 1 where at >= $1 and at < $2 or at = $1",
      values: ["2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
    });
    expect(bound("select {{ interval.from | date }}, {{ env.LIMIT }}, {{ stages.extract.params.ids }}")).toEqual({
      sql: "select $1, $2, $3",
      values: ["2026-11-01", 10, [1, 2]],
    });
    expect(bindSql("select {{ env.LIMIT }}", scope, bigqueryLexis)).toEqual({ sql: "select @p1", values: [10] });
  });

  it("does not grow together with its neighbours", () => {
    expect(bound("select{{ env.LIMIT }}0, x{{ env.LIMIT }}").sql).toBe("select $1 0, x $1");
  });

  it("is nothing in comments and quotes, where arrays may look like one", () => {
    const sql = "select '{{1,2},{3,4}}'::int[], $$ {{ run.id }} $$, \"{{ run.id }}\" -- {{ run.id }}\n/* {{ */";
    expect(bound(sql)).toEqual({ sql, values: [] });
    expect(sqlTemplates(sql, postgresLexis).map(({ kind, start }) => [kind, sql.slice(start, start + 4)])).toEqual([
      ["quoted", "$$ {"],
      ["quoted", '"{{ '],
    ]);
  });

  it("refuses what cannot be bound", () => {
    expect(() => bound("select {{ interval.from")).toThrow("These braces do not end.");
    expect(() => bound("select $1, {{ run.id }}")).toThrow("placeholders of its own");
    expect(bound("select $1")).toEqual({ sql: "select $1", values: [] });
  });

  it("takes what it was given for a value, whatever that looks like", () => {
    const bad = { ...scope, params: { x: "'; drop table t; -- {{ env.LIMIT }} $2" } };
    expect(bindSql("select {{ params.x }}", bad, postgresLexis)).toEqual({ sql: "select $1", values: [bad.params.x] });
    expect(resolve("{{ params.x }}", bad)).toBe(bad.params.x);
  });
});

describe("a stage's parameters", () => {
  const { id, parameters } = manifestSchema.parse({
    id: "try",
    version: "1.0.0",
    title: "Try",
    summary: "Tries.",
    group: "check",
    icon: "check",
    repeatSafe: true,
    image: "sluice/try",
    parameters: {
      type: "object",
      required: ["sql"],
      properties: {
        warehouse: { type: "string", "x-widget": "warehouse" },
        sql: { type: "string", "x-widget": "sql", "x-warehouse": "warehouse" },
        code: { type: "string", "x-widget": "code" },
        path: { type: "string", "x-template": true },
        rows: { type: "integer", "x-template": true },
        title: { type: "string", default: "none" },
        token: { type: "object", "x-widget": "secret" },
        checks: {
          type: "array",
          items: { type: "object", properties: { sql: { type: "string", "x-widget": "sql" }, at: { type: "string" } } },
        },
        headers: { type: "object", "x-template": true, additionalProperties: { type: "string" } },
      },
    },
  });
  const resolved = (given: Record<string, Json>) => resolveStage({ id, parameters }, given, scope, () => postgresLexis);

  it("are filled in where templates are allowed, and nowhere else", () => {
    const given = {
      sql: "select {{ run.id }}",
      code: "f'{{x}}' {{ run.id }}",
      path: "a/{{ interval.from | date }}",
      rows: "{{ env.LIMIT }}",
      token: { secret: "api" },
      checks: [{ sql: "select {{ env.LIMIT }}", at: "{{ run.id }}" }],
      headers: { x: "{{ run.id }}" },
    };
    expect(resolved(given)).toEqual({
      ok: true,
      stage: {
        params: {
          code: given.code,
          path: "a/2026-11-01",
          rows: 10,
          title: "none",
          checks: [{ at: "{{ run.id }}" }],
          headers: { x: "r1" },
        },
        sql: { sql: { sql: "select $1", values: ["r1"] }, "checks/0/sql": { sql: "select $1", values: [10] } },
        secrets: { token: "api" },
      },
    });
  });

  it("say every field that does not resolve, or is of the wrong kind then", () => {
    const given = { sql: "select {{ env.NONE }}", path: "{{ env.MORE }}", rows: "{{ env.COUNTRY }}" };
    expect(resolved(given)).toMatchObject({
      ok: false,
      problems: [
        { field: "sql", message: "There is no value env.NONE." },
        { field: "path", message: "There is no value env.MORE." },
        { field: "rows", message: "rows must be a whole number, and is text." },
      ],
    });
  });
});
