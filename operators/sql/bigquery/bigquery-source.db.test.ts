import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BigQueryEmulator, emulatorMissing, startBigQuery } from "@/lib/testing/bigquery-emulator";
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
import { adapter as bigquery } from "@/lib/warehouses/bigquery";
import { emulated } from "@/lib/warehouses/bigquery/subject";
import { adapter as duckdb } from "@/lib/warehouses/duckdb";
import { adapter as postgres } from "@/lib/warehouses/postgres";

const missing = await emulatorMissing();
const title = missing ? `BigQuery as a source (left out: ${missing})` : "BigQuery as a source";
describe.skipIf(missing)(title, () => {
  let emulator: BigQueryEmulator;
  let source: Connection;
  let warehouse: StageWarehouse;
  beforeAll(async () => {
    await testDatabase();
    [emulator, warehouse] = await Promise.all([startBigQuery(), startStageWarehouse()]);
    source = emulated(emulator.endpoint);
    await emulator.admin(`create table shop.kinds as select 9007199254740993 as id, numeric '-0.25' as price, 0.1 as ratio, true as yes,
      timestamp '2026-03-01 00:00:00.123456+00' as seen, datetime '2026-03-01 23:59:59' as at, date '2026-03-01' as day,
      from_hex('00ff') as body, 'Zoë\\ta\\\\nb\\n' as note, [1, 2] as list`);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([bigquery.close(), postgres.close(), duckdb.close()]);
    emulator?.kill();
    await warehouse?.server.stop();
    removeStages();
  });
  const admin = (sql: string) => warehouse.server.admin<Record<string, unknown>>(sql);
  beforeEach(() => admin("drop table if exists mart.copied"));

  const replicate = (params: object, more: Partial<StageRequest> = {}) =>
    runStage("replicate-table", {
      reach: { source: { reader: source, writer: source }, warehouse },
      params: {
        source: "s",
        warehouse: "w",
        source_table: "shop.kinds",
        table: "mart.copied",
        mode: "full",
        ...params,
      },
      ...more,
    });

  it("replicates every type as it is", async () => {
    expect(await replicate({})).toMatchObject({ code: 0, result: { rows: 1 } });
    const [row] = await admin("select row_to_json(t)::text as r from mart.copied t");
    expect(row?.r).toBe(
      '{"id":9007199254740993,"price":-0.250000000,"ratio":0.1,"yes":true,"seen":"2026-03-01T05:45:00.123456+05:45","at":"2026-03-01T23:59:59","day":"2026-03-01","body":"\\\\x00ff","note":"Zoë\\ta\\\\nb\\n","list":[1,2]}',
    );
  });

  it("hides with the digest that a PostgreSQL source has, and leaves columns out", async () => {
    const hidden = { hash_columns: ["note"], drop_columns: ["list", "body"] };
    expect((await replicate(hidden, { secrets: { salt: "pep'per" } })).code).toBe(0);
    const digest = createHash("sha256").update("pep'perZoë\ta\\nb\n").digest("hex");
    expect(await admin("select note from mart.copied")).toEqual([{ note: digest }]);
    expect((await replicate({ hash_columns: ["gone"] })).result?.error).toMatchObject({ field: "hash_columns" });
    expect((await replicate({ source_table: "shop.none" })).result?.error).toMatchObject({
      ...{ field: "source_table", message: expect.stringMatching(/There is no table shop.none/) },
    });
    expect((await replicate({ source_table: "kinds" })).result?.error).toMatchObject({ field: "source_table" });
  });

  it.each([
    ["timestamp", "timestamp '2026-03-01 00:00:00.25+00'", "timestamp '2026-03-02 00:00:00.000001+00'"],
    ["datetime", "datetime '2026-03-01 00:00:00'", "datetime '2026-03-01 00:00:01'"],
    ["int64", "9007199254740993", "9007199254740994"],
  ])("replicates what is new or changed, by its %s", async (kind, before, after) => {
    const table = `shop.grows_${kind}`;
    await emulator.admin(
      `create table ${table} as select 1 as id, 1 as n, ${before} as seen union all select 2, 1, ${before}`,
    );
    const grows = { source_table: table, mode: "incremental", cursor: "seen", key: ["id"] };
    const metrics = async (more: Partial<StageRequest> = {}, params = {}) =>
      (await replicate({ ...grows, ...params }, more)).result?.metrics;
    expect(await metrics()).toEqual({ added: 2, changed: 0, unchanged: 0 });
    await emulator.admin(`update ${table} set n = 2, seen = ${after} where id = 2`);
    await emulator.admin(`insert into ${table} (id, n, seen) values (3, 1, ${after})`);
    expect(await metrics()).toEqual({ added: 1, changed: 1, unchanged: 1 });
    expect(await metrics()).toEqual({ added: 0, changed: 0, unchanged: 2 });
    expect((await replicate({ ...grows, cursor: "nope" })).result?.error).toMatchObject({ field: "cursor" });
  });

  it("replicates into a lake, plans without writing, and refuses a text as what grows", async () => {
    const lake = lakeConnection((await buildLake()).id);
    const reach = { source: { reader: source, writer: source }, warehouse: { reader: lake, writer: lake } };
    expect(await replicate({ drop_columns: ["body"] }, { reach })).toMatchObject({ code: 0, result: { rows: 1 } });
    const [row] = await askLake(
      lake,
      "select id::varchar as id, price::varchar as price, seen::varchar as seen, note from mart.copied",
    );
    expect(Object.values(row as object).map(String)).toEqual([
      ...["9007199254740993", "-0.250000000", "2026-03-01 00:00:00.123456+00", "Zoë\ta\\nb\n"],
    ]);
    const dry = await replicate({}, { dry: { rows: null } });
    expect(dry.result).toMatchObject({ plan: { adds: 1 } });
    expect(await admin("select to_regclass('mart.copied') as t")).toEqual([{ t: null }]);
    await replicate({});
    const text = await replicate({ mode: "incremental", cursor: "note", key: ["id"] });
    expect(text.result?.error).toMatchObject({ field: "cursor", message: expect.stringMatching(/orders texts/) });
  }, 120_000);
});
