import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { askLake, buildLake, lakeConnection } from "@/lib/testing/lake";
import {
  removeStages,
  runStage,
  type StageRequest,
  type StageWarehouse,
  startStageWarehouse,
} from "@/lib/testing/stages";
import type { Connection } from "@/lib/warehouses/adapter";
import { adapter as duckdb } from "@/lib/warehouses/duckdb";
import { adapter as postgres } from "@/lib/warehouses/postgres";

/** `replicate-table` into lakes, out of them, and from one to another: the program, through relays. */

type Reach = Pick<StageWarehouse, "reader" | "writer">;
let warehouse: StageWarehouse;
let lake: Connection;
const [minute, long] = [60_000, 120_000];

beforeAll(async () => {
  await testDatabase();
  warehouse = await startStageWarehouse();
}, minute);
beforeEach(async () => {
  lake = lakeConnection((await buildLake()).id);
  await admin("drop table if exists mart.seen, mart.copied");
});
afterAll(async () => {
  await Promise.all([duckdb.close(), postgres.close()]);
  await warehouse.server.stop();
  removeStages();
});

const admin = (sql: string) => warehouse.server.admin<Record<string, unknown>>(sql);
const both = (connection: Connection): Reach => ({ reader: connection, writer: connection });
const copy = (source: Reach, target: Reach, params: object, more: Partial<StageRequest> = {}) =>
  runStage("replicate-table", {
    reach: { source, warehouse: target },
    params: { source: "s", warehouse: "w", source_table: "mart.seen", table: "mart.copied", mode: "full", ...params },
    ...more,
  });
const into = (params: object, more: Partial<StageRequest> = {}) => copy(warehouse, both(lake), params, more);
const outOf = (params: object, more: Partial<StageRequest> = {}) => copy(both(lake), warehouse, params, more);
const copied = (columns = "*", from = lake) => askLake(from, `select ${columns} from mart.copied order by all`);
const keep = (sql: string) =>
  runStage("sql-transform", {
    reach: { warehouse: both(lake) },
    params: { warehouse: "w", table: "mart.seen", as: "table" },
    sql: { sql: { sql, values: [] } },
  });

it(
  "copies all rows into a lake, with exact types, and stops where a column is gone from the source",
  async () => {
    await admin(`create table mart.seen as select n as id, 'a' || n as mail, 1.50::numeric(10,2) as price,
        timestamptz '2026-03-01 00:00:00.000001Z' as at, date '2026-03-01' as day, case n when 1 then '' when 3 then E'a,"b"\\n\\\\' end as note,
        12345678901234567890.5::numeric as wide, array[1, null] as list, '\\x00ff'::bytea as bytes
      from generate_series(1, 3) n; grant select on mart.seen to reader`);
    const hidden = { hash_columns: ["mail"], drop_columns: ["list"] };
    expect(await into(hidden, { secrets: { salt: "pepper" } })).toMatchObject({ code: 0, result: { rows: 3 } });
    expect(await askLake(lake, "select column_name as c, column_type as t from (describe mart.copied)")).toEqual(
      Object.entries({
        ...{ id: "INTEGER", mail: "VARCHAR", price: "DECIMAL(10,2)", at: "TIMESTAMP WITH TIME ZONE", day: "DATE" },
        ...{ note: "VARCHAR", wide: "VARCHAR", bytes: "VARCHAR" },
      }).map(([c, t]) => ({ c, t })),
    );
    const rest = { at: "2026-03-01 00:00:00.000001+00", wide: "12345678901234567890.5", bytes: "\\x00ff" };
    expect(
      await copied(`id, note, "at"::varchar as "at", wide, bytes, mail = sha256('peppera' || id) as same`),
    ).toEqual([
      { id: 1, note: "", same: true, ...rest },
      { id: 2, note: null, same: true, ...rest },
      { id: 3, note: 'a,"b"\n\\', same: true, ...rest },
    ]);
    await admin("delete from mart.seen where id = 2; alter table mart.seen drop column note");
    expect((await into(hidden)).result?.error).toMatchObject({
      field: "source_table",
      message: 'mart.seen has no column "note" any more, and mart.copied has. Nothing was written.',
    });
    expect(await copied("count(note) as n")).toEqual([{ n: 2 }]);
    const going = await into({ ...hidden, lost_columns: "go-on" });
    expect(going).toMatchObject({ code: 0, result: { rows: 2, metrics: { replaced: 3 } } });
    expect(await copied("id")).toEqual([{ id: 1 }, { id: 3 }]);
    await admin('alter table mart.seen add "Price" int');
    expect((await into({})).result?.error).toMatchObject({
      field: "drop_columns",
      message: expect.stringMatching(/"Price"/),
    });
  },
  long,
);

