import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { list } from "./names";
import type { SourceRows } from "./source";
import { runColumn } from "./write/fence";
import { refusedRow } from "./write/rows";
import type { Column } from "./write/target";

/** Rows as they come over a wire, each cell already the text of its column's type. */

export type TextRow = (string | null)[];

const pieceLength = 64 * 1024;

/** Rows as pieces of text, at the pace of who takes them. */
export async function* pieces<Row>(rows: AsyncIterable<Row>, line: (row: Row) => string): AsyncGenerator<string> {
  let piece = "";
  for await (const row of rows) {
    piece += line(row);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  if (piece) yield piece;
}

const special = /[\\\t\n\r]/g;
const written: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const copyCell = (cell: string | null) => (cell === null ? "\\N" : cell.replace(special, (one) => written[one] ?? one));

const csvCell = (cell: string | null) =>
  cell === null ? "" : /^$|[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** A row as COPY's CSV has it: what there is none of is empty, and an empty text is quoted. */
export const csvLine = (row: TextRow): string => `${row.map(csvCell).join(",")}\n`;

const atOnce = 5_000;

/**
 * Rows that are asked for anew each time that they are taken.
 * @param open all of them, or the first `limit`
 */
export function textRows(columns: Column[], open: (limit: number | null) => AsyncIterable<TextRow>): SourceRows {
  return {
    columns,
    async answer(limit) {
      let count = 0;
      const line = (row: TextRow) => {
        count += 1;
        return csvLine(row);
      };
      return { columns, csv: () => Readable.from(pieces(open(limit), line)), rows: () => count };
    },
    async *read(_, limit) {
      let piece: TextRow[] = [];
      for await (const row of open(limit)) {
        piece.push(row);
        if (piece.length < atOnce) continue;
        yield piece;
        piece = [];
      }
      if (piece.length > 0) yield piece;
    },
    async into(client, into, target, run) {
      const names = list([...target.map(({ name }) => name), ...(run === null ? [] : [runColumn])]);
      const end = run === null ? "\n" : `\t${run}\n`;
      const lines = pieces(open(null), (row) => row.map(copyCell).join("\t") + end);
      const writing = client.query(copyFrom(`copy ${into} (${names}) from stdin`));
      try {
        await pipeline(Readable.from(lines), writing);
      } catch (error) {
        // A line break is written as two characters: a line is a row.
        throw await refusedRow(error, async (line) => line);
      }
      return writing.rowCount ?? 0;
    },
  };
}
