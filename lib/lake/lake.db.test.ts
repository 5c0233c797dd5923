import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { store } from "@/lib/platform/store/open";
import { testDatabase } from "@/lib/testing/database";
import { buildUser } from "@/lib/testing/factories";
import { askLake, buildLake, lakeConnection } from "@/lib/testing/lake";
import { removeStages, runStage, type StageRequest } from "@/lib/testing/stages";
import type { Connection } from "@/lib/warehouses/adapter";
import { adapter } from "@/lib/warehouses/duckdb";
import { sweepLakes } from "./sweep";

/** Tables of a lake as stages write them: the programs, through relays, over the catalogue in PostgreSQL. */

let lake: Connection;
let reach: NonNullable<StageRequest["reach"]>;
beforeAll(() => testDatabase());
beforeEach(async () => {
  lake = lakeConnection((await buildLake()).id);
  reach = { warehouse: { reader: lake, writer: lake } };
});
afterAll(async () => {
  await adapter.close();
  removeStages();
});

const transform = (text: string, params: object, more: Partial<StageRequest> = {}) =>
  runStage("sql-transform", {
    reach,
    params: { warehouse: "w", table: "mart.daily", as: "incremental", ...params },
    sql: { sql: { sql: text, values: [] } },
    ...more,
  });
const csv = (text: string) => ({ rows: { format: "csv" as const, files: { "a.csv": text } } });
const load = (text: string, params: object, more: Partial<StageRequest> = {}) =>
  runStage("load-table", {
    ...{ reach, params: { warehouse: "w", table: "mart.daily", ...params }, inputs: csv(text) },
    ...more,
  });
const daily = (columns = "*") => askLake(lake, `select ${columns} from mart.daily order by all`);

it("keeps a query as a table of exact types, which a view stands on and other stages read", async () => {
  const made = await transform(
    `select i as id, sum(i) over () as total, 'n' || i as name, timestamptz '2026-03-01 00:00:00Z' + to_hours(i::int) as moment,
       1.10::decimal(10,2) as price, interval '1 month 3 microseconds' as span, [i] as list, null as nothing from range(3) t(i)`,
    { as: "table" },
  );
  expect(made).toMatchObject({ code: 0, result: { rows: 3 } });
  const [first] = await daily("* replace (moment::varchar as moment)");
  expect(first).toEqual({
    ...{ id: 0, total: 3, name: "n0", price: 1.1, span: "1 month 00:00:00.000003", list: [0], nothing: null },
    moment: "2026-03-01 00:00:00+00",
  });
  const view = { table: "mart.shown", as: "view" };
  expect(await transform("select id, name from MART.Daily where id > 0;", view)).toMatchObject({ code: 0 });
  expect(await askLake(lake, "select count(*) as n from mart.shown s join mart.daily using (id)")).toEqual([{ n: 2 }]);
  const listed = await adapter.introspect(lake);
  expect(listed.map(({ schema, name, kind, rows }) => [schema, name, kind, rows])).toEqual([
    ["mart", "daily", "table", 3],
    ["mart", "shown", "view", null],
  ]);
  expect(listed[0]?.columns.map(({ type }) => type)).toEqual([
    ...[
      "BIGINT",
      "DECIMAL(38,0)",
      "VARCHAR",
      "TIMESTAMP WITH TIME ZONE",
      "DECIMAL(10,2)",
      "VARCHAR",
      "BIGINT[]",
      "INTEGER",
    ],
  ]);
  const end = await runStage("sql-extract", {
    reach,
    params: { warehouse: "w" },
    sql: { sql: { sql: "select name, id from mart.shown where id >= $1 order by id", values: ["2"] } },
    outputs: { rows: { format: "csv" } },
  });
  expect(end).toMatchObject({ code: 0, result: { rows: 1 } });
});

it("adds rows, and takes back those of an earlier try of the same run alone", async () => {
  await load("id,v\n1,a\n2,b\n", { mode: "append" });
  await load("id,v\n3,c\n", { mode: "append" }, { runKey: "another day" });
  expect(await load("id,v\n1,a\n", { mode: "append" })).toMatchObject({
    code: 0,
    result: { metrics: { replaced: 2 } },
  });
  expect(await daily()).toEqual([
    { id: 1, v: "a" },
    { id: 3, v: "c" },
  ]);
});

it("replaces no table of another where it is asked not to", async () => {
  const stop = { mode: "replace", existing: "stop" };
  expect(await load("id,v\n1,a\n", stop)).toMatchObject({ code: 0 });
  // Again, as an attempt does whose worker died before it told.
  expect(await load("id,v\n1,b\n", stop)).toMatchObject({ code: 0 });
  const other = await load("id,v\n9,z\n", stop, { runKey: "another pipeline" });
  expect(other.result?.error).toMatchObject({ field: "table", message: expect.stringMatching(/left as it is/) });
  expect(await daily()).toEqual([{ id: 1, v: "b" }]);
});

it("exchanges the interval's rows alone, and refuses rows of another time", async () => {
  const day = (n: number) => `select (date '2026-03-01' + ${n - 1}) as day, i from range(3) t(i)`;
  const mode = { mode: "partition-overwrite", time_column: "day" };
  const on = (n: number) => ({
    runKey: `day ${n}`,
    interval: { from: `2026-03-0${n}T00:00:00Z`, to: `2026-03-0${n + 1}T00:00:00Z`, timeZone: "UTC" },
  });
  await transform(`${day(1)} union all ${day(2)}`, { mode: "append" });
  expect(await transform(`${day(2)} where i > 1`, mode, on(2))).toMatchObject({
    ...{ code: 0, result: { rows: 1, metrics: { replaced: 3 } } },
  });
  expect(
    await askLake(lake, "select day::varchar as day, count(*) as n from mart.daily group by all order by all"),
  ).toEqual([
    { day: "2026-03-01", n: 3 },
    { day: "2026-03-02", n: 1 },
  ]);
  const refused = await transform(day(3), mode, on(2));
  expect(refused.result?.error).toMatchObject({
    field: "time_column",
    message: expect.stringMatching(/^3 of the rows/),
  });
});

