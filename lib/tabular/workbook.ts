import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import type { BadRow } from "./bad-rows";
import { lineBytes } from "./csv";
import { type Converted, mostColumns, Refusal } from "./refusal";
import type { Target } from "./tables";
import { type TypedOptions, typed } from "./typed";
import { readXml } from "./xml";
import { openZip, type Zip } from "./zip";

interface Sheet {
  name: string;
  file: string;
}

interface Book {
  sheets: Sheet[];
  /** Whether days are counted from 1904. */
  from1904: boolean;
}

async function bookOf(zip: Zip): Promise<Book> {
  if (!zip.has("xl/workbook.xml"))
    throw new Refusal("The file is an archive and no workbook. Unpack it, and send what is inside.");
  const targets = new Map<string, string>();
  await readXml(zip.text("xl/_rels/workbook.xml.rels"), {
    open(name, attribute) {
      if (name === "Relationship") targets.set(attribute("Id") ?? "", attribute("Target") ?? "");
    },
  });
  const book: Book = { sheets: [], from1904: false };
  await readXml(zip.text("xl/workbook.xml"), {
    open(name, attribute) {
      if (name === "workbookPr") book.from1904 = /^(1|true)$/.test(attribute("date1904") ?? "");
      const target = name === "sheet" ? targets.get(attribute("id") ?? "") : undefined;
      if (!target) return;
      const file = target.startsWith("/") ? target.slice(1) : path.posix.join("xl", target);
      if (zip.has(file)) book.sheets.push({ name: attribute("name") ?? "", file });
    },
  });
  return book;
}

async function stringsOf(zip: Zip): Promise<string[]> {
  const strings: string[] = [];
  if (!zip.has("xl/sharedStrings.xml")) return strings;
  let text = "";
  let inside = false;
  // How a word is pronounced stands beside it, and is no part of it.
  let phonetic = false;
  await readXml(zip.text("xl/sharedStrings.xml"), {
    open(name) {
      if (name === "si") text = "";
      if (name === "rPh") phonetic = true;
      inside = name === "t" && !phonetic;
    },
    text(part) {
      if (inside) text += part;
    },
    close(name) {
      if (name === "t") inside = false;
      if (name === "rPh") phonetic = false;
      if (name === "si") strings.push(text);
    },
  });
  return strings;
}

const dateFormats = (id: number) =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
/** What stands in quotes, brackets or after a backslash is shown as it is. */
const showsDate = (code: string) =>
  /[dmyhs]/i.test(code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, "").replace(/general/gi, ""));

/** Of each style of a cell, whether its number is a date. */
async function datesOf(zip: Zip): Promise<boolean[]> {
  const dates: boolean[] = [];
  if (!zip.has("xl/styles.xml")) return dates;
  const own = new Map<number, boolean>();
  let inside = false;
  await readXml(zip.text("xl/styles.xml"), {
    open(name, attribute) {
      if (name === "numFmt") own.set(Number(attribute("numFmtId")), showsDate(attribute("formatCode") ?? ""));
      if (name === "cellXfs") inside = true;
      if (name !== "xf" || !inside) return;
      const id = Number(attribute("numFmtId") ?? 0);
      dates.push(own.get(id) ?? dateFormats(id));
    },
    close(name) {
      if (name === "cellXfs") inside = false;
    },
  });
  return dates;
}

/** `AB12` is the 28th column. */
function columnAt(reference: string): number {
  let column = 0;
  for (const letter of reference) {
    const code = letter.charCodeAt(0) - 64;
    if (code < 1 || code > 26) break;
    column = column * 26 + code;
  }
  return column - 1;
}

/** A count of days as ISO text; a time alone where there is no day. */
function dateText(serial: number, from1904: boolean): string {
  const ms = Math.round((serial + (from1904 ? 1462 : 0) - 25_569) * 86_400_000);
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return String(serial);
  const iso = at.toISOString();
  if (serial >= 0 && serial < 1) return iso.slice(11, 19);
  return ms % 86_400_000 === 0 ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 23).replace(/\.000$/, "")}`;
}

/** Fifteen digits are what a spreadsheet has; its file may hold the binary fraction behind them. */
const numberText = (text: string) =>
  Number.isFinite(Number(text)) ? String(Number(Number(text).toPrecision(15))) : text;

type Cell = { text: string; isText: boolean } | null;

const csvCell = (cell: Cell) => (cell === null ? "" : `"${cell.text.replaceAll('"', '""')}"`);

