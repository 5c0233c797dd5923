import type { Column } from "@/lib/warehouses/adapter";
import { encodingOf } from "./encoding";
import { formulaStart, mayHoldFormula } from "./export-sql";
import { type Cell, toJsonCell } from "./head";
import { uniqueNames } from "./naming";

export function csvCell(text: Cell): string {
  if (text === null) return "";
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Column names may be formulas too, so they are neutralised like text. */
export function csvHeader(columns: Column[], neutralise: boolean): string {
  if (columns.length === 0) return "";
  return `${columns.map(({ name }) => csvCell(neutralise && formulaStart.test(name) ? `'${name}` : name)).join(",")}\n`;
}

export function neutralised(cell: Cell, type: string): Cell {
  return cell !== null && mayHoldFormula(type) && formulaStart.test(cell) ? `'${cell}` : cell;
}

export function csvRow(row: Cell[], columns: Column[], neutralise: boolean): string {
  const cells = row.map((cell, i) => csvCell(neutralise ? neutralised(cell, columns[i]?.type ?? "text") : cell));
  return `${cells.join(",")}\n`;
}

/** The keys of a row's object; repeated names are told apart as `id`, `id_2`. */
export function jsonLabels(columns: Column[]): string[] {
  return uniqueNames(columns.map((column) => column.name)).map((name) => JSON.stringify(name));
}

/** Gives a function that writes one row as a JSON object. */
export function jsonRow(columns: Column[]): (row: Cell[]) => string {
  const labels = jsonLabels(columns);
  return (row) => `{${row.map((cell, i) => `${labels[i]}:${jsonText(cell, columns[i]?.type ?? "text")}`).join(",")}}`;
}

export function jsonText(cell: Cell, type: string): string {
  // JSON has a negative zero, and JavaScript does not write it.
  if (cell === "-0" && encodingOf(type).kind === "float") return cell;
  return JSON.stringify(toJsonCell(cell, type));
}
