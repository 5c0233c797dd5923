import pg from "pg";
import { StageError } from "../context";
import type { Column } from "./target";

/** What is written: rows that somebody can put into a table. */
export interface Rows {
  /** Types as a new table would have them. */
  columns: Column[];
  /**
   * Adds all rows to a table that is there, within the open transaction.
   * @param into as it stands in SQL
   * @param columns of that table, one for each of ours, in order
   * @param run the value of the run's column, which is named behind the others; null where there is none
   * @returns how many
   */
  into(client: pg.Client, into: string, columns: Column[], run: string | null): Promise<number>;
  /** For a dry run: the first rows, or all of them, as texts that `columns` take, by the thousand. */
  read(columns: Column[], limit: number | null): AsyncIterable<(string | null)[][]>;
  /** A query of the session that would write, in place of `read`. */
  sql?: string;
  /** How many there are, where that can be had without reading them. */
  count?(): Promise<number>;
}

const copyPlace = /^COPY [^,]*, line (\d+)(?:, column (.+?))?(?:: (?:"([\s\S]*)"|null input))?$/m;
const mostOfCell = 120;

/**
 * What the warehouse refused, with the row and the column that it named.
 * @param rowOf which row a line of the sent text belongs to; cells may hold line breaks
 */
export async function refusedRow(error: unknown, rowOf: (line: number) => Promise<number>): Promise<unknown> {
  if (!(error instanceof pg.DatabaseError)) return error;
  const place = copyPlace.exec(error.where ?? "");
  const reason = `${error.message}${error.detail ? `: ${error.detail}` : ""}`;
  if (!place) return new StageError(`The warehouse refused this: ${reason}`, error.hint ? { hint: error.hint } : {});
  const row = await rowOf(Number(place[1])).catch(() => Number(place[1]));
  const column = place[2] ?? error.column;
  const cell = place[3];
  const where = `Row ${row}${column ? `, column ${column}` : ""}`;
  const value = column && cell !== undefined ? ` (its value begins with "${cell.slice(0, mostOfCell)}")` : "";
  return new StageError(`${where}: ${error.message}${value}. Nothing was written.`, {
    row,
    ...(column ? { field: column } : {}),
    ...(error.detail ? { hint: error.detail } : {}),
  });
}