/** Rows of a sheet, one after the other; those without a value are left out. */
async function eachRow(
  zip: Zip,
  book: Book,
  sheet: Sheet,
  take: (cells: Cell[]) => Promise<void> | void,
): Promise<void> {
  const [strings, dates] = [await stringsOf(zip), await datesOf(zip)];
  let cells: Cell[] = [];
  let [column, type, style, text, value] = [0, "n", 0, "", false];
  const rows: Cell[][] = [];
  const finish = () => {
    if (text === "" && type !== "inlineStr" && type !== "str") return;
    if (column >= mostColumns) throw new Refusal(`The sheet has more than ${mostColumns} columns.`);
    if (type === "s") cells[column] = { text: strings[Number(text)] ?? "", isText: true };
    else if (type === "b") cells[column] = { text: text === "1" ? "true" : "false", isText: false };
    else if (type === "inlineStr" || type === "str") cells[column] = { text, isText: true };
    else if (type === "d") cells[column] = { text: text.replace("T", " ").replace(/Z$/, ""), isText: false };
    // An error of a formula is no value.
    else if (type !== "e" && dates[style])
      cells[column] = { text: dateText(Number(text), book.from1904), isText: false };
    else if (type !== "e") cells[column] = { text: numberText(text), isText: false };
  };
  const pieces = zip.text(sheet.file);
  const handler = {
    open(name: string, attribute: (name: string) => string | undefined) {
      if (name === "row") cells = [];
      if (name === "c") {
        const reference = attribute("r");
        column = reference ? columnAt(reference) : cells.length;
        [type, style, text] = [attribute("t") ?? "n", Number(attribute("s") ?? 0), ""];
      }
      value = name === "v" || (name === "t" && type === "inlineStr");
    },
    text(part: string) {
      if (value) text += part;
    },
    close(name: string) {
      if (name === "v" || name === "t") value = false;
      if (name === "c") finish();
      if (name === "row" && cells.some(Boolean)) rows.push(Array.from(cells, (cell) => cell ?? null));
    },
  };
  // Rows go on between the pieces, so that a slow disk holds the reading back.
  async function* between(): AsyncIterable<string> {
    for await (const piece of pieces) {
      yield piece;
      for (const row of rows.splice(0)) await take(row);
    }
  }
  await readXml(between(), handler);
  for (const row of rows.splice(0)) await take(row);
}

export async function fromWorkbook(
  duck: DuckDBConnection,
  source: string,
  target: Target,
  wanted: string | undefined,
  options: Omit<TypedOptions, "asText"> = {},
): Promise<Converted & { bad: BadRow[]; badRows: number }> {
  const zip = await openZip(source);
  const book = await bookOf(zip);
  const sheets = book.sheets.map(({ name }) => name);
  const sheet = wanted === undefined ? book.sheets[0] : book.sheets.find(({ name }) => name === wanted);
  if (!sheet) {
    const has = sheets.length > 0 ? `Its sheets are: ${sheets.slice(0, 20).join(", ")}.` : "It has no sheet.";
    throw new Refusal(
      wanted === undefined ? "The workbook has no sheet." : `There is no sheet "${wanted}". ${has}`,
      "sheet",
    );
  }
  const csv = `${target.file}.csv`;
  const out = createWriteStream(csv, { mode: 0o600 });
  let [rows, width] = [0, 0];
  let names: string[] = [];
  const texts = new Set<number>();
  await eachRow(zip, book, sheet, async (cells) => {
    width = Math.max(width, cells.length);
    rows++;
    // Words above numbers are their names; so are words above words.
    if (rows === 1 && cells.every((cell) => cell === null || cell.isText)) {
      names = cells.map((cell) => cell?.text ?? "");
      return;
    }
    for (const [i, cell] of cells.entries()) if (cell?.isText) texts.add(i);
    if (!out.write(`${cells.map(csvCell).join(",")}\n`)) await once(out, "drain");
  });
  out.end();
  await once(out, "close");
  if (width === 0) throw new Refusal(`The sheet "${sheet.name}" is empty.`, "sheet");
  const staging = `${target.file}.text`;
  const columns = Array.from({ length: width }, (_, i) => `'v${i}': 'VARCHAR'`).join(", ");
  await duck.run(`COPY (SELECT * FROM read_csv(${quote(csv)}, auto_detect = false, columns = {${columns}}, header = false, delim = ',',
    quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, null_padding = true, parallel = false, max_line_size = ${lineBytes}, buffer_size = ${lineBytes}))
    TO ${quote(staging)} (FORMAT parquet, COMPRESSION lz4, USE_TMP_FILE false)`);
  rmSync(csv, { force: true });
  const all = Array.from({ length: width }, (_, i) => names[i] ?? "");
  return { ...(await typed(duck, staging, target, all, { ...options, asText: texts })), sheets };
}
