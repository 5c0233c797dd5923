import { Readable } from "node:stream";
import type { Answer } from "./answer";
import type { SourceRows } from "./source";
import { copyIn } from "./write/copy-in";
import type { Column } from "./write/target";

/** Rows as they come over a wire, each cell already the text of its column's type. */

export type TextRow = (string | null)[];

const pieceLength = 64 * 1024;

/** Rows as pieces of text, at the pace of who takes them. */
async function* pieces<Row>(rows: AsyncIterable<Row>, line: (row: Row) => string): AsyncGenerator<string> {
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
const csvLine = (row: TextRow): string => `${row.map(csvCell).join(",")}\n`;

/** @param cells each row's, as texts of the columns' types */
export function textAnswer<Row>(
  columns: Answer["columns"],
  rows: () => AsyncIterable<Row>,
  cells: (row: Row) => TextRow,
): Answer {
  let count = 0;
  const line = (row: Row) => {
    count += 1;
    return csvLine(cells(row));
  };
  return { columns, csv: () => Readable.from(pieces(rows(), line)), rows: () => count };
}

const atOnce = 5_000;

/** Rows by the thousand. */
export async function* byThousands(rows: AsyncIterable<TextRow>): AsyncGenerator<TextRow[]> {
  let piece: TextRow[] = [];
  for await (const row of rows) {
    piece.push(row);
    if (piece.length < atOnce) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/**
 * Rows that are asked for anew each time that they are taken.
 * @param open all of them, or the first `limit`
 */
export function textRows(columns: Column[], open: (limit: number | null) => AsyncIterable<TextRow>): SourceRows {
  return {
    columns,
    answer: async (limit) =>
      textAnswer(
        columns,
        () => open(limit),
        (row) => row,
      ),
    read: (_, limit) => byThousands(open(limit)),
    into(client, into, target, run) {
      const end = run === null ? "\n" : `\t${run}\n`;
      const lines = pieces(open(null), (row) => row.map(copyCell).join("\t") + end);
      return copyIn(Readable.from(lines), client, into, target, run);
    },
  };
}
