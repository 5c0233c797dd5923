export interface Statement {
  text: string;
  start: number;
  end: number;
}

export type SplitStatements = (sql: string, engine: string) => Statement[];

/** The statement that the cursor stands in or directly behind; else the next one, else the last. */
export function statementAt(statements: Statement[], offset: number): Statement | null {
  const inside = statements.find((statement) => offset >= statement.start && offset <= statement.end + 1);
  return inside ?? statements.find((statement) => statement.start >= offset) ?? statements.at(-1) ?? null;
}

/** Offset in a statement's text of an engine's line and column (from 1, columns in UTF-16 units). */
export function errorOffset(text: string, line: number, column: number): number {
  let at = 0;
  for (let current = 1; current < line; current++) {
    const next = text.indexOf("\n", at);
    if (next === -1) break;
    at = next + 1;
  }
  return Math.min(text.length, at + Math.max(0, column - 1));
}

/** Where a statement that was sent stands in the text now, which may have been edited since; null once it is gone. */
export function whereNow(sql: string, { text, start }: Statement): number | null {
  if (sql.startsWith(text, start)) return start;
  const at = sql.indexOf(text);
  return at === -1 ? null : at;
}
