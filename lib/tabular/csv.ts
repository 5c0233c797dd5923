import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import { type BadRow, cut } from "./bad-rows";
import { type Dialect, dialectOf } from "./dialect";
import { type Converted, mostColumns, Refusal } from "./refusal";
import type { Target } from "./tables";
import { type TypedOptions, typed } from "./typed";

/** No line is longer. DuckDB would take many times as much for its buffers, were they not said. */
export const lineBytes = 16 << 20;

const fewer = /Expected Number of Columns: (\d+) Found: (\d+)/i;

/** So far down one looks for the names of the columns. */
const titleLines = 20;

interface Wrong {
  /** Goes on behind `Line 7`. */
  what: string;
  remedy: string;
}

/** What is wrong in a line, in the file's own terms; null where DuckDB says something that is not known here. */
function wrongIn(text: string, line: number, backslashes: boolean): Wrong | null {
  const found = fewer.exec(text);
  if (found) {
    const what = `has ${found[2]} ${found[2] === "1" ? "value" : "values"} where the others have ${found[1]}`;
    const titles = line <= titleLines && Number(found[2]) > Number(found[1]);
    const remedy = titles
      ? "If titles stand above the names of the columns, remove them: the first line has to be the names. Else correct that line. Then send the file again."
      : "Correct that line, and send the file again.";
    return { what, remedy };
  }
  if (/quote/i.test(text)) {
    const what = "has a quotation mark that is opened and never closed, or that stands inside a value";
    const remedy = backslashes
      ? 'The file has \\" in it: inside of a value write each quotation mark twice ("") instead, which the program that made the file can do (often called "double quote" escaping).'
      : "Correct that line, and send the file again.";
    return { what, remedy };
  }
  if (!/maximum line size/i.test(text)) return null;
  return { what: `is longer than ${lineBytes >> 20} MB`, remedy: "Split the file's rows, or send it as Parquet." };
}

/** DuckDB says where; what is wrong there is said in the file's own terms. */
function inWords(error: unknown, backslashes: boolean): Error {
  const text = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  if (!line) return error instanceof Error ? error : new Error(text);
  const wrong = wrongIn(text, Number(line), backslashes);
  return new Refusal(
    wrong
      ? `Line ${line} ${wrong.what}. ${wrong.remedy}`
      : `Line ${line} could not be read: ${(text.split("\n")[1] ?? "").slice(0, 200)}`,
  );
}

export interface CsvOptions extends TypedOptions {
  /** What is known of the file; the rest is found. */
  dialect?: Partial<Pick<Dialect, "delim" | "header">>;
  /** Lines that cannot be divided are left out and told of, this many at most; without it the first is refused. */
  leaveOut?: number;
}

/** CSV in UTF-8: its delimiter, quotes and header are found, and every value stays what it was. */
export async function fromCsv(
  duck: DuckDBConnection,
  source: string,
  target: Target,
  options: CsvOptions = {},
): Promise<Converted & { bad: BadRow[]; badRows: number }> {
  const { delim, header, first, backslashes } = dialectOf(source, options.dialect);
  if (first.length > mostColumns) throw new Refusal(`The file has ${first.length} columns; ${mostColumns} may be.`);
  const columns = first.map((_, i) => `'v${i}': 'VARCHAR'`).join(", ");
  const staging = `${target.file}.text`;
  const { leaveOut } = options;
  const lenient =
    leaveOut === undefined
      ? ""
      : `, ignore_errors = true, store_rejects = true, rejects_limit = ${leaveOut + 1}, rejects_table = 'bad_lines', rejects_scan = 'bad_scans'`;
  const read = `read_csv(${quote(source)}, auto_detect = false, columns = {${columns}}, delim = ${quote(delim)},
    quote = '"', escape = '"', header = ${header}, nullstr = '', allow_quoted_nulls = false, strict_mode = true,
    max_line_size = ${lineBytes}, buffer_size = ${2 * lineBytes}${lenient})`;
  const cells = first.map((_, i) => `v${i}`).join(", ");
  await duck
    .run(
      `COPY (SELECT ${cells} FROM ${read}) TO ${quote(staging)} (FORMAT parquet, COMPRESSION lz4, USE_TMP_FILE false)`,
    )
    .catch((error: unknown) => {
      throw inWords(error, backslashes);
    });
  const lines = leaveOut === undefined ? [] : await leftOut(duck, backslashes);
  const done = await typed(duck, staging, target, header ? first : first.map(() => ""), options);
  return { ...done, bad: [...lines, ...done.bad], badRows: lines.length + done.badRows };
}

async function leftOut(duck: DuckDBConnection, backslashes: boolean): Promise<BadRow[]> {
  // A line with two faults stands there twice.
  const found = await duck.runAndReadAll(
    "SELECT line, first(error_message), first(csv_line) FROM bad_lines GROUP BY line ORDER BY line",
  );
  return found.getRowsJS().map(([line, message, text]): BadRow => {
    const said = String(message ?? "");
    const wrong = wrongIn(said, Number(line), backslashes)?.what ?? said.slice(0, 200);
    return { line: Number(line), row: null, column: null, message: wrong, text: cut(String(text ?? "")) };
  });
}