it.each([
  { what: "a time", type: "timestamptz", at: (n: number) => `timestamptz '2026-03-01Z' + ${n} * interval '1 s'` },
  // A text in the lake, where 9 is more than 10.
  { what: "a number without a limit", type: "numeric", at: (n: number) => `${n} * 1.5::numeric` },
])(
  "copies new and changed rows into a lake: by $what",
  async ({ type, at }) => {
    await admin(`create table mart.seen (id int, at ${type}, note text); grant select on mart.seen to reader;
      insert into mart.seen select n, ${at(0).replace("0 *", "n *")}, 'old' from generate_series(1, 12) n`);
    const grows = { mode: "incremental", cursor: "at", key: ["id"] };
    const zone = { interval: { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", timeZone: "Asia/Kathmandu" } };
    expect((await into(grows, zone)).result?.metrics).toEqual({ added: 12, changed: 0, replaced: 0 });
    // The last is read again, for another may have come in its moment.
    expect((await into(grows, zone)).result?.metrics).toEqual({ added: 0, changed: 1, replaced: 0 });
    await admin(`update mart.seen set note = 'new', at = ${at(13)} where id = 3;
      insert into mart.seen values (13, ${at(14)}, 'more')`);
    expect((await into(grows, zone)).result?.metrics).toEqual({ added: 1, changed: 2, replaced: 0 });
    expect(await copied("id, note")).toEqual(
      Array.from({ length: 13 }, (_, n) => ({ id: n + 1, note: n === 2 ? "new" : n === 12 ? "more" : "old" })),
    );
    const narrower = await into({ ...grows, drop_columns: ["note"] });
    expect(narrower.result?.error).toMatchObject({
      field: "mode",
      message: expect.stringMatching(/"note" that is not copied/),
    });
    expect(await copied("count(note) as n")).toEqual([{ n: 13 }]);
  },
  long,
);

it(
  "copies out of a lake: every cell, from a cursor on, and names the row that does not fit",
  async () => {
    const kept = await keep(`select i as id, case i when 1 then '' when 2 then null else 'a	b\\"c,
\\N' || chr(13) end as note, 1.10::decimal(38,2) as price, timestamptz '2026-03-01 00:00:00Z' + to_seconds(i::int) as at,
      date '-0043-03-15' as day, [i, null] as list, {'a': 'x'} as doc, '\\x00\\xff'::blob as bytes, i = 1 as yes, 'nan'::double as odd
      from range(1, 4) t(i)`);
    expect(kept).toMatchObject({ code: 0 });
    expect(await outOf({})).toMatchObject({ code: 0, result: { rows: 3 } });
    const types = await admin(`select string_agg(format_type(atttypid, atttypmod), ', ' order by attnum) as t
      from pg_attribute where attrelid = 'mart.copied'::regclass and attnum > 0`);
    expect(types).toEqual([
      {
        t: "bigint, text, numeric(38,2), timestamp with time zone, date, jsonb, jsonb, bytea, boolean, double precision",
      },
    ]);
    const same = { price: "1.10", day: "0044-03-15 BC", doc: { a: "x" }, bytes: "\\x00ff", odd: "NaN" };
    expect(
      await admin(`select id::int, note, price, extract(epoch from at - '2026-03-01Z')::int as at, day::text, list, doc,
        bytes::text, yes, odd::text from mart.copied order by id`),
    ).toEqual([
      { ...same, id: 1, note: "", at: 1, list: [1, null], yes: true },
      { ...same, id: 2, note: null, at: 2, list: [2, null], yes: false },
      { ...same, id: 3, note: 'a\tb\\"c,\n\\N\r', at: 3, list: [3, null], yes: false },
    ]);
    const grows = { mode: "incremental", cursor: "at", key: ["id"] };
    await keep("select i as id, timestamptz '2026-03-01 00:00:00Z' + to_seconds(i::int) as at from range(2, 6) t(i)");
    expect((await outOf(grows)).result?.error).toMatchObject({ field: "source_table" });
    const later = await outOf({ ...grows, lost_columns: "go-on" });
    expect(later.result?.metrics).toEqual({ added: 2, changed: 0, unchanged: 1 });
    await keep("select case i when 2 then 'two' else i::varchar end as id, now() as at from range(1, 4) t(i)");
    const unfit = await outOf({ ...grows, lost_columns: "go-on" });
    expect(unfit.result?.error).toMatchObject({ row: 2, field: "id", message: expect.stringMatching(/"two"/) });
  },
  long,
);

it(
  "copies from one lake to another as it is, and says in a try what it would write",
  async () => {
    const other = lakeConnection((await buildLake()).id);
    await keep(
      `select i as id, [i, 2] as list, {'a': 'x, "y"'} as doc, '\\x00a'::blob as bytes, 'n' || i as name from range(3) t(i)`,
    );
    const across = (params: object, more: Partial<StageRequest> = {}) => copy(both(lake), both(other), params, more);
    const tried = await across({}, { dry: { rows: 2 } });
    expect(tried).toMatchObject({
      ...{
        code: 0,
        result: { plan: { adds: 2, note: expect.stringMatching(/is made with 5 columns.*first 2 rows/) } },
      },
    });
    expect(await other.lake?.find({ schema: "mart", name: "copied" })).toBeNull();
    expect(await across({ hash_columns: ["name"] })).toMatchObject({ code: 0, result: { rows: 3 } });
    const [first] = await copied("* replace (bytes::varchar as bytes, name = sha256('n0') as name)", other);
    expect(first).toEqual({ id: 0, list: [0, 2], doc: { a: 'x, "y"' }, bytes: "\\x00a", name: true });
    const missing = await across({ source_table: "mart.nothing" });
    expect(missing.result?.error).toMatchObject({
      field: "source_table",
      message: "There is no table mart.nothing that this stage's reader sees.",
    });
  },
  long,
);
