import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  endStageWarehouse,
  runStage,
  type StageEnd,
  type StageRequest,
  type StageWarehouse,
  startStageWarehouse,
} from "@/lib/testing/stages";

/** What a dry run says that a write would do is what the write then does; and the dry run itself leaves no trace. */

let warehouse: StageWarehouse;
beforeAll(async () => {
  warehouse = await startStageWarehouse();
}, 60_000);
afterAll(() => endStageWarehouse(warehouse));
const admin = (sql: string) => warehouse.server.admin<Record<string, unknown>>(sql);
beforeEach(() => admin("drop table if exists mart.t, mart.source, mart._sluice_runs, mart._sluice_tables cascade"));

const all = { rows: null };
/** Every table of the schema with its content, as one text. */
const trace = async () =>
  JSON.stringify(await admin("select schemaname, relname, n_live_tup from pg_stat_user_tables order by 1, 2")) +
  JSON.stringify((await exists()) ? await admin("select t::text, xmin::text from mart.t order by 1") : null);
const exists = async () => (await admin("select to_regclass('mart.t') as t"))[0]?.t !== null;

const stage = (id: string, params: object, more: Partial<StageRequest>) =>
  runStage(id, {
    reach: { warehouse, source: warehouse },
    params: { warehouse: "w", table: "mart.t", ...params },
    ...more,
  });
const load = (params: object, csv: string, more: Partial<StageRequest> = {}) =>
  stage("load-table", params, { inputs: { rows: { format: "csv", files: { "a.csv": csv } } }, ...more });

/** Adds, changes and deletes as a real write counts them. */
function done({ metrics = {} }: NonNullable<StageEnd["result"]>) {
  return { adds: metrics.added ?? 0, changes: metrics.changed ?? 0, deletes: metrics.replaced ?? 0 };
}

const before = "day,n,word\n2026-03-01,1,one\n2026-03-01,2,two\n2026-03-01,3,\n";
const next = "day,n,word\n2026-03-01,2,two\n2026-03-01,3,three\n2026-03-01,4,four\n2026-03-01,5,five\n";

describe.each([
  [{ mode: "append" }, { adds: 4, changes: 0, deletes: 3 }],
  [{ mode: "replace" }, { adds: 4, changes: 0, deletes: 3 }],
  [
    { mode: "merge", key: ["n"] },
    { adds: 2, changes: 1, deletes: 0 },
  ],
  [
    { mode: "partition-overwrite", time_column: "day" },
    { adds: 4, changes: 0, deletes: 3 },
  ],
])("of load-table by %j", (params, expected) => {
  it("a plan says what the write then does, over a table that is there", async () => {
    expect((await load(params, before)).code).toBe(0);
    const left = await trace();
    const dry = await load(params, next, { dry: all });
    expect(dry).toMatchObject({ code: 0, result: { rows: 4, plan: expected } });
    expect(await trace()).toBe(left);
    const real = await load(params, next);
    expect(done(real.result ?? {})).toEqual(expected);
  });

  it("a plan says that a table would be made, and makes none, nor any other", async () => {
    const dry = await load(params, before, { dry: all });
    expect(dry.result?.plan).toEqual({
      ...{ adds: 3, changes: 0, deletes: 0 },
      note: "mart.t is not there yet: it is made with 3 columns.",
    });
    expect(await admin("select relname from pg_class where relnamespace = 'mart'::regnamespace")).toEqual([]);
  });
});

it.each([
  [{ mode: "merge", key: ["n"] }, "n,word\n1,a\n1,b\n", /n = .*1.* is there more than once/],
  [{ mode: "merge", key: ["n"] }, "n,word\n,a\n", /1 of the rows have no value in the key/],
  [{ mode: "merge", key: ["m"] }, "n,word\n1,a\n", /no column "m" of the key/],
  [{ mode: "append" }, "n,word\n1,a\nx,b\n", /Behind row 0: invalid input syntax for type integer: "x"/],
  [{ mode: "append" }, "n,words\n1,a\n", /mart\.t has no column "words"/],
  [{ mode: "append", table: "other.t" }, "n\n1\n", /may not write in the schema other/],
  [
    { mode: "partition-overwrite", time_column: "day" },
    "day,n\n2026-03-02,1\n",
    /1 of the rows are not of this interval/,
  ],
])("refuses as the write would: %j", async (params, csv, message) => {
  await admin(
    "create table mart.t (day date, n integer, word text, _sluice_run bigint); grant select, insert, update, delete on mart.t to writer; grant select on mart.t to reader",
  );
  const dry = await load(params, csv, { dry: all, schemas: ["mart"] });
  expect(dry.code).toBe(1);
  expect(dry.result?.error?.message).toMatch(message);
});

