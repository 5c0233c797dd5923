import { type Knows, lint } from "@/lib/pipelines/lint";
import { testManifests } from "./manifests";

/** A document that is right, a world that it fits, and the ways in which tests make it wrong. */

export const operators = {
  manifests: testManifests,
  broken: [{ id: "half", problems: [{ at: "version", message: "Write a version as 1.0.0." }] }],
};
const tables: Record<string, string[]> = { "public.events": ["id", "at", "country"], "mart.daily": ["day", "score"] };
export const knows: Knows = {
  warehouses: [
    { name: "demo", engine: "postgres", writer: true },
    { name: "archive", engine: "postgres", writer: false },
    { name: "lake", engine: "bigquery", writer: true },
    { name: "busy", engine: "redshift", writer: false },
  ],
  schemas: (warehouse) => (warehouse === "demo" ? ["mart"] : null),
  table: (_, table) => (tables[table] ? { columns: tables[table] } : null),
  secrets: ["smtp"],
  variables: ["bucket"],
  teams: ["growth"],
  told: { people: ["ana@example.com"], teams: ["growth"] },
  refusedAddress: (url) => (url.includes("10.0.0.1") ? "10.0.0.1 lies in a private network." : null),
};

export const extract = {
  id: "extract",
  operator: "sql-extract@1",
  params: { warehouse: "demo", sql: "select 1" },
  outputs: { rows: "parquet" },
};
export const load = {
  id: "load",
  operator: "load-table@1",
  params: { warehouse: "demo", table: "mart.daily" },
  inputs: { rows: "extract.rows" },
};
export const python = {
  id: "score",
  operator: "python@1",
  params: { code: "print('{{ not ours }}')" },
  inputs: { rows: "extract.rows" },
  outputs: { out: "csv" },
};
export const mail = { id: "tell", operator: "mail@1", params: { to: ["a@b.c"] } };

export const right = {
  name: "daily",
  owner: "growth",
  triggers: [{ cron: "15 6 * * *", timezone: "America/New_York", missed: "latest" }, { at: "2027-01-31T08:00:00Z" }],
  env: { COUNTRY: "US", DAY: "{{ interval.from | date }}", BUCKET: "{{ var.bucket }}" },
  parameters: { since: { type: "date", default: "2026-01-01" }, least: { type: "number", default: 1 } },
  stages: [
    {
      ...extract,
      params: {
        warehouse: "demo",
        sql: "select * from e where at >= {{ interval.from }} and c = {{ env.COUNTRY }}; -- {{ x }}",
      },
    },
    { ...python, params: { code: "f'{{x}}'", rows: "{{ params.least }}" } },
    {
      ...load,
      inputs: { rows: { from: "score.out", format: "parquet" } },
      params: { ...load.params, mode: "merge", key: ["day"] },
    },
    {
      ...mail,
      after: ["load"],
      params: { ...mail.params, subject: "{{ stages.score.params.top | upper }}", token: { secret: "smtp" } },
    },
  ],
};

export const said = (document: unknown, known: Knows | null = knows) =>
  lint(document, operators, known ?? undefined).map(
    ({ severity, stage, field, message, fix }) =>
      `${severity === "warning" ? "(odd) " : ""}${stage ?? "-"} ${field} | ${message} | ${fix}`,
  );

/** Stages in place of the right ones, or other keys beside them. */
export const stages = (...all: unknown[]) => ({ name: "daily", stages: all });
export const also = (more: object) => ({ name: "daily", ...more, stages: [extract] });
export const params = (stage: typeof extract | typeof load | typeof python | typeof mail, more: object) => ({
  ...stage,
  params: { ...stage.params, ...more },
});
export const select = (sql: string) => stages(params(extract, { sql }));
