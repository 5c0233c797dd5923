import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "@/lib/warehouses/adapter";
import { ask, failure, sessionOptions } from "@/lib/warehouses/conformance";
import { adapter } from ".";
import { startTables } from "./subject";

/** Ways out of the process that runs a person's SQL. Each was tried against DuckDB without the walls first. */
let connection: Connection;
let folder: string;
let stop: () => Promise<void>;
let web: Server;
let address: string;
const asked: string[] = [];

beforeAll(async () => {
  const label = [{ name: "label", type: "text" }];
  ({ connection, folder, stop } = await startTables([
    { name: "mine", columns: label, sql: "select 'mine' as c0" },
    { name: "theirs", columns: label, sql: "select 'a secret' as c0" },
  ]));
  // What is another's is in the same store, and not given.
  const { tables } = connection;
  if (!tables) throw new Error("no tables");
  const open = tables.open.bind(tables);
  tables.open = async (names) => {
    const answer = await open(names);
    const refused = answer.tables.map((table, k) => (names[k]?.name === "theirs" ? "There is no such file." : table));
    return { ...answer, tables: refused };
  };
  writeFileSync(path.join(folder, "secret.csv"), "a\na secret\n");
  web = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("a\n1\n");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => web.once("listening", resolve));
  address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
afterAll(async () => {
  web.close();
  await stop();
});

const run = (sql: string) => ask(adapter, connection, sql);

describe("SQL over results and files", () => {
  it("reads what it is given", async () => {
    expect((await run("select * from files.mine")).csv).toBe("mine\n");
  });

  it("opens no file by its path: the machine's, the store's, or another's", async () => {
    const theirs = path.join(folder, "theirs.parquet");
    for (const sql of [
      "select * from read_csv('/etc/passwd')",
      "select * from read_text('/etc/passwd')",
      "select * from read_blob('/proc/self/environ')",
      "select * from read_json('/proc/self/status')",
      "select * from sniff_csv('/etc/passwd')",
      "select * from glob('/etc/*')",
      `select * from glob('${folder}/*')`,
      `select * from '${theirs}'`,
      `select * from read_parquet('${theirs}')`,
      `select * from read_parquet('${folder}/*.parquet')`,
      `select * from parquet_metadata('${theirs}')`,
      `select * from '${folder}/secret.csv'`,
      // Beside its own link, by a way around it.
      `select m.* from files.mine m, read_parquet('${folder}/../${path.basename(folder)}/theirs.parquet')`,
    ]) {
      expect(await failure(run(sql)), sql).toMatchObject({ code: "write_refused" });
    }
  });

  it("finds nothing of another's by name, in whatever way it is named", async () => {
    for (const sql of [
      "select * from files.theirs",
      "select * from FILES.theirs",
      'select * from memory."files"."theirs"',
      "from files.theirs",
      "summarize files.theirs",
      "describe files.theirs",
      "explain select * from files.theirs",
      "select (select label from files.theirs)",
      "with files as (select 1) select * from files.theirs",
      "select * from query('select * from files.theirs')",
      "select * from query_table('files.theirs')",
      "select * from json_execute_serialized_sql(json_serialize_sql('select * from files.theirs'))",
      "pivot files.theirs on label in ('a') using count(*)",
    ]) {
      expect(await failure(run(sql)), sql).toMatchObject({ code: expect.stringMatching(/^(42P01|42703|22023)$/) });
    }
    expect(await failure(run("select 1,\n 2 from files.theirs"))).toMatchObject({ line: 2, column: 9 });
    expect((await run("select * from query('select 1 as a')")).csv).toBe("1\n");
  });

  it("reaches no network", async () => {
    for (const sql of [
      `select * from '${address}/x.csv'`,
      `select * from read_csv('${address}/x.csv')`,
      `select * from read_parquet('${address}/x.parquet')`,
      "select * from 's3://bucket/x.parquet'",
      `select * from read_text('${address}/x')`,
    ]) {
      expect(await failure(run(sql)), sql).toHaveProperty("code");
    }
    expect(asked).toEqual([]);
  });

  it("takes no statement but a query", async () => {
    const out = path.join(folder, "out");
    for (const sql of [
      "INSTALL httpfs",
      "LOAD httpfs",
      "LOAD '/tmp/x.duckdb_extension'",
      "ATTACH '/tmp/x.db' as x",
      `COPY (select 1) TO '${out}.csv'`,
      `COPY files.mine TO '${out}.parquet'`,
      `EXPORT DATABASE '${out}'`,
      "IMPORT DATABASE '/tmp'",
      "PRAGMA database_list",
      "PRAGMA enable_profiling = 'json'",
      "SET memory_limit = '64GB'",
      "SET enable_external_access = true",
      "RESET allowed_paths",
      "SET VARIABLE a = 1",
      "CREATE SECRET s (TYPE http)",
      "CREATE TABLE t AS SELECT 1",
      "CREATE MACRO m(a) AS a",
      "CALL enable_logging(storage = 'file', storage_path = '/tmp/x')",
      "PREPARE p AS SELECT 1",
      "EXECUTE p",
      "USE files",
      "VACUUM",
      "CHECKPOINT",
      "BEGIN",
      `EXPLAIN ANALYZE COPY (select 1) TO '${out}.csv'`,
      "EXPLAIN ANALYZE SET threads = 64",
    ]) {
      expect(await failure(run(sql)), sql).toMatchObject({ code: "write_refused" });
    }
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual([]);
    expect(await failure(run("select 1; set threads = 64"))).toMatchObject({ code: "several_commands" });
    expect(await failure(run(`select 1) to '${out}.csv'; copy (select 1`))).toHaveProperty("code");
  });

  it("learns nothing of the process around it, and changes nothing there by a function", async () => {
    expect(await failure(run("select getenv('HOME')"))).toHaveProperty("code");
    expect((await run("select count(*) from duckdb_secrets()")).csv).toBe("0\n");
    expect((await run("select current_setting('enable_external_access')")).csv).toBe("f\n");
    const log = path.join(tmpdir(), `sluice-escape-${process.pid}`);
    mkdirSync(log);
    await run(`select * from enable_logging(storage = 'file', storage_path = '${log}/log')`).catch(() => undefined);
    expect(existsSync(`${log}/log`)).toBe(false);
    expect(readdirSync(log)).toEqual([]);
    // What it may have done to its own settings goes with it.
    expect((await run("select * from files.mine")).csv).toBe("mine\n");
  });
});

describe("SQL that takes too much", () => {
  it("meets the wall of its address space, where DuckDB's own limit is none", async () => {
    // DuckDB alone, with the same memory_limit, took 5 GB and answered.
    const outcome = failure(run("select length(repeat('x', 2500000000))"));
    expect(await outcome).toMatchObject({ code: "out_of_memory" });
  });

  it("is ended at its deadline: an endless recursion, and a product of everything", async () => {
    for (const sql of [
      "with recursive t as (select 1 as n union all select n + 1 from t) select count(*) from t",
      "select count(*) from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 11",
    ]) {
      const session = await adapter.acquire(connection);
      const { backend } = session;
      await session.begin({ ...sessionOptions, statementTimeoutMs: 1_500 });
      const sink = { columns: () => undefined, open: () => process.stdout, largeCell: async () => "" };
      expect(await failure(session.run({ sql, values: [], limit: null }, sink)), sql).toMatchObject({
        code: "timeout",
      });
      await session.release();
      expect(await adapter.isActive(connection, backend, sessionOptions.applicationName)).toBe(false);
      expect(() => process.kill(backend.pid ?? 0, 0)).toThrow();
    }
  });

  it("has two threads, whatever it asks", async () => {
    expect((await run("select current_setting('threads')")).csv).toBe("2\n");
    expect(await failure(run("set threads = 512"))).toMatchObject({ code: "write_refused" });
  });

  it("is stopped in the middle, and gone when the stop is confirmed", async () => {
    const session = await adapter.acquire(connection);
    await session.begin({ ...sessionOptions, statementTimeoutMs: 60_000 });
    const { backend } = session;
    const sink = { columns: () => undefined, open: () => process.stdout, largeCell: async () => "" };
    const sql = "select count(*) from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 11";
    const running = failure(session.run({ sql, values: [], limit: null }, sink));
    expect(await adapter.isActive(connection, backend, sessionOptions.applicationName)).toBe(true);
    expect(await adapter.stop(connection, backend, "sluice another", 100)).toBe(true);
    expect(await adapter.isActive(connection, backend, sessionOptions.applicationName)).toBe(true);
    expect(await adapter.stop(connection, backend, sessionOptions.applicationName, 100)).toBe(true);
    expect(() => process.kill(backend.pid ?? 0, 0)).toThrow();
    expect(await running).toHaveProperty("code");
  });
});
