import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type mysql from "mysql2";
import { from as copyFrom } from "pg-copy-streams";
import { list } from "../names";
import type { SourceRows } from "../source";
import { runColumn } from "../write/fence";
import { refusedRow } from "../write/rows";
import type { Column } from "../write/target";
import type { Row } from "./connect";

const pieceLength = 64 * 1024;

/** Answers of the server as pieces of text, at the pace of who takes them. */
export async function* pieces(rows: AsyncIterable<Row>, line: (row: Row) => string): AsyncGenerator<string> {
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
const copyCell = (cell: Buffer | null) =>
  cell === null ? "\\N" : cell.toString("utf8").replace(special, (one) => written[one] ?? one);

export const csvCell = (text: string) => (/^$|[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** All are taken, for what is left would stand before the session's next answer. */
export async function* first(rows: AsyncIterable<Row>, most: number | null): AsyncGenerator<Row> {
  let count = 0;
  for await (const row of rows) if (most === null || count++ < most) yield row;
}

const atOnce = 5_000;

/** Rows of a statement, each cell already the text of its column's type. */
export function statementRows(source: mysql.Connection, sql: string, columns: Column[]): SourceRows {
  const limited = (limit: number | null) => (limit === null ? sql : `${sql} limit ${limit}`);
  return {
    columns,
    async answer(limit) {
      let count = 0;
      const line = (row: Row) => {
        count += 1;
        return `${row.map((cell) => (cell === null ? "" : csvCell(cell.toString("utf8")))).join(",")}\n`;
      };
      const rows = source.query(limited(limit)).stream({ highWaterMark: 1_000 }) as AsyncIterable<Row>;
      return { columns, csv: () => Readable.from(pieces(rows, line)), rows: () => count };
    },
    async *read(_, limit) {
      let piece: (string | null)[][] = [];
      for await (const row of source.query(limited(limit)).stream({ highWaterMark: 1_000 }) as AsyncIterable<Row>) {
        piece.push(row.map((cell) => cell?.toString("utf8") ?? null));
        if (piece.length < atOnce) continue;
        yield piece;
        piece = [];
      }
      if (piece.length > 0) yield piece;
    },
    async into(client, into, target, run) {
      const names = list([...target.map(({ name }) => name), ...(run === null ? [] : [runColumn])]);
      const rows = source.query(sql).stream({ highWaterMark: 1_000 }) as AsyncIterable<Row>;
      const end = run === null ? "\n" : `\t${run}\n`;
      const lines = pieces(rows, (row) => row.map(copyCell).join("\t") + end);
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
