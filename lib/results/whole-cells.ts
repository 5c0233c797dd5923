import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Column } from "@/lib/warehouses/adapter";
import { formulaStart, mayHoldFormula } from "./export-sql";
import { csvCell, jsonLabels, jsonText, neutralised } from "./formats";
import type { Cell } from "./head";

/** A cell that is read from the store as it is written: it may be larger than what memory should hold. */
export interface WholeCell {
  open(): Promise<Readable>;
}

export type StreamedCell = Cell | WholeCell;

export const isWhole = (cell: StreamedCell): cell is WholeCell => typeof cell === "object" && cell !== null;

/** The cell's text as it comes, never half a character. */
async function* textOf(cell: WholeCell): AsyncIterable<string> {
  const decoder = new StringDecoder("utf8");
  for await (const chunk of await cell.open()) {
    const text = decoder.write(chunk as Buffer);
    if (text) yield text;
  }
  const rest = decoder.end();
  if (rest) yield rest;
}

async function* quoted(cell: WholeCell, first: string, written: (text: string) => string): AsyncIterable<string> {
  yield '"';
  let begun = false;
  for await (const text of textOf(cell)) {
    if (!begun && first && formulaStart.test(text)) yield first;
    begun = true;
    yield written(text);
  }
  yield '"';
}

/** One row of CSV, in pieces. */
export async function* csvPieces(row: StreamedCell[], columns: Column[], neutralise: boolean): AsyncIterable<string> {
  for (const [i, cell] of row.entries()) {
    if (i > 0) yield ",";
    const type = columns[i]?.type ?? "text";
    if (!isWhole(cell)) yield csvCell(neutralise ? neutralised(cell, type) : cell);
    else yield* quoted(cell, neutralise && mayHoldFormula(type) ? "'" : "", (text) => text.replaceAll('"', '""'));
  }
  yield "\n";
}

/** One row as a JSON object, in pieces. */
export async function* jsonPieces(
  row: StreamedCell[],
  columns: Column[],
  labels: string[] = jsonLabels(columns),
): AsyncIterable<string> {
  for (const [i, cell] of row.entries()) {
    yield `${i === 0 ? "{" : ","}${labels[i]}:`;
    if (isWhole(cell)) yield* quoted(cell, "", (text) => JSON.stringify(text).slice(1, -1));
    else yield jsonText(cell, columns[i]?.type ?? "text");
  }
  yield "}";
}
