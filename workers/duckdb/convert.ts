import path from "node:path";
import process from "node:process";
import { quote } from "@/lib/results/encoding";
import { fromCsv } from "@/lib/tabular/csv";
import { type Converted, Refusal } from "@/lib/tabular/refusal";
import { fromJson, fromParquet } from "@/lib/tabular/tables";
import { fromWorkbook } from "@/lib/tabular/workbook";
import type { ConvertAnswer, ConvertRequest } from "@/lib/uploads/requests";
import { WarehouseError } from "@/lib/warehouses/adapter";
import { openFolder, wordsOf } from "./one-folder";

/** Converts one file that somebody sent, once: it may be anything, so this process can open nothing but its own folder. */
const request = JSON.parse(process.argv[2] ?? "{}") as ConvertRequest;
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("SIGINT", () => undefined);

const previewRows = 20;
const previewCharacters = 200;

async function convert(): Promise<ConvertAnswer> {
  const { folder, format, sheet } = request;
  const duck = await openFolder(folder, { max_temp_directory_size: "20GB" });
  const source = path.join(folder, "source");
  const file = path.join(folder, "rows.parquet");
  const target = { file, columns: "numbered" } as const;
  let done: Converted;
  if (format === "csv") done = await fromCsv(duck, source, target);
  else if (format === "parquet") done = await fromParquet(duck, source, target);
  else if (format === "xlsx") done = await fromWorkbook(duck, source, target, sheet);
  else done = await fromJson(duck, source, target, format);
  const texts = done.columns.map((_, i) => `left(c${i}::VARCHAR, ${previewCharacters})`).join(", ");
  const first = await duck.runAndReadAll(`SELECT ${texts} FROM read_parquet(${quote(file)}) LIMIT ${previewRows}`);
  const [[rows = 0] = []] = (await duck.runAndReadAll(`SELECT count(*) FROM read_parquet(${quote(file)})`)).getRowsJS();
  const { columns, sheets } = done;
  return {
    ok: true,
    columns,
    ...(sheets ? { sheets } : {}),
    rows: Number(rows),
    preview: first.getRowsJS() as (string | null)[][],
  };
}

convert()
  .catch((error: unknown): ConvertAnswer => {
    if (error instanceof Refusal) return { ok: false, field: error.field, message: error.message };
    if (error instanceof WarehouseError) return { ok: false, field: "file", message: error.message };
    return { ok: false, field: "file", message: `The file could not be read: ${wordsOf(error, request.folder)}` };
  })
  .then((answer) => process.send?.(answer));
