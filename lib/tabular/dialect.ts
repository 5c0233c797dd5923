import { closeSync, openSync, readSync } from "node:fs";
import { Refusal } from "./refusal";

export interface Dialect {
  delim: string;
  header: boolean;
  /** Of the first row: its values. */
  first: string[];
  /** Whether a quotation mark stands behind a backslash somewhere at its beginning. */
  backslashes: boolean;
}

const delimiters = [",", ";", "\t", "|"];
const lookBytes = 1 << 20;
const lookRows = 200;

/** What stands where a name would: a number, a day or a time is a value already. */
const value = /^[-+]?[\d.,]+%?$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$|^(true|false)$/i;

/**
 * The delimiter that divides most rows like the first one, and whether that holds names. Looked for here and not by
 * DuckDB, which takes rows that do not fit for a title to be left out, or for one long value.
 * @param known what need not be looked for
 */
export function dialectOf(source: string, known: Partial<Pick<Dialect, "delim" | "header">> = {}): Dialect {
  const text = beginning(source);
  const read = (known.delim === undefined ? delimiters : [known.delim]).map((delim) => ({
    delim,
    rows: rowsOf(text, delim),
  }));
  const judged = read.map(({ delim, rows }) => {
    const width = rows[0]?.length ?? 0;
    return { delim, rows, width, alike: rows.filter((row) => row.length === width).length };
  });
  const several = judged.filter(({ width }) => width > 1);
  const [best = judged[0]] = several.sort((a, b) => b.alike - a.alike || b.width - a.width);
  const first = best?.rows[0];
  if (!best || !first) throw new Refusal("The file has no rows.");
  const header = first.some((cell) => cell.trim()) && !first.some((cell) => value.test(cell.trim()));
  return { delim: best.delim, header: known.header ?? header, first, backslashes: text.includes('\\"') };
}

function beginning(source: string): string {
  const fd = openSync(source, "r");
  try {
    const bytes = Buffer.alloc(lookBytes);
    return bytes.toString("utf8", 0, readSync(fd, bytes, 0, lookBytes, 0));
  } finally {
    closeSync(fd);
  }
}

/** The first rows; what is cut off at the end is left out, unless it is all there is. */
function rowsOf(text: string, delim: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const close = () => {
    row.push(cell);
    if (row.length > 1 || cell) rows.push(row);
    [row, cell] = [[], ""];
  };
  for (let i = 0; i < text.length && rows.length < lookRows; i++) {
    const char = text[i] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === delim) {
      row.push(cell);
      cell = "";
    } else if (char === "\n") close();
    else if (char !== "\r") cell += char;
  }
  if (rows.length === 0 || (text.length < lookBytes && (cell || row.length > 0))) close();
  return rows;
}
