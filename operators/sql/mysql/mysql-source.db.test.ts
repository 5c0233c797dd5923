import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testDatabase } from "@/lib/testing/database";
import { askLake, buildLake, lakeConnection } from "@/lib/testing/lake";
import { type MariaDb, mariadbMissing, startMariaDb } from "@/lib/testing/mariadb";
import {
  removeStages,
  runStage,
  type StageRequest,
  type StageWarehouse,
  startStageWarehouse,
} from "@/lib/testing/stages";
import { adapter as duckdb } from "@/lib/warehouses/duckdb";
import { adapter as mysql } from "@/lib/warehouses/mysql";
import { adapter as postgres } from "@/lib/warehouses/postgres";

const title = mariadbMissing ? `MySQL as a source (left out: ${mariadbMissing})` : "MySQL as a source";
describe.skipIf(mariadbMissing)(title, () => {
  let shop: MariaDb;
  let warehouse: StageWarehouse;
  beforeAll(async () => {
    await testDatabase();
    [shop, warehouse] = await Promise.all([startMariaDb(), startStageWarehouse()]);
    await shop.admin(`set time_zone = '+00:00'; create table kinds (id int unsigned primary key, small tinyint, big bigint unsigned,
      price decimal(20,4), ratio float, at datetime(6), seen timestamp(3) null, day date, span time, flags bit(10),
      body varbinary(20), note text character set latin1, doc json, mood enum('glad','sad'), \`odd ""name\` varchar(9));
      insert into kinds values (4294967295, -1, 18446744073709551615, -0.0001, 16777217, '2026-03-01 23:59:59.123456',
        '2026-03-01 00:00:00.5', '2026-03-01', '-838:59:59', b'1010000001', x'00ff5c0a', 'Zoë\\ta\\\\nb\\n', '{"a":  1}', 'sad', ''),
        (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null)`);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([mysql.close(), postgres.close(), duckdb.close()]);
    await Promise.all([shop?.stop(), warehouse?.server.stop()]);
    removeStages();
  });
  const admin = (sql: string) => warehouse.server.admin<Record<string, unknown>>(sql);
  beforeEach(() => admin("drop table if exists mart.copied"));

  const reach = () => ({ source: { reader: shop.reader, writer: shop.reader }, warehouse });
  const replicate = (params: object, more: Partial<StageRequest> = {}) =>
    runStage("replicate-table", {
      reach: reach(),
      params: { source: "s", warehouse: "w", source_table: "kinds", table: "mart.copied", mode: "full", ...params },
      ...more,
    });
  const extract = (
    sql: string,
    values: unknown[] = [],
    format: "parquet" | "csv" = "parquet",
    dry?: StageRequest["dry"],
  ) =>
    runStage("sql-extract", {
      reach: { warehouse: { reader: shop.reader, writer: shop.reader } },
      params: { warehouse: "w" },
      sql: { sql: { sql, values } },
      outputs: { rows: { format } },
      ...(dry ? { dry } : {}),
    });

  it("replicates every type as it is", async () => {
    expect(await replicate({})).toMatchObject({ code: 0, result: { rows: 2 } });
    const [row] = await admin("select row_to_json(t)::text as r from (select * from mart.copied where id > 2) t");
    expect(row?.r).toBe(
      '{"id":4294967295,"small":-1,"big":18446744073709551615,"price":-0.0001,"ratio":1.6777216e+07,"at":"2026-03-01T23:59:59.123456","seen":"2026-03-01T05:45:00.5+05:45","day":"2026-03-01","span":"-838:59:59","flags":"1010000001","body":"\\\\x00ff5c0a","note":"Zoë\\ta\\\\nb\\n","doc":{"a":  1},"mood":"sad","odd \\"\\"name":""}',
    );
    const types = await admin(
      "select format_type(atttypid, atttypmod) as t from pg_attribute where attrelid = 'mart.copied'::regclass and attnum > 0 order by attnum",
    );
    expect(types.map(({ t }) => t)).toEqual([
      ...["bigint", "smallint", "numeric(20,0)", "numeric(20,4)", "real", "timestamp(6) without time zone"],
      ...["timestamp(3) with time zone", "date", "interval", "bit(10)", "bytea", "text", "json"],
      ...["text", "character varying(9)"],
    ]);
    expect(
      await admin("select 1 from mart.copied t where id = 2 and num_nonnulls(small, seen, doc, note) = 0"),
    ).toHaveLength(1);
  });

  it("hides with the digest that a PostgreSQL source has, and leaves columns out", async () => {
    const hidden = { hash_columns: ["note"], drop_columns: ["doc", 'odd ""name'] };
    expect((await replicate(hidden, { secrets: { salt: "pepper" } })).code).toBe(0);
    expect(
      await admin(
        "select note = encode(sha256(convert_to(E'pepperZo\\u00eb\\ta\\\\nb\\n', 'UTF8')), 'hex') as same from mart.copied where id > 2",
      ),
    ).toEqual([{ same: true }]);
    expect((await replicate({ hash_columns: ["gone"] })).result?.error).toMatchObject({ field: "hash_columns" });
    expect((await replicate({ source_table: "mysql.user" })).result?.error?.message).toMatch(
      /There is no table mysql.user/,
    );
  });

  it.each([
    ["seen timestamp(6)", "'2026-03-01 00:00:00.25'", "'2026-03-02 00:00:00.000001'"],
    ["seen datetime", "'2026-03-01 00:00:00'", "'2026-03-01 00:00:01'"],
    ["seen bigint unsigned", "18446744073709551613", "18446744073709551614"],
  ])("replicates what is new or changed, by %s", async (column, before, after) => {
    await shop.admin(`set time_zone = '+00:00'; drop table if exists grows; create table grows (id int, n int, ${column});
      insert into grows values (1, 1, ${before}), (2, 1, ${before})`);
    const interval = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", timeZone: "Asia/Kathmandu" };
    const grows = { source_table: "shop.grows", mode: "incremental", cursor: "seen", key: ["id"] };
    expect((await replicate(grows, { interval })).result?.metrics).toEqual({ added: 2, changed: 0, unchanged: 0 });
    await shop.admin(
      `set time_zone = '+00:00'; update grows set n = 2, seen = ${after} where id = 2; insert into grows values (3, 1, ${after})`,
    );
    expect((await replicate(grows, { interval })).result?.metrics).toEqual({ added: 1, changed: 1, unchanged: 1 });
    expect((await replicate(grows, { interval })).result?.metrics).toEqual({ added: 0, changed: 0, unchanged: 2 });
    expect((await replicate({ ...grows, cursor: "n" }, { interval })).code).toBe(0);
  });

  it("replicates into a lake: every value as it is, and what is new", async () => {
    const lake = lakeConnection((await buildLake()).id);
    const target = { reach: { ...reach(), warehouse: { reader: lake, writer: lake } } };
    expect(await replicate({}, target)).toMatchObject({ code: 0, result: { rows: 2 } });
    const [row] = await askLake(lake, "select columns(*)::varchar from mart.copied where id > 2");
    expect(Object.values(row as object)).toEqual([
      ...["4294967295", "-1", "18446744073709551615", "-0.0001", "16777216.0", "2026-03-01 23:59:59.123456"],
      ...["2026-03-01 00:00:00.5+00", "2026-03-01", "-838:59:59", "1010000001", "\\x00FF5C0A", "Zoë\ta\\nb\n"],
      ...['{"a":  1}', "sad", ""],
    ]);
    await shop.admin(`set time_zone = '+00:00'; drop table if exists grows; create table grows (id int, seen timestamp(6) null, n bigint unsigned);
      insert into grows values (1, '2026-03-01 00:00:00.25', 18446744073709551613), (2, '2026-03-01 00:00:00.5', 18446744073709551614)`);
    const interval = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z", timeZone: "Asia/Kathmandu" };
    for (const cursor of ["seen", "n"]) {
      const grows = {
        source_table: "shop.grows",
        table: `mart.by_${cursor}`,
        mode: "incremental",
        cursor,
        key: ["id"],
      };
      const metrics = async () => (await replicate(grows, { ...target, interval })).result?.metrics;
      expect(await metrics()).toEqual({ added: 2, changed: 0, replaced: 0 });
      expect(await metrics()).toEqual({ added: 0, changed: 1, replaced: 0 });
    }
  }, 120_000);

  it("plans a copy over all rows, and samples a query, however many it asks for itself", async () => {
    await shop.admin("drop table if exists many; create table many select seq as id, seq % 5 as n from seq_1_to_6000");
    const many = { source_table: "shop.many", mode: "incremental", cursor: "id", key: ["id"] };
    const dry = await replicate(many, { dry: { rows: null } });
    expect(dry.result).toMatchObject({ rows: 6_000, plan: { adds: 6_000, changes: 0, deletes: 0 } });
    expect(await admin("select to_regclass('mart.copied') as t")).toEqual([{ t: null }]);
    for (const sql of ["select id from many", "select id from many limit 100"]) {
      const end = await extract(sql, [], "csv", { rows: 7 });
      expect(end.result).toMatchObject({ rows: 7 });
    }
  });

  it("names the row of a date that PostgreSQL does not have", async () => {
    await shop.admin(
      "set sql_mode = ''; drop table if exists zero; create table zero (id int, day date); insert into zero values (1, '2026-01-01'), (2, '0000-00-00')",
    );
    const end = await replicate({ source_table: "zero" });
    expect(end.result?.error).toMatchObject({ row: 2, field: "day", message: expect.stringMatching(/0000-00-00/) });
    expect(await admin("select to_regclass('mart.copied') as t")).toEqual([{ t: null }]);
  });

  it("extracts with bound values, exact cells, and one snapshot", async () => {
    const end = await extract(
      "select big, price, at, seen, flags, body, note, '@sluice_p1' as c -- @sluice_p2\n from kinds where id > @sluice_p2 and seen >= @sluice_p1 and seen < @sluice_p3 and seen >= @sluice_p1;",
      ["2026-03-01T00:00:00Z", 2, "2026-03-02T00:00:00.000Z"],
    );
    expect(end).toMatchObject({ code: 0, result: { rows: 1, metrics: { columns: 8 } } });
    const duck = await (await DuckDBInstance.create()).connect();
    await duck.run("set TimeZone = 'UTC'");
    const read = await duck.runAndReadAll(
      `select columns(*)::varchar from '${path.join(end.out, "rows", "part-0.parquet")}'`,
    );
    expect(read.getRows()).toEqual([
      [
        ...["18446744073709551615", "-0.0001", "2026-03-01 23:59:59.123456", "2026-03-01 00:00:00.5+00", "1010000001"],
        ...["\\x00ff5c0a", "Zoë\ta\\nb\n", "@sluice_p1"],
      ],
    ]);
    const types = await duck.runAndReadAll(`describe select * from '${path.join(end.out, "rows", "part-0.parquet")}'`);
    expect(types.getRows().map(([, type]) => type)).toEqual([
      ...[
        "DECIMAL(20,0)",
        "DECIMAL(20,4)",
        "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE",
        "VARCHAR",
        "VARCHAR",
        "VARCHAR",
        "VARCHAR",
      ],
    ]);
  });

  it.each([
    ["select nope from kinds", /Unknown column 'nope'/],
    ["select 1; drop table kinds", /error in your SQL syntax/],
    ["delete from kinds", /denied|READ ONLY/],
    ["select 1 as a, 2 as a", /Two columns are called "a"/],
  ])("extracts nothing by %s", async (sql, message) => {
    const end = await extract(sql);
    expect(end.result?.error).toMatchObject({ field: "sql", message: expect.stringMatching(message) });
  });
});
