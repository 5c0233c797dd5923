import { readFileSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkManifest } from "@/lib/operators/check-manifest";
import { type BigQueryEmulator, emulatorMissing, startBigQuery } from "@/lib/testing/bigquery-emulator";
import { type BigQueryPeer, startPeer } from "@/lib/testing/bigquery-peer";
import { removeStages, runStage, type StageRequest } from "@/lib/testing/stages";
import type { Connection } from "@/lib/warehouses/adapter";
import { adapter } from "@/lib/warehouses/bigquery";
import { emulated } from "@/lib/warehouses/bigquery/subject";
import { ask } from "@/lib/warehouses/conformance";

afterAll(removeStages);

it("has a manifest that holds", () => {
  const manifest = JSON.parse(readFileSync("operators/bigquery/operator.json", "utf8"));
  expect(checkManifest(manifest)).not.toHaveProperty("problems");
});

const missing = await emulatorMissing();
describe.skipIf(missing)(missing ? `BigQuery's emulator (left out: ${missing})` : "BigQuery's emulator", () => {
  let emulator: BigQueryEmulator;
  let connection: Connection;
  beforeAll(async () => {
    emulator = await startBigQuery();
    connection = emulated(emulator.endpoint);
    await emulator.admin(`create table shop.sales as select id, cast(id as numeric) / 4 as price, timestamp '2026-03-01 00:00:00.5+00' as seen,
      [id, 2] as parts, 'a,"b"' as note from unnest(generate_array(1, 2500)) id`);
  }, 120_000);
  afterAll(async () => {
    await adapter.close();
    emulator?.kill();
  });
  const run = (operator: string, params: object, sql: string, more: Partial<StageRequest> = {}) =>
    runStage(operator, {
      reach: { warehouse: { reader: connection, writer: connection } },
      params: { warehouse: "lake", ...params },
      sql: { sql: { sql, values: [] } },
      schemas: ["shop"],
      ...more,
    });

  it("extracts a query's rows, with bound values, page by page", async () => {
    const sql = { sql: "select id, price, seen, parts, note from shop.sales where id > @p1 order by id", values: [2] };
    const end = await run("sql-extract", {}, "", { sql: { sql }, outputs: { rows: { format: "parquet" } } });
    expect(end).toMatchObject({ code: 0, result: { rows: 2498, metrics: { columns: 5 } } });
    const few = await run("sql-extract", {}, "", {
      ...{ sql: { sql }, outputs: { rows: { format: "csv" } }, dry: { rows: 3 } },
    });
    expect(few).toMatchObject({ code: 0, result: { rows: 3 } });
    const duck = await (await DuckDBInstance.create()).connect();
    await duck.run("set TimeZone = 'UTC'");
    const file = path.join(end.out, "rows", "part-0.parquet");
    const read = await duck.runAndReadAll(`select columns(*)::varchar from '${file}' limit 1`);
    expect(read.getRows()[0]).toEqual(["3", "0.750000000", "2026-03-01 00:00:00.5+00", "[3,2]", 'a,"b"']);
    const wrong = await run("sql-extract", {}, "select nope from shop.sales", { outputs: { rows: { format: "csv" } } });
    expect(wrong.result?.error).toMatchObject({ field: "sql", message: expect.stringMatching(/nope/) });
  });

  it("runs a statement for admins only", async () => {
    const statement = "delete from shop.sales where id > 2000";
    const refused = await run("bigquery", { as: "statement" }, statement);
    expect(refused.result?.error?.message).toMatch(/only pipelines that an admin publishes/);
    expect((await run("bigquery", { as: "statement" }, statement, { schemas: null })).code).toBe(0);
    expect((await ask(adapter, connection, "select count(*) from shop.sales")).csv).toBe("2000\n");
  });
});

/** The emulator leaves a destination out: what is asked of the service is looked at instead. */
describe("a table's job", () => {
  let peer: BigQueryPeer;
  beforeAll(async () => {
    peer = await startPeer();
  });
  afterAll(() => peer.close());
  const keep = (params: object, more: Partial<StageRequest> = {}) => {
    const connection = emulated(peer.endpoint, { maximumBytesBilled: 9e9 });
    return runStage("bigquery", {
      reach: { warehouse: { reader: connection, writer: connection } },
      params: { warehouse: "lake", as: "table", table: "shop.daily", ...params },
      sql: { sql: { sql: "select 1 as n", values: [] } },
      schemas: ["shop"],
      ...more,
    });
  };

  it("names the table, exchanges its rows, and carries labels and the limit", async () => {
    const end = await keep({ most_gigabytes: 2, labels: { Costs: "R&D" } });
    expect(end).toMatchObject({ code: 0, result: { rows: 1, metrics: { bytes_billed: 0, slot_ms: 1200 } } });
    const [job] = [...peer.jobs.values()];
    expect(job?.configuration).toMatchObject({
      labels: { pipeline: "daily", stage: "one", costs: "r_d", application: "sluice" },
      query: {
        destinationTable: { projectId: "demo", datasetId: "shop", tableId: "daily" },
        writeDisposition: "WRITE_TRUNCATE",
        maximumBytesBilled: "2000000000",
      },
    });
  });

  it("starts nothing in a dry run, nor elsewhere, nor for what is no query, and says what failed", async () => {
    const before = peer.jobs.size;
    expect(await keep({}, { dry: { rows: null } })).toMatchObject({
      code: 0,
      result: { plan: { note: expect.stringMatching(/Would run SELECT/) } },
    });
    expect((await keep({ table: "other.daily" })).result?.error).toMatchObject({ field: "table" });
    peer.script["select 1 as n"] = { statementType: "DELETE" };
    expect((await keep({})).result?.error?.message).toMatch(/Only the rows of a query/);
    expect(peer.jobs.size).toBe(before);
    peer.script["select 1 as n"] = { failed: { reason: "invalid", message: "No such partition" } };
    expect((await keep({})).result?.error).toMatchObject({ field: "sql", message: "No such partition" });
  });
});
