import { rmSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, quote } from "@/lib/results/encoding";
import { type BadRow, inLines } from "@/lib/tabular/bad-rows";
import { fromCsv } from "@/lib/tabular/csv";
import { columnNames, Refusal } from "@/lib/tabular/refusal";
import { fromJson, fromParquet } from "@/lib/tabular/tables";
import { fromWorkbook } from "@/lib/tabular/workbook";
import { type Context, StageError, type Told, workFolder } from "../sql/context";
import { type Reading, readingOf } from "./reading";
import { keepRejected } from "./rejected";
import { type Source, sourceOf } from "./source";
import { openShutIn, writeRows } from "./write-rows";

/** Reads one file, whatever it is, and hands its rows on. */
export async function loadFile(context: Context): Promise<Told> {
  const folder = workFolder();
  try {
    const reading = readingOf(context);
    const source = await sourceOf(context, folder);
    const duck = await openShutIn(folder);
    const file = path.join(folder, "rows.parquet");
    const { bad, badRows } = await read(duck, source, reading, file).catch((error: unknown) => {
      throw inWords(error, context);
    });
    if (badRows > reading.leaveOut) throw tooMany(bad, badRows, reading);
    const rows = await writeRows(duck, context, file, "rows");
    if (reading.leavesOut) await keepRejected(duck, context, folder, bad);
    return { rows, metrics: { bytes: source.bytes, ...(reading.leavesOut ? { left_out: badRows } : {}) } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** So many are named where none is left out. */
const named = 10;

async function read(
  duck: DuckDBConnection,
  { file: source, format: found, columns }: Source,
  { format: wanted, sheet, dialect, types, leaveOut }: Reading,
  file: string,
): Promise<{ bad: BadRow[]; badRows: number }> {
  const none = { bad: [], badRows: 0 };
  const target = { file, columns: "named" } as const;
  const format = formatOf(found, wanted);
  const typed = Object.keys(types).length > 0;
  if (typed && format !== "csv" && format !== "xlsx")
    throw new StageError(`Columns of ${format} have types of their own.`, { field: "types", hint: "Take types out." });
  const most = Math.max(leaveOut, named);
  if (columns) {
    const names = columnNames(columns.map(({ name }) => name));
    const cells = names.map((name, i) => `c${i} AS ${identifier(name)}`).join(", ");
    await duck.run(
      `COPY (SELECT ${cells} FROM read_parquet(${quote(source)})) TO ${quote(file)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    return none;
  }
  if (format === "csv")
    return fromCsv(duck, source, target, { dialect, declared: types, leaveOut: most, told: most + 1 });
  if (format === "xlsx") return fromWorkbook(duck, source, target, sheet, { declared: types, told: most + 1 });
  await (format === "parquet" ? fromParquet(duck, source, target) : fromJson(duck, source, target, format));
  return none;
}

/** Texts are told apart by a guess, which somebody may know better; the others say themselves what they are. */
function formatOf(found: Source["format"], wanted: Reading["format"]): Source["format"] {
  if (wanted === "auto" || wanted === found) return found;
  const texts = ["csv", "json", "ndjson"];
  if (texts.includes(found) && texts.includes(wanted)) return wanted;
  throw new StageError(`The file is ${found.toUpperCase()}, and no ${wanted.toUpperCase()}.`, { field: "format" });
}

function inWords(error: unknown, context: Context): unknown {
  if (!(error instanceof Refusal)) return error;
  const { from } = context.params;
  const at = from === "url" ? "url" : from === "store" ? "stored" : "file";
  return new StageError(error.message, { field: error.field === "file" ? at : error.field });
}

function tooMany(bad: BadRow[], all: number, { leaveOut }: Reading): StageError {
  const count = bad.length >= all && all > Math.max(leaveOut, named) ? `More than ${all - 1}` : String(all);
  const what = `${count} ${all === 1 ? "row" : "rows"} of the file cannot be read`;
  const most = leaveOut > 0 ? `, and at most ${leaveOut} may be left out` : "";
  const [first] = bad;
  const hint =
    leaveOut > 0
      ? "Correct the file, or allow more."
      : "Correct them, or have them left out: the stage then hands them on as its output rejected.";
  return new StageError(`${what}${most}.\n${inLines(bad, all)}`, { hint, row: first?.line ?? first?.row ?? 0 });
}
