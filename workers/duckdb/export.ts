import { closeSync, createReadStream, createWriteStream, openSync, rmSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote, textOf } from "@/lib/results/encoding";
import { csvSelect, inexactSelect, jsonSelect, parquetSelect } from "@/lib/results/export-sql";
import type { Cell } from "@/lib/results/head";
import type { ExportRequest } from "@/lib/results/requests";
import { writeXlsx } from "@/lib/results/xlsx";

/** Writes JSON text straight into the pipe; this process has nothing else to do while the reader is slow. */
async function writeJson(
  duck: DuckDBConnection,
  { columns, format, target }: ExportRequest,
  source: string,
): Promise<void> {
  const result = await duck.stream(jsonSelect(columns, source));
  const fd = openSync(target, "w");
  const put = (text: string) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  };
  const list = format === "json";
  try {
    if (list) put("[");
    let separator = list ? "\n" : "";
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const lines = chunk.getColumnValues(0) as string[];
      put(separator + lines.join(list ? ",\n" : "\n") + (list ? "" : "\n"));
      if (list) separator = ",\n";
    }
    if (list) put("\n]\n");
  } finally {
    closeSync(fd);
  }
}

async function* batchesOf(duck: DuckDBConnection, sql: string): AsyncIterable<Cell[][]> {
  const result = await duck.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getRows() as Cell[][];
}

async function writeParquet(duck: DuckDBConnection, { columns, target }: ExportRequest, source: string): Promise<void> {
  // Parquet's footer comes last and points back, so the file is made whole first.
  const aside = `${target}.parquet`;
  try {
    const inexact = ((await duck.runAndReadAll(inexactSelect(columns, source))).getRowsJS()[0] ?? []).map(Boolean);
    await duck.run(
      `COPY (${parquetSelect(columns, inexact, source)}) TO ${quote(aside)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    await pipeline(createReadStream(aside), createWriteStream(target, { flags: "w" }));
  } finally {
    rmSync(aside, { force: true });
  }
}

export async function writeExport(duck: DuckDBConnection, request: ExportRequest): Promise<null> {
  const { files, columns, format, neutralise, target, notes } = request;
  const source = `read_parquet([${files.map(quote).join(", ")}])`;
  if (format === "csv") {
    const select = csvSelect(columns, neutralise, source);
    await duck.run(`COPY (${select}) TO ${quote(target)} (FORMAT csv, HEADER false, USE_TMP_FILE false)`);
  } else if (format === "parquet") await writeParquet(duck, request, source);
  else if (format === "xlsx") {
    const texts = columns.map(({ type }, i) => `${textOf(type, i)} AS t${i}`).join(", ");
    const batches = batchesOf(duck, `SELECT ${texts} FROM ${source}`);
    await writeXlsx(createWriteStream(target, { flags: "w" }), {
      columns,
      batches,
      neutralise,
      notes,
    });
  } else await writeJson(duck, request, source);
  return null;
}
