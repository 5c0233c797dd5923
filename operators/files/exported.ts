import { closeSync, createWriteStream, openSync, writeSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { fileFormats } from "@/lib/deliveries/limits";
import { identifier, quote } from "@/lib/results/encoding";
import { formulaStarts, mayHoldFormula } from "@/lib/results/export-sql";
import { sheetRows, writeXlsx } from "@/lib/results/xlsx";
import { StageError } from "../sql/context";
import { postgresType } from "../sql/duck";

export interface Exported {
  source: string;
  columns: { name: string; type: string }[];
  rows: number;
  format: (typeof fileFormats)[number];
  target: string;
  neutralise: boolean;
}

/** Rows as one file for people and programs elsewhere. */
export async function exported(duck: DuckDBConnection, asked: Exported): Promise<void> {
  const { source, columns, rows, format, target, neutralise } = asked;
  if (format === "xlsx") {
    if (rows > sheetRows)
      throw new StageError(
        `A sheet has room for ${sheetRows.toLocaleString("en-US")} rows, and there are ${rows.toLocaleString("en-US")}.`,
        {
          field: "format",
          hint: "Choose CSV or Parquet.",
        },
      );
    const typed = columns.map(({ name, type }) => ({ name, type: postgresType(type) }));
    const texts = columns.map(({ name, type }) =>
      type === "BOOLEAN" ? `left(${identifier(name)}::VARCHAR, 1)` : `${identifier(name)}::VARCHAR`,
    );
    const batches = batchesOf(duck, `SELECT ${texts.join(", ")} FROM ${source}`);
    await writeXlsx(createWriteStream(target), { columns: typed, batches, neutralise, notes: [] });
    return;
  }
  if (format === "json") return writeList(duck, source, target);
  const cells = columns.map(({ name, type }) => {
    const cell = identifier(name);
    if (format !== "csv" || !neutralise || !mayHoldFormula(postgresType(type))) return cell;
    const starts = formulaStarts.map((one) => `chr(${one.codePointAt(0)})`).join(", ");
    return `CASE WHEN list_contains([${starts}], left(${cell}, 1)) THEN '''' || ${cell} ELSE ${cell} END AS ${cell}`;
  });
  const how = { csv: "FORMAT csv, HEADER true", ndjson: "FORMAT json", parquet: "FORMAT parquet, COMPRESSION zstd" }[
    format
  ];
  await duck.run(`COPY (SELECT ${cells.join(", ")} FROM ${source}) TO ${quote(target)} (${how}, USE_TMP_FILE false)`);
}

async function* batchesOf(duck: DuckDBConnection, sql: string): AsyncIterable<(string | null)[][]> {
  const result = await duck.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getRows() as (string | null)[][];
}

async function writeList(duck: DuckDBConnection, source: string, target: string): Promise<void> {
  const fd = openSync(target, "w");
  try {
    let before = "[\n";
    for await (const rows of batchesOf(duck, `SELECT to_json(r)::VARCHAR FROM ${source} r`))
      for (const [row] of rows) {
        writeSync(fd, `${before}${row}`);
        before = ",\n";
      }
    writeSync(fd, before === "[\n" ? "[]\n" : "\n]\n");
  } finally {
    closeSync(fd);
  }
}