it("replaces nobody's table in a plan either, and says what its reader may not look at", async () => {
  await admin(`create table mart.t as select 1 as n; grant select on mart.t to reader;
    create table mart._sluice_tables (name text primary key, pipeline text, stage text, at timestamptz default now());
    grant select on mart._sluice_tables to reader`);
  const refused = await load({ mode: "replace" }, "n\n1\n", { dry: all, schemas: ["mart"] });
  expect(refused.result?.error?.message).toMatch(/was not made by Sluice/);
  await admin("revoke select on mart.t from reader; alter table mart.t owner to writer");
  const dry = await load({ mode: "merge", key: ["n"] }, "n\n1\n2\n", { dry: all });
  expect(dry.result?.plan).toEqual({
    ...{ adds: null, changes: null, deletes: 0 },
    note: "The reader may not look at mart.t, so what changes there is not known.",
  });
});

it("copies in a plan what a copy would, full and incremental, over more rows than come at once", async () => {
  await admin(`create table mart.source as select n as id, n % 7 as v, timestamptz '2026-03-01Z' + n * interval '1 s' as at
    from generate_series(1, 12000) n; grant select on mart.source to reader`);
  const full = { source: "w", source_table: "mart.source", mode: "full" };
  const first = await stage("replicate-table", full, { dry: all });
  expect(first.result).toMatchObject({ rows: 12_000, plan: { adds: 12_000, changes: 0, deletes: 0 } });
  expect((await stage("replicate-table", full, {})).code).toBe(0);
  await admin(
    "update mart.source set v = 99, at = now() where id <= 40; insert into mart.source values (20000, 1, now())",
  );
  const incremental = { ...full, mode: "incremental", key: ["id"], cursor: "at" };
  const dry = await stage("replicate-table", incremental, { dry: all });
  expect(dry.result?.plan).toEqual({ adds: 1, changes: 40, deletes: 0 });
  const whole = await stage("replicate-table", { ...incremental, cursor: "id", key: ["id"] }, { dry: { rows: 3 } });
  expect(whole.result?.plan?.note).toBe("Of the first 3 rows that were read.");
  const real = await stage("replicate-table", incremental, {});
  expect(done(real.result ?? {})).toEqual({ adds: 1, changes: 40, deletes: 0 });
});

it("plans a query's table, incremental rows and a view, as a reader", async () => {
  await admin(
    "create table mart.source as select n as id, 'x' || n as v from generate_series(1, 50) n; grant select on mart.source to reader, writer",
  );
  const sql = (text: string) => ({ sql: { sql: { sql: text, values: [] } } });
  const table = await stage("sql-transform", { as: "table" }, { ...sql("select * from mart.source"), dry: all });
  expect(table.result).toMatchObject({ rows: 50, plan: { adds: 50, deletes: 0 } });
  const merged = { as: "incremental", mode: "merge", key: ["id"] };
  expect((await stage("sql-transform", merged, sql("select * from mart.source"))).code).toBe(0);
  const changed = sql(
    "select id, case when id < 4 then 'y' else v end as v from mart.source union all select 99, 'new'",
  );
  const dry = await stage("sql-transform", merged, { ...changed, dry: all });
  expect(dry.result?.plan).toEqual({ adds: 1, changes: 3, deletes: 0 });
  const real = await stage("sql-transform", merged, changed);
  expect(done(real.result ?? {})).toEqual({ adds: 1, changes: 3, deletes: 0 });
  const view = await stage("sql-transform", { as: "view", table: "mart.v" }, { ...sql("select 1 as n"), dry: all });
  expect(view.result?.plan).toMatchObject({
    adds: 0,
    note: expect.stringMatching(/^Makes the view mart\.v with 1 columns/),
  });
  expect(await admin("select to_regclass('mart.v')::text as v")).toEqual([{ v: null }]);
});

it("says which right a write lacks that makes temporary tables", async () => {
  await admin("revoke temporary on database postgres from public");
  const merged = await load({ mode: "merge", key: ["n"] }, "n\n1\n").finally(() =>
    admin("grant temporary on database postgres to public"),
  );
  expect(merged.result?.error).toEqual({
    message: "The writer may not make temporary tables, which the rows pass through.",
    hint: "Let the warehouse's owner run: grant temporary on database … to the writer.",
  });
});

it("reads a sample only", async () => {
  await admin(
    "create table mart.source as select n as id from generate_series(1, 5000) n; grant select on mart.source to reader",
  );
  const end = await stage(
    "sql-extract",
    {},
    {
      sql: { sql: { sql: "select id from mart.source order by id desc", values: [] } },
      outputs: { rows: { format: "csv" } },
      dry: { rows: 10 },
    },
  );
  expect(end.result).toMatchObject({ rows: 10 });
});
