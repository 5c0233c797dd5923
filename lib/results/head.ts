import type { Column } from "@/lib/warehouses/adapter";
import { encodingOf } from "./encoding";

export type Cell = string | null;
export type JsonCell = string | number | boolean | null;

const [comma, newline, doubleQuote] = [44, 10, 34];

/** Parses the engine's CSV ("\n" after each row; NULL is unquoted-empty, the empty string `""`). */
export function parseHead(csv: Buffer, columns: Column[]): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let at = 0;
  while (at < csv.length) {
    if (columns.length === 0) {
      const end = csv.indexOf(newline, at);
      rows.push([]);
      at = end < 0 ? csv.length : end + 1;
      continue;
    }
    let cell: Cell;
    if (csv[at] === doubleQuote) {
      let end = at + 1;
      let doubled = false;
      for (;;) {
        end = csv.indexOf(doubleQuote, end);
        if (end < 0) return rows;
        if (csv[end + 1] !== doubleQuote) break;
        doubled = true;
        end += 2;
      }
      cell = csv.toString("utf8", at + 1, end);
      if (doubled) cell = cell.replaceAll('""', '"');
      at = end + 1;
    } else {
      let end = at;
      while (end < csv.length && csv[end] !== comma && csv[end] !== newline) end++;
      cell = end === at ? null : csv.toString("utf8", at, end);
      at = end;
    }
    row.push(cell);
    if (csv[at] === newline) {
      rows.push(row);
      row = [];
    }
    at++;
  }
  return rows;
}

/** The end of the last whole row within the first `limit` bytes, and how many rows that is. */
export function wholeRows(csv: Buffer, limit = csv.length): { bytes: number; rows: number } {
  let bytes = 0;
  let rows = 0;
  let quoted = false;
  for (let at = 0; at < Math.min(limit, csv.length); at++) {
    const byte = csv[at];
    if (byte === doubleQuote) quoted = !quoted;
    else if (byte === newline && !quoted) {
      rows++;
      bytes = at + 1;
    }
  }
  return { bytes, rows };
}

/** What JSON as JavaScript writes it cannot hold. */
const textOnly = new Set(["NaN", "Infinity", "-Infinity", "-0"]);

/** A cell as the REST contract says: bool, int2/int4 and finite floats are JSON's own, the rest is the engine's text. */
export function toJsonCell(text: Cell, type: string): JsonCell {
  if (text === null) return null;
  const { kind, native } = encodingOf(type);
  if (kind === "bool") return text === "t";
  if (kind === "int" && native !== "BIGINT") return Number(text);
  if (kind === "float") return textOnly.has(text) || !Number.isFinite(Number(text)) ? text : Number(text);
  return text;
}
