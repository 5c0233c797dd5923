import path from "node:path";
import process from "node:process";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Cell, TableAnswer, TableRequest } from "@/lib/artifacts/table-process";
import { identifier, quote } from "@/lib/results/encoding";
import { csvSource } from "./csv-types";
import { openFolder, wordsOf } from "./one-folder";

/**
 * Reads one table that a stage wrote, once, and writes it in another format or tells its first rows: it may be anything, so
 * this process can open nothing but its own folder.
 */
const request = JSON.parse(process.argv[2] ?? "{}") as TableRequest;
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("SIGINT", () => undefined);

const readers = {
  parquet: (files: string) => `read_parquet(${files}, union_by_name = true)`,
  ndjson: (files: string) =>
    `read_ndjson(${files}, union_by_name = true, sample_size = -1, maximum_object_size = 67108864)`,
};
const texts = (files: string) => `read_csv(${files}, header = true, union_by_name = true, all_varchar = true)`;
const writers = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  csv: "FORMAT csv, HEADER true",
  ndjson: "FORMAT json",
};

async function work(): Promise<TableAnswer> {
  const { folder, files, from, to, head } = request;
  const duck = await openFolder(folder, { max_temp_directory_size: "50GB", preserve_insertion_order: "true" });
  const paths = files.map((name) => path.join(folder, name));
  const list = `[${paths.map(quote).join(", ")}]`;
  // Of the first rows of a text the types are not asked, which would be to read all of it.
  const csv = () => (head === undefined ? csvSource(duck, paths, list) : texts(list));
  const source = from === "csv" ? await csv() : readers[from](list);
  const described = await duck.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
  const columns = described.getRowsJS().map(([name, type]) => ({ name: String(name), type: String(type) }));
  if (head !== undefined) {
    const found = await headOf(duck, columns, source, head);
    return { ok: true, rows: found.length, columns, head: found };
  }
  const [[rows = 0] = []] = to
    ? (
        await duck.runAndReadAll(
          `COPY (SELECT * FROM ${source}) TO ${quote(path.join(folder, `made.${to}`))} (${writers[to]})`,
        )
      ).getRowsJS()
    : (await duck.runAndReadAll(`SELECT count(*) FROM ${source}`)).getRowsJS();
  return { ok: true, rows: Number(rows), columns };
}

/** Of a longer cell this much is shown. */
const mostOfCell = 2_000;
const ownInJson = /^(BOOLEAN|TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT)$/;

async function headOf(duck: DuckDBConnection, columns: { name: string; type: string }[], source: string, head: number) {
  const cells = columns.map(({ name, type }) => {
    if (ownInJson.test(type) || /^(FLOAT|DOUBLE)$/.test(type)) return identifier(name);
    const text = type === "BLOB" ? `'\\x' || lower(hex(${identifier(name)}))` : `${identifier(name)}::VARCHAR`;
    return `CASE WHEN length(${text}) > ${mostOfCell} THEN left(${text}, ${mostOfCell}) || '…' ELSE ${text} END`;
  });
  const read = await duck.runAndReadAll(`SELECT ${cells.join(", ")} FROM (SELECT * FROM ${source} LIMIT ${head})`);
  return read.getRowsJS().map((row) => row.map((cell) => jsonCell(cell)));
}

/** Infinities and NaN are no JSON. */
function jsonCell(cell: unknown): Cell {
  if (typeof cell === "number" && !Number.isFinite(cell)) return String(cell);
  return cell === undefined ? null : (cell as Cell);
}

work()
  .catch((error: unknown): TableAnswer => {
    return { ok: false, message: wordsOf(error, request.folder).slice(0, 1_000) };
  })
  .then((answer) => process.send?.(answer));
