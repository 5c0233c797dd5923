import { mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import { type Context, inFolder, outFolder } from "../sql/context";
import { openDuck } from "../sql/duck";

/** DuckDB over files that may be anything: it opens nothing but the stage's own folders from here on. */
export async function openShutIn(work: string): Promise<DuckDBConnection> {
  const duck = await openDuck();
  const folders = [work, inFolder(), outFolder()].map((folder) => quote(`${path.resolve(folder)}/`));
  await duck.run(`SET allowed_directories = [${folders.join(", ")}]`);
  await duck.run("SET enable_external_access = false");
  await duck.run("SET lock_configuration = true");
  return duck;
}

const writers = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  csv: "FORMAT csv, HEADER true",
  ndjson: "FORMAT json",
};

/** Rows that are there as Parquet, as an output in the format that is wanted. Answers how many. */
export async function writeRows(
  duck: DuckDBConnection,
  context: Context,
  file: string,
  output: string,
): Promise<number> {
  const { format, path: name } = context.outputs[output] ?? { format: "parquet" as const, path: output };
  const folder = path.join(outFolder(), name);
  mkdirSync(folder, { recursive: true });
  const target = path.join(folder, `part-0.${format}`);
  const most = context.dry?.rows ?? null;
  const from = `read_parquet(${quote(file)})${most === null ? "" : ` LIMIT ${Number(most)}`}`;
  if (format === "parquet" && most === null) {
    const [[rows] = []] = (await duck.runAndReadAll(`SELECT count(*) FROM ${from}`)).getRowsJS();
    renameSync(file, target);
    return Number(rows);
  }
  const [[rows] = []] = (
    await duck.runAndReadAll(`COPY (SELECT * FROM ${from}) TO ${quote(target)} (${writers[format]})`)
  ).getRowsJS();
  return Number(rows);
}