it("changes rows by their key, and refuses empty and repeated keys", async () => {
  await load("id,v\n1,a\n2,b\n", { mode: "append" });
  const merge = { mode: "merge", key: ["id"] };
  expect(await load("id,v\n2,B\n3,c\n", merge)).toMatchObject({ result: { metrics: { added: 1, changed: 1 } } });
  expect(await daily()).toEqual([
    { id: 1, v: "a" },
    { id: 2, v: "B" },
    { id: 3, v: "c" },
  ]);
  expect((await load("id,v\n2,x\n2,y\n", merge)).result?.error).toMatchObject({ field: "key" });
  expect((await load("id,v\n,x\n", merge)).result?.error).toMatchObject({ field: "key" });
  expect((await load("id,v,more\n9,x,y\n", merge)).result?.error).toMatchObject({ field: "table" });
});

it("says what it would do and does nothing in a dry run", async () => {
  await load("id,v\n1,a\n2,b\n", { mode: "append" });
  const plan = await transform("select 7 as id", { as: "table" }, { dry: { rows: null } });
  expect(plan).toMatchObject({ code: 0, result: { plan: { adds: 1, deletes: 2 } } });
  expect(await daily("id")).toEqual([{ id: 1 }, { id: 2 }]);
});

it("lets a team write in its schemas alone, and nobody out of the sandbox", async () => {
  const elsewhere = await transform("select 1 as id", { as: "table", table: "sealed.daily" });
  expect(elsewhere.result?.error).toMatchObject({ field: "table" });
  for (const text of [
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select 1 as a) to '/tmp/sluice-out.csv'; select (1",
    "select 1 as a; select 2 as a",
    "copy (select 1) to '/tmp/sluice-out.csv'",
    "select * from given.rows",
  ])
    expect([text, (await transform(text, { as: "table" })).code]).toEqual([text, 1]);
  expect(await db().lakeTable.count({ where: { warehouseId: lake.warehouseId } })).toBe(0);
});

it("fences off an attempt that comes after a later one", async () => {
  expect(await load("id\n2\n", { mode: "replace" }, { token: 5_000 })).toMatchObject({ code: 0 });
  const late = await load("id\n1\n", { mode: "replace" }, { token: 4_999 });
  expect(late.result?.error?.message).toMatch(/later attempt/);
  expect(await daily()).toEqual([{ id: 2 }]);
});

it("does not commit for an attempt that has lost its lease, or was stopped", async () => {
  const writer = {
    runKey: "r",
    token: 1,
    pipeline: "p",
    stage: "s",
    schemas: null,
    attempt: { id: "gone", lease: "x" },
  };
  const change = {
    table: { schema: "mart", name: "t" },
    before: null,
    view: null,
    columns: [],
    retired: [],
    added: [],
  };
  await lake.lake?.raise(writer);
  await expect(lake.lake?.commit(writer, change)).rejects.toMatchObject({ detail: { code: "late_attempt" } });
  expect(await lake.lake?.find(change.table)).toBeNull();
});

it("loses no row of pipelines that write one table at once", async () => {
  await load("id\n0\n", { mode: "append" }, { runKey: "first" });
  const ends = await Promise.all([1, 2, 3].map((n) => load(`id\n${n}\n`, { mode: "append" }, { runKey: `run ${n}` })));
  expect(ends.map(({ code, result }) => [code, result?.error])).toEqual([1, 2, 3].map(() => [0, undefined]));
  expect(await daily()).toEqual([0, 1, 2, 3].map((id) => ({ id })));
});

it("keeps replaced files for who reads them, a day and as long as that runs", async () => {
  await transform("select 1 as id", { as: "table" });
  const opened = await lake.tables?.open([{ schema: "mart", name: "daily" }]);
  const reading = await statementBegunNow();
  await transform("select 2 as id", { as: "table" });
  const [old] = await db().lakeFile.findMany({
    where: { retiredAt: { not: null }, table: { warehouseId: lake.warehouseId } },
  });
  if (!opened || !old) throw new Error("there are no files");
  const file = await store().local(old.storeKey);
  expect(opened.tables).toMatchObject([{ files: [file] }]);
  expect(await daily()).toEqual([{ id: 2 }]);
  const later = Date.now() + 25 * 3_600_000;
  await sweepLakes();
  // A day is over, but a statement that began before still runs.
  await sweepLakes(later);
  expect(existsSync(file)).toBe(true);
  await db().statement.update({ where: { id: reading }, data: { state: "succeeded" } });
  await sweepLakes(later);
  expect(existsSync(file)).toBe(false);
  expect(await db().lakeFile.count({ where: { id: old.id } })).toBe(0);
  expect(await daily()).toEqual([{ id: 2 }]);
  opened.release();
});

async function statementBegunNow(): Promise<string> {
  const { warehouseId } = lake;
  const reader = await db().warehouseRole.findFirstOrThrow({ where: { warehouseId, kind: "reader" } });
  const { id: userId } = await buildUser();
  const [id, workId] = [newId(), newId()];
  const of = { warehouseId, readerId: reader.id };
  await db().work.create({ data: { ...of, id: workId, userId, lane: 0, state: "running" } });
  await db().statement.create({ data: { ...of, id, workId, sql: "", state: "running", startedAt: new Date() } });
  return id;
}
