import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Column, Connection, OpenTable, TableName, Tables } from "@/lib/warehouses/adapter";
import type { Subject, Words } from "@/lib/warehouses/conformance";
import { adapter } from ".";

export interface StoredTable {
  name: string;
  columns: Column[];
  /** A SELECT of c0…cN, and x0…xN where a column may hold exceptions. */
  sql: string;
  engine?: string;
  execution?: string;
}

/** Stored results as the adapter is given them: by name, `files.<name>`. */
export async function startTables(
  tables: StoredTable[],
): Promise<{ connection: Connection; folder: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-tables-"));
  const duck = await (await DuckDBInstance.create(":memory:")).connect();
  const stored = new Map<string, OpenTable>();
  for (const { name, columns, sql, engine = "postgres", execution = null } of tables) {
    const file = path.join(folder, `${name}.parquet`);
    await duck.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
    stored.set(name, { schema: "files", name, columns, native: false, engine, files: [file], execution });
  }
  duck.closeSync();
  const give: Tables = {
    list: async () =>
      [...stored.values()].map(({ schema, name, columns }) => ({
        schema,
        name,
        kind: "table",
        comment: null,
        rows: null,
        bytes: null,
        columns: columns.map((column) => ({ ...column, nullable: true, comment: null })),
        foreignKeys: [],
      })),
    open: async (names: TableName[]) => ({
      tables: names.map(({ schema, name }) => stored.get(name) ?? `There is no ${schema}.${name} that you may read.`),
      release: () => undefined,
    }),
  };
  const connection: Connection = {
    warehouseId: "results-and-files",
    roleId: "a person's reader",
    engine: "duckdb",
    config: {},
    username: "a person",
    password: "",
    revision: "1",
    tables: give,
  };
  const stop = async () => {
    await adapter.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { connection, folder, stop };
}

const probe: StoredTable = {
  name: "probe",
  columns: [
    { name: "id", type: "integer" },
    { name: "label", type: "text" },
  ],
  sql: "select range::INTEGER as c0, 'n' || range as c1 from range(1, 1001)",
};

const words: Words = {
  probe: "files.probe",
  parameter: (n) => `$${n}`,
  twoLines: "'two\nlines'",
  oneRow: "",
  wrong: { sql: "select id,\n  nope\nfrom files.probe", line: 2, column: 3 },
  writes: [
    "delete from files.probe",
    "commit",
    "  /* x */ Rollback",
    "begin",
    "set threads = 64",
    "copy files.probe to '/tmp/x'",
    "create table t as select 1",
    "explain analyze create table t as select 1",
  ],
  settings: {
    none: "DuckDB's settings are locked before any SQL of a person runs",
    set: "set timezone = 'Asia/Tokyo'",
  },
  explained: /READ_PARQUET|PARQUET/i,
  unexplained: "analyze select 1",
};

export const subject: Subject = {
  name: "duckdb over stored results and files",
  adapter,
  words,
  start: () => startTables([probe]),
};
