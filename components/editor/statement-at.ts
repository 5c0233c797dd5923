export interface Statement {
  text: string;
  start: number;
  end: number;
}

export type SplitStatements = (sql: string) => Statement[];

/** The statement that the cursor stands in or directly behind; else the next one, else the last. */
export function statementAt(statements: Statement[], offset: number): Statement | null {
  const inside = statements.find((statement) => offset >= statement.start && offset <= statement.end + 1);
  return inside ?? statements.find((statement) => statement.start >= offset) ?? statements.at(-1) ?? null;
}

/** Offset in the tab of an engine's line and column (from 1) in the statement that was sent. */
export function errorOffset(statement: Statement, line: number, column: number): number {
  let at = 0;
  for (let current = 1; current < line; current++) {
    const next = statement.text.indexOf("\n", at);
    if (next === -1) break;
    at = next + 1;
  }
  return statement.start + Math.min(statement.text.length, at + Math.max(0, column - 1));
}
