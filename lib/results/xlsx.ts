import type { Writable } from "node:stream";
import exceljs from "exceljs";
import type { Column } from "@/lib/warehouses/adapter";
import { encodingOf } from "./encoding";
import { formulaStart, mayHoldFormula } from "./export-sql";
import type { Cell } from "./head";

/** A sheet's own limits. */
export const sheetRows = 1_048_576 - 1;
const sheetColumns = 16_384;
const cellCharacters = 32_767;

/** A number only where a spreadsheet's 15 digits keep it exactly; else the text. */
function sheetCell(text: Cell, column: Column, neutralise: boolean): string | number | boolean | null {
  if (text === null) return null;
  const { kind } = encodingOf(column.type);
  if (kind === "bool") return text === "t";
  if (kind === "int" || kind === "decimal" || kind === "float" || kind === "number") {
    const number = Number(text);
    const digits = text.replace(/[^0-9]/g, "").replace(/^0+/, "").length;
    return Number.isFinite(number) && !Object.is(number, -0) && (digits <= 15 || kind === "float") ? number : text;
  }
  const safe = neutralise && mayHoldFormula(column.type) && formulaStart.test(text) ? `'${text}` : text;
  // XML 1.0 has no place for control characters.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must go
  return safe.slice(0, cellCharacters).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}

export interface SheetInput {
  columns: Column[];
  batches: AsyncIterable<Cell[][]>;
  neutralise: boolean;
  /** Said on a sheet of its own. */
  notes: string[];
}

/** Writes one sheet row by row; what does not fit is said on a second sheet, never dropped in silence. */
export async function writeXlsx(target: Writable, { columns, batches, neutralise, notes }: SheetInput): Promise<void> {
  const book = new exceljs.stream.xlsx.WorkbookWriter({ stream: target, useStyles: false, useSharedStrings: false });
  const sheet = book.addWorksheet("Result");
  const said = [...notes];
  let rows = 0;
  let cut = 0;
  const title = ({ name }: Column) => (neutralise && formulaStart.test(name) ? `'${name}` : name);
  sheet.addRow(columns.slice(0, sheetColumns).map(title)).commit();
  outer: for await (const batch of batches) {
    for (const row of batch) {
      if (rows === sheetRows) {
        said.push(
          `A sheet ends at ${sheetRows.toLocaleString("en")} rows; the result has more. Download CSV or Parquet for all of them.`,
        );
        break outer;
      }
      rows++;
      for (const cell of row) if (cell !== null && cell.length > cellCharacters) cut++;
      sheet
        .addRow(row.slice(0, sheetColumns).map((cell, i) => sheetCell(cell, columns[i] as Column, neutralise)))
        .commit();
    }
    if (target.writableNeedDrain) await new Promise((resolve) => target.once("drain", resolve));
  }
  if (cut > 0)
    said.push(
      `${cut} cells are longer than the ${cellCharacters.toLocaleString("en")} characters that a sheet's cell holds, and end early.`,
    );
  if (columns.length > sheetColumns) said.push(`A sheet ends at ${sheetColumns.toLocaleString("en")} columns.`);
  sheet.commit();
  if (said.length > 0) {
    const note = book.addWorksheet("Note");
    for (const line of said) note.addRow([line]).commit();
    note.commit();
  }
  await book.commit();
}
