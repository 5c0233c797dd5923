import { renameSync, rmSync } from "node:fs";
import process from "node:process";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";

export async function rowsOfSql<Value>(duck: DuckDBConnection, sql: string): Promise<Value[][]> {
  return (await duck.runAndReadAll(sql)).getRowsJS() as Value[][];
}

/** Keeps what a query answers as a Parquet file: written aside and renamed, so that two readers may race. */
export async function keepRows(duck: DuckDBConnection, select: string, file: string, options = ""): Promise<void> {
  const aside = `${file}.${process.pid}.part`;
  try {
    await duck.run(`COPY (${select}) TO ${quote(aside)} (FORMAT parquet, COMPRESSION lz4${options})`);
    renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}
