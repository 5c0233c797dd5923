import type mysql from "mysql2";
import type { SourceRows } from "../source";
import { type TextRow, textRows } from "../text-rows";
import type { Column } from "../write/target";
import type { Row } from "./connect";

/** All are taken, for what is left would stand before the session's next answer. */
export async function* first(rows: AsyncIterable<Row>, most: number | null): AsyncGenerator<Row> {
  let count = 0;
  for await (const row of rows) if (most === null || count++ < most) yield row;
}

/** Rows of a statement, each cell already the text of its column's type. */
export function statementRows(source: mysql.Connection, sql: string, columns: Column[]): SourceRows {
  return textRows(columns, async function* (limit): AsyncGenerator<TextRow> {
    const asked = limit === null ? sql : `${sql} limit ${limit}`;
    for await (const row of source.query(asked).stream({ highWaterMark: 1_000 }) as AsyncIterable<Row>)
      yield row.map((cell) => cell?.toString("utf8") ?? null);
  });
}
