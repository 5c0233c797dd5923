import { readFileSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { checkManifest } from "@/lib/operators/check-manifest";
import {
  endStageWarehouse,
  runStage,
  type StageRequest,
  type StageWarehouse,
  startStageWarehouse,
} from "@/lib/testing/stages";

let warehouse: StageWarehouse;
beforeAll(async () => {
  warehouse = await startStageWarehouse();
}, 60_000);
afterAll(() => endStageWarehouse(warehouse));
const admin = (sql: string) => warehouse.server.admin<Record<string, unknown>>(sql);
const tables = "mart.loaded, mart.seen, mart.daily, mart.copied";
beforeEach(() => admin(`drop table if exists ${tables} cascade; drop view if exists mart.shown`));

const load = (params: object, input: StageRequest["inputs"], more: Partial<StageRequest> = {}) =>
  runStage("load-table", {
    reach: { warehouse },
    params: { warehouse: "w", table: "mart.loaded", mode: "append", ...params },
    inputs: input as StageRequest["inputs"],
    ...more,
  });
const csv = (text: string) => ({ rows: { format: "csv" as const, files: { "a.csv": text } } });
const rowsOf = async (table = "mart.loaded", columns = "*") =>
  (await admin(`select r::text from (select ${columns} from ${table}) r order by 1`)).map(({ r }) => r);

it.each(["sql-extract", "sql-transform", "load-table", "replicate-table", "copy-query", "expect"])(
  "%s has a manifest that holds",
  (id) => {
    expect(checkManifest(JSON.parse(readFileSync(`operators/${id}/operator.json`, "utf8")))).not.toHaveProperty(
      "problems",
    );
  },
);

it("extracts what a reader sees, with bound values, to each format", async () => {
  await admin(`create table mart.seen as select n as id, 'name ' || n as name, n * 1.25::numeric(10,2) as price,
    timestamptz '2026-03-01 00:00:00Z' + n * interval '1 hour' as at, case when n = 3 then '' when n = 4 then null else 'x' end as note
    from generate_series(1, 1000) n; grant select on mart.seen to reader`);
  const sql = {
    sql: "select *, '$1 is no value' as costs -- $2\n from mart.seen where at >= $1 and at < $2 and id > $3 and name <> all ($4) order by id; -- the end",
    values: ["2026-03-01T00:00:00Z", "2026-03-01T06:00:00Z", 1, ["x", 'a "b", \\c']],
  };
  for (const format of ["parquet", "csv", "ndjson"] as const) {
    const end = await runStage("sql-extract", {
      reach: { warehouse },
      params: { warehouse: "w" },
      sql: { sql },
      outputs: { rows: { format } },
    });
    expect(end).toMatchObject({ code: 0, result: { rows: 4 } });
    const file = path.join(end.out, "rows", `part-0.${format}`);
    if (format !== "parquet") {
      expect(readFileSync(file, "utf8").split("\n")[0]).toMatch(
        format === "csv" ? /^id,name,price,at,note,costs$/ : /^\{"id":2,/,
      );
      continue;
    }
    const duck = await (await DuckDBInstance.create()).connect();
    await duck.run("set TimeZone = 'UTC'");
    const read = await duck.runAndReadAll(
      `select * replace ("at"::varchar as "at", price::varchar as price) from '${file}'`,
    );
    expect(read.getRows()[1]).toEqual([3, "name 3", "3.75", "2026-03-01 03:00:00+00", "", "$1 is no value"]);
    expect(read.getRows()[2]?.[4]).toBeNull();
  }
});

it.each([
  ["select nope from mart.seen", /column "nope" does not exist \(line 1, column 8\)/],
  ["select 1; drop table mart.seen", /multiple commands/],
  ["select 1) to stdout; commit; --", /syntax error/],
  ["delete from mart.seen returning 1", /syntax error|read-only/],
  [
    "with gone as (delete from mart.seen returning id) select * from gone",
    /permission denied|must be at the top level|read-only/,
  ],
  ["select 1 as a, 2 as a", /Two columns are called "a"/],
])("extracts nothing by %s", async (sql, message) => {
  await admin("create table mart.seen as select 1 as id; grant select on mart.seen to reader");
  const end = await runStage("sql-extract", {
    reach: { warehouse },
    params: { warehouse: "w" },
    sql: { sql: { sql, values: [] } },
    outputs: { rows: { format: "parquet" } },
  });
  expect(end.code).toBe(1);
  expect(end.result?.error?.message).toMatch(message);
  expect(end.result?.error?.field).toBe("sql");
  expect(await rowsOf("mart.seen")).toEqual(["(1)"]);
});

it("appends: a retry adds no row twice, and another interval's rows stay", async () => {
  const first = await load({}, csv("day,n\n2026-03-01,1\n2026-03-01,2\n"));
  expect(first).toMatchObject({ code: 0, result: { rows: 2, metrics: { added: 2, replaced: 0 } } });
  await load({}, csv("day,n\n2026-03-02,3\n"), { runKey: "daily/one/next" });
  const again = await load({}, csv("day,n\n2026-03-01,1\n2026-03-01,5\n"));
  expect(again.result?.metrics).toEqual({ added: 2, replaced: 2 });
  expect(await rowsOf("mart.loaded", "day, n")).toEqual(["(2026-03-01,1)", "(2026-03-01,5)", "(2026-03-02,3)"]);
  const types = await admin(
    "select data_type as t from information_schema.columns where table_name = 'loaded' order by ordinal_position",
  );
  expect(types.map(({ t }) => t)).toEqual(["date", "bigint", "bigint"]);
});

it("tells empty text from none, and keeps what needs quotes", async () => {
  await admin("create table mart.loaded (a text, b text); alter table mart.loaded owner to writer");
  const end = await load({ mode: "merge", key: ["a"] }, csv('a,b\n1,""\n2,\n"3,""x""","line\nbreak"\n\\.,z\n'));
  expect(end).toMatchObject({ code: 0, result: { metrics: { added: 4 } } });
  expect(await admin("select a, b from mart.loaded order by a")).toEqual([
    { a: "1", b: "" },
    { a: "2", b: null },
    { a: '3,"x"', b: "line\nbreak" },
    { a: "\\.", b: "z" },
  ]);
});

it("writes nothing of a load whose 900,000th row is bad, and names the row", async () => {
  await admin(
    "create table mart.loaded (id int primary key, note text, n int); alter table mart.loaded owner to writer",
  );
  const lines = Array.from({ length: 900_050 }, (_, n) => `${n + 1},"two\nlines",${n === 899_999 ? "12x" : n}`);
  const end = await load({ mode: "partition-overwrite", time_column: "note" }, csv(`id,note,n\n${lines.join("\n")}\n`));
  expect(end.result?.error?.message).toMatch(/note is text, and no date/);
  const bad = await load({ mode: "replace" }, csv(`id,note,n\n${lines.join("\n")}\n`), { schemas: null });
  expect(bad.code).toBe(1);
  expect(bad.result?.error).toMatchObject({ row: 900_000, field: "n" });
  expect(bad.result?.error?.message).toBe(
    'Row 900000, column n: invalid input syntax for type integer: "12x" (its value begins with "12x"). Nothing was written.',
  );
  expect(await rowsOf()).toEqual([]);
  expect(await admin("select relname from pg_class where relname like 'sluice_new%'")).toEqual([]);
});

it("replaces: beside, with indexes, keys, grants and comments, and only what Sluice made", async () => {
  await load({ mode: "replace" }, csv("id,n\n1,1\n2,2\n"));
  await admin(`alter table mart.loaded add primary key (id); create index loaded_n on mart.loaded (n) where n > 0;
    alter table mart.loaded alter n set default 7; comment on column mart.loaded.n is 'a number';
    create role shown; grant select on mart.loaded to shown`);
  const [before] = await admin("select 'mart.loaded'::regclass::oid as oid");
  const end = await load({ mode: "replace" }, csv("id,n\n3,3\n"));
  expect(end).toMatchObject({ code: 0, result: { rows: 1, metrics: { replaced: 2 } } });
  expect(await rowsOf()).toEqual(["(3,3)"]);
  expect(await admin("select 'mart.loaded'::regclass::oid as oid")).not.toEqual([before]);
  expect(await admin("select indexname as i from pg_indexes where tablename = 'loaded' order by 1")).toEqual([
    { i: "loaded_n" },
    { i: "loaded_pkey" },
  ]);
  expect(
    await admin(`select has_table_privilege('shown', 'mart.loaded', 'select') as may, col_description('mart.loaded'::regclass, 2) as said,
      (select column_default from information_schema.columns where table_name = 'loaded' and column_name = 'n') as n`),
  ).toEqual([{ may: true, said: "a number", n: "7" }]);
  await admin("drop owned by shown; drop role shown");
  await admin("create table mart.seen (id int); alter table mart.seen owner to writer");
  const theirs = await load({ mode: "replace", table: "mart.seen" }, csv("id\n1\n"));
  expect(theirs.result?.error?.message).toMatch(/mart.seen was not made by Sluice \(it belongs to writer\)/);
  expect((await load({ mode: "replace", table: "mart.seen" }, csv("id\n1\n"), { schemas: null })).code).toBe(0);
});

it("replaces the rows inside a table that views stand on", async () => {
  await load({ mode: "replace" }, csv("id,n\n1,1\n"));
  await admin("create view mart.shown as select n from mart.loaded");
  expect((await load({ mode: "replace" }, csv("id,n\n3,3\n4,4\n"))).code).toBe(0);
  expect(await rowsOf("mart.shown")).toEqual(["(3)", "(4)"]);
  const wider = await load({ mode: "replace" }, csv("id,n,more\n3,3,x\n"));
  expect(wider.result?.error?.message).toMatch(/has no column "more", and cannot get it/);
});

it("merges: changes, adds, leaves alone; and refuses keys that are missing or double", async () => {
  const params = { mode: "merge", key: ["id"] };
  await load(params, csv("id,n\n1,1\n2,2\n3,3\n"));
  const end = await load(params, csv("id,n\n2,2\n3,30\n4,4\n"));
  expect(end.result?.metrics).toEqual({ added: 1, changed: 1, unchanged: 1 });
  expect(await rowsOf()).toEqual(["(1,1)", "(2,2)", "(3,30)", "(4,4)"]);
  expect((await load(params, csv("id,n\n5,5\n5,6\n"))).result?.error?.message).toMatch(/id = \{5\} is there 2 times/);
  expect((await load(params, csv("id,n\n,5\n"))).result?.error?.message).toMatch(
    /1 of the rows have no value in the key/,
  );
  expect(await rowsOf()).toHaveLength(4);
});

it("overwrites the interval in its zone, and refuses rows outside of it", async () => {
  await admin(
    "create table mart.loaded (day date, n int); alter table mart.loaded owner to writer; insert into mart.loaded values ('2026-03-01', 1), ('2026-03-02', 2), ('2026-03-03', 3)",
  );
  const params = { mode: "partition-overwrite", time_column: "day" };
  const interval = { from: "2026-03-01T18:15:00Z", to: "2026-03-02T18:15:00Z", timeZone: "Asia/Kathmandu" };
  const end = await load(params, csv("day,n\n2026-03-02,20\n2026-03-02,21\n"), { interval });
  expect(end).toMatchObject({ code: 0, result: { metrics: { added: 2, replaced: 1 } } });
  expect(await rowsOf()).toEqual(["(2026-03-01,1)", "(2026-03-02,20)", "(2026-03-02,21)", "(2026-03-03,3)"]);
  const outside = await load(params, csv("day,n\n2026-03-02,5\n2026-03-03,6\n"), { interval });
  expect(outside.result?.error?.message).toMatch(/1 of the rows are not of this interval.*day is 2026-03-03/);
  expect(await rowsOf()).toHaveLength(4);
});

it("writes only in granted schemas, and says which columns are missing", async () => {
  const end = await load({ table: "public.x" }, csv("id\n1\n"));
  expect(end.result?.error).toMatchObject({
    field: "table",
    message: expect.stringMatching(/may not write in the schema public. It may write in mart/),
  });
  await load({}, csv("id\n1\n"));
  expect((await load({}, csv("idd\n1\n"))).result?.error?.message).toMatch(/has no column "idd". It has: id\./);
});

it("lets no late attempt write once a later one was there", async () => {
  expect((await load({}, csv("n\n1\n"), { token: 50_002, runKey: "late" })).code).toBe(0);
  const late = await load({}, csv("n\n2\n"), { token: 50_001, runKey: "late" });
  expect(late.result?.error?.message).toMatch(/A later attempt of this stage has taken over/);
  expect(await rowsOf("mart.loaded", "n")).toEqual(["(1)"]);
});

const transform = (params: object, sql: string, values: unknown[] = [], more: Partial<StageRequest> = {}) =>
  runStage("sql-transform", {
    reach: { warehouse },
    params: { warehouse: "w", table: "mart.daily", ...params },
    sql: { sql: { sql, values } },
    ...more,
  });

it("keeps a query as a view, a table, and by the interval", async () => {
  expect((await transform({ as: "view", table: "mart.shown" }, "select 1 as n")).code).toBe(0);
  expect(await rowsOf("mart.shown")).toEqual(["(1)"]);
  const made = await transform({ as: "table" }, "select n, $1::date as day from generate_series(1, $2) n", [
    "2026-03-01",
    3,
  ]);
  expect(made).toMatchObject({ code: 0, result: { rows: 3 } });
  const by = { as: "incremental", mode: "partition-overwrite", time_column: "day" };
  for (const n of [7, 8])
    expect((await transform(by, `select ${n} as n, $1::date as day`, ["2026-03-01"])).code).toBe(0);
  expect(await rowsOf("mart.daily")).toEqual(["(8,2026-03-01)"]);
  expect((await transform({ as: "view", table: "mart.shown" }, "select $1 as n", [1])).result?.error?.message).toMatch(
    /A view has no interval/,
  );
});

it("lets no late attempt put its view in the place of a later one's", async () => {
  const view = (sql: string, token: number) =>
    transform({ as: "view", table: "mart.shown" }, sql, [], { token, runKey: "late view" });
  const late = /A later attempt of this stage has taken over/;
  expect((await view("select 2 as n", 60_002)).code).toBe(0);
  expect((await view("select 1 as n", 60_001)).result?.error?.message).toMatch(late);
  // Overtaken between its first word and the transaction that makes the view.
  await admin(`create or replace function mart.overtake() returns trigger language plpgsql as $$ begin
      update mart._sluice_runs set token = 60004 where run = new.run; return null; end $$;
    create trigger overtake after update on mart._sluice_runs for each row when (new.token = 60003)
      execute function mart.overtake()`);
  try {
    expect((await view("select 3 as n", 60_003)).result?.error?.message).toMatch(late);
  } finally {
    await admin("drop trigger overtake on mart._sluice_runs; drop function mart.overtake()");
  }
  expect(await rowsOf("mart.shown")).toEqual(["(2)"]);
});

it("lets a transform's SQL change nothing by itself", async () => {
  await admin(`create table mart.seen (n int); alter table mart.seen owner to writer;
    create or replace function mart.sneaky() returns int language plpgsql as $$ begin
      perform set_config('transaction_read_only', 'off', true); insert into mart.seen values (1); return 1; end $$`);
  for (const sql of [
    "select mart.sneaky() as n",
    "with w as (insert into mart.seen values (2) returning n) select * from w",
  ]) {
    expect((await transform({ as: "table" }, sql)).code).toBe(1);
    expect(await rowsOf("mart.seen")).toEqual([]);
  }
});

const replicate = (params: object, more: Partial<StageRequest> = {}) =>
  runStage("replicate-table", {
    reach: { source: warehouse, warehouse },
    params: { source: "s", warehouse: "w", source_table: "mart.seen", table: "mart.copied", mode: "full", ...params },
    ...more,
  });

it("replicates: in full, with columns left out and hidden, and by a cursor", async () => {
  await admin(`create type mood as enum ('glad'); create table mart.seen (id int primary key, mail text, at timestamptz, mood mood, tags text[], doc jsonb);
    grant select on mart.seen to reader;
    insert into mart.seen select n, 'a' || n || '@x', timestamptz '2026-03-01Z' + n * interval '1 s', 'glad', array['a', 'b "c"'], '{"a": [1, null]}' from generate_series(1, 50) n`);
  const hidden = { drop_columns: ["tags"], hash_columns: ["mail"] };
  expect(await replicate(hidden, { secrets: { salt: "pepper" } })).toMatchObject({ code: 0, result: { rows: 50 } });
  expect(
    await admin("select mail = encode(sha256('peppera7@x'), 'hex') as same, mood, doc from mart.copied where id = 7"),
  ).toEqual([{ same: true, mood: "glad", doc: { a: [1, null] } }]);
  expect(
    await admin("select column_name as c from information_schema.columns where table_name = 'copied'"),
  ).toHaveLength(5);
  await admin("alter table mart.seen rename mail to email");
  expect((await replicate(hidden)).result?.error).toMatchObject({
    field: "hash_columns",
    message: expect.stringMatching(/no column "mail" any more/),
  });
  await admin("drop table mart.copied");
  const grows = { mode: "incremental", cursor: "at", key: ["id"] };
  expect((await replicate(grows)).result?.metrics).toEqual({ added: 50, changed: 0, unchanged: 0 });
  await admin(
    "update mart.seen set email = 'new', at = at + interval '1 day' where id = 3; insert into mart.seen (id, at) values (51, '2026-03-01 00:00:50Z')",
  );
  expect((await replicate(grows)).result?.metrics).toEqual({ added: 1, changed: 1, unchanged: 1 });
  expect((await replicate(grows)).result?.metrics).toEqual({ added: 0, changed: 0, unchanged: 1 });
  await admin("drop table mart.seen, mart.copied; drop type mood");
});

it("expects: says all that is not as expected, and passes what is", async () => {
  await admin(`create table mart.seen as select n as id, case when n < 3 then null else 'view' end as kind, n % 5 as part,
      timestamptz '2026-03-01Z' + n * interval '1 hour' as at from generate_series(1, 30) n;
    create table mart.daily as select 1 as part; grant select on mart.seen, mart.daily to reader`);
  const expects = (params: object, sql?: string) =>
    runStage("expect", {
      reach: { warehouse },
      params: { warehouse: "w", table: "mart.seen", ...params },
      ...(sql ? { sql: { sql: { sql, values: ["part", 9] } } } : {}),
    });
  const well = [
    { kind: "not_null", column: "id" },
    { kind: "unique", column: "id" },
    { kind: "accepted_values", column: "kind", values: ["view", "it's"] },
    { kind: "row_count", least: 30, most: 30 },
    { kind: "between", column: "part", least: 0, most: 4 },
  ];
  expect(await expects({ checks: well })).toMatchObject({ code: 0, result: { metrics: { checks: 5 } } });
  const badly = [
    { kind: "not_null", column: "kind" },
    { kind: "unique", column: "part" },
    { kind: "accepted_values", column: "kind", values: ["quiz"] },
    { kind: "relationships", column: "part", to_table: "mart.daily" },
    { kind: "row_count", least: 31 },
    { kind: "between", column: "id", most: 28 },
    { kind: "freshness", column: "at", within: "1h" },
  ];
  const end = await expects({ checks: badly }, "select id from mart.seen where $1 = 'part' and id > $2");
  expect(end.result?.error?.message).toBe(
    "8 of 8 expectations are not met. Expected: kind is filled in, and 2 rows are not; part is different in every row, and 5 values stand in several rows; kind is one of quiz, and 28 rows are not; part stands in mart.daily, and 24 rows are not; there are at least 31 rows, and there are 30; id is between anything and 28, and 2 rows are not; the latest at is of the last 1 hour, and it is 2026-03-02 06:00:00+00; the SQL finds no rows, and it finds 21.",
  );
  const day = { checks: [{ kind: "row_count", least: 23, most: 23 }], time_column: "at" };
  expect((await expects(day)).code).toBe(0);
  const unknown = await expects({ checks: [{ kind: "unique", column: "nope" }] });
  expect(unknown.result?.error).toMatchObject({
    field: "checks.0",
    message: expect.stringMatching(/"nope" does not exist/),
  });
});

it("keeps a query's rows as a reader sees them, and stops at a table that another stage has made", async () => {
  await admin(`create table mart.seen as select n as id, n / 3.0 as third, array[n::text, 'a "b"'] as words
    from generate_series(1, 3) n; grant select on mart.seen to reader; create table mart.hidden as select 1 as n;
    alter table mart.hidden owner to writer; revoke all on mart.hidden from reader`);
  const copy = (sql: string, params: object = {}, more: Partial<StageRequest> = {}) =>
    runStage("copy-query", {
      reach: { source: warehouse, warehouse },
      params: { source: "w", warehouse: "w", table: "mart.copied", existing: "stop", ...params },
      sql: { sql: { sql, values: [2] } },
      ...more,
    });
  const all = "select * from mart.seen where id >= $1";
  expect(await copy(all)).toMatchObject({ code: 0, result: { rows: 2, metrics: { added: 2, replaced: 0 } } });
  const types = `select string_agg(format_type(atttypid, atttypmod), ', ' order by attnum) as t from pg_attribute
    where attrelid = 'mart.copied'::regclass and attnum > 0`;
  expect(await admin(types)).toEqual([{ t: "integer, numeric, text[]" }]);
  // Its own it replaces: an attempt before may not have lived to tell.
  expect(await copy(all, {}, { token: 100 })).toMatchObject({ code: 0, result: { metrics: { replaced: 2 } } });
  await admin("update mart._sluice_tables set pipeline = 'another' where name = 'copied'");
  const stopped = await copy("select $1::int as id", {}, { token: 101 });
  expect(stopped.result?.error).toMatchObject({ field: "table", message: expect.stringContaining("is there already") });
  expect(await rowsOf("mart.copied", "id")).toEqual(["(2)", "(3)"]);
  expect((await copy("select $1::int as id", { existing: "replace" }, { token: 102 })).code).toBe(0);
  const hidden = await copy("select n + $1 from mart.hidden", { table: "mart.loaded" }, { token: 103 });
  expect(hidden.result?.error?.message).toMatch(/permission denied/);
  await admin("drop table mart.hidden");
});
