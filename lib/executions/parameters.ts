import { SluiceError } from "@/lib/platform/errors";
import { type BoundValue, type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import { bindPlaceholders, mapPosition, splitStatements } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import type { ParameterValues } from "./schema";

/** A value as adapters take it; it is bound, never put into the SQL. */
export function boundValue(value: ParameterValues[string] | undefined): BoundValue {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? value : String(value);
}

export interface BoundStatement {
  sql: string;
  /** In order of $1, $2 …; null is NULL. */
  values: BoundValue[];
}

/**
 * One statement with its placeholders bound, as this engine reads and writes them.
 * @throws SluiceError invalid when there is none, more than one, or a parameter of its own beside {{name}}
 */
export function bindStatement(engine: string, sql: string, parameters: ParameterValues, field = "sql"): BoundStatement {
  const lexis = lexisOf(engine);
  const count = splitStatements(sql, lexis).length;
  if (count === 0)
    throw new SluiceError("invalid", "Write a statement: this text has none.", fields(field, "No statement."));
  if (count > 1) {
    throw new SluiceError(
      "invalid",
      `One execution is one statement, and this text has ${count}. Submit them as a batch, or one by one.`,
      { ...fields(field, `Has ${count} statements.`), reason: "several_commands" },
    );
  }
  try {
    const bound = bindPlaceholders(sql, Object.keys(parameters), lexis);
    return { sql: bound.sql, values: bound.order.map((name) => boundValue(parameters[name])) };
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    throw new SluiceError("invalid", error.message, fields(field, error.message));
  }
}

function fields(field: string, message: string) {
  return { fields: [{ field, message }] };
}

/** The engine's error at its place in the person's own text, where placeholders still stand. */
export function errorInOwnText(
  engine: string,
  error: StatementError | null,
  sql: string,
  parameters: ParameterValues,
): StatementError | null {
  if (!error?.line || Object.keys(parameters).length === 0) return error;
  const bound = bindPlaceholders(sql, Object.keys(parameters), lexisOf(engine));
  return { ...error, ...mapPosition(sql, bound, { line: error.line, column: error.column ?? 1 }) };
}
