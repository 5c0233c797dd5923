import { bigqueryLexis } from "./bigquery/lexis";
import type { Lexis } from "./lexer";
import { mysqlLexis } from "./mysql/lexis";
import { postgresLexis } from "./postgres/lexis";

/** Those that differ from PostgreSQL's. Pure, for the editor as for the worker. */
const dialects: Record<string, Lexis> = { bigquery: bigqueryLexis, mysql: mysqlLexis };

/** How an engine's SQL falls into tokens. Most read theirs as PostgreSQL does. */
export function lexisOf(engine: string): Lexis {
  return (Object.hasOwn(dialects, engine) ? dialects[engine] : undefined) ?? postgresLexis;
}
