import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { list } from "../names";
import { runColumn } from "./fence";
import { refusedRow } from "./rows";
import type { Column } from "./target";

/**
 * Puts lines into a table as COPY's text form has them: a line break within a cell is written as two characters, so a
 * line is a row. Parameters as in Rows.into.
 * @returns how many
 * @throws StageError with the row that the warehouse refused; what reading the lines throws
 */
export async function copyIn(
  lines: Readable,
  client: pg.Client,
  into: string,
  columns: Column[],
  run: string | null,
): Promise<number> {
  const names = list([...columns.map(({ name }) => name), ...(run === null ? [] : [runColumn])]);
  const writing = client.query(copyFrom(`copy ${into} (${names}) from stdin`));
  try {
    await pipeline(lines, writing);
  } catch (error) {
    throw await refusedRow(error, async (line) => line);
  }
  return writing.rowCount ?? 0;
}
