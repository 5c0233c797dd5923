import type { DuckDBConnection } from "@duckdb/node-api";
import { type TableName, WarehouseError } from "@/lib/warehouses/adapter";
import { firstWords, tokens } from "@/lib/warehouses/lexer";
import { postgresLexis } from "@/lib/warehouses/postgres/lexis";
import { at, errorOf } from "./sandbox-errors";

/** A name as it stands in the statement, and at which byte. */
export interface FoundName extends TableName {
  byte: number;
}

export interface Read {
  names: FoundName[];
  /** Of EXPLAIN: the query itself stands at the same place, the words before it are spaces. */
  explains: boolean;
}

/** DuckDB's own, in which nothing of ours is. */
const own = new Set(["", "main", "temp", "system", "information_schema", "pg_catalog"]);

const refused = new WarehouseError({
  code: "write_refused",
  message:
    "Here only queries run: SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, PIVOT with its values named (IN …), and EXPLAIN of those.",
});

/**
 * What a statement reads, by DuckDB's own parser. @throws WarehouseError for several statements in one text and for what
 * is no query. That the names are all there is does not keep anybody out: a file that is not given is not there.
 */
export async function readStatement(parser: DuckDBConnection, sql: string, schemas: string[] | null): Promise<Read> {
  const explains = firstWords(sql, 1, postgresLexis)[0] === "explain";
  const query = explains ? withoutExplain(sql) : sql;
  const extracted = await parser.extractStatements(sql).catch((error: unknown) => {
    throw new WarehouseError(errorOf(error, sql));
  });
  const pivots = /^(pivot|unpivot)/.test(firstWords(query, 1, postgresLexis)[0] ?? "");
  if (extracted.count > 1 && !pivots) {
    throw new WarehouseError({
      code: "several_commands",
      message: `This text has ${extracted.count} statements, and one runs at a time.`,
    });
  }
  const answer = await parser.runAndReadAll(
    "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)",
    [query],
  );
  const tree = JSON.parse(String(answer.getRowsJS()[0]?.[0])) as Tree;
  if (tree.error) {
    if (tree.error_type !== "parser") throw refused;
    const position = tree.position === undefined ? {} : at(query, Number(tree.position));
    throw new WarehouseError({ code: "42601", message: tree.error_message ?? "This is no SQL.", ...position });
  }
  if (tree.statements?.length !== 1) throw refused;
  const names: FoundName[] = [];
  walk(tree.statements, names);
  const looked = names.filter(({ schema }) => (schemas ? schemas.includes(schema) : !own.has(schema)));
  return { names: looked, explains };
}

interface Tree {
  error?: boolean;
  error_type?: string;
  error_message?: string;
  position?: string;
  statements?: unknown[];
}

interface BaseTable {
  type?: unknown;
  schema_name?: unknown;
  table_name?: unknown;
  query_location?: unknown;
}

function walk(node: unknown, names: FoundName[]): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, names);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { type, schema_name, table_name, query_location } = node as BaseTable;
  const schema = String(schema_name ?? "").toLowerCase();
  if (type === "BASE_TABLE" && typeof table_name === "string")
    names.push({ schema, name: table_name, byte: Number(query_location ?? 0) });
  for (const one of Object.values(node)) walk(one, names);
}

/** The words before the query become spaces, so that every place in it stays. */
function withoutExplain(sql: string): string {
  let depth = 0;
  let begun = false;
  for (const token of tokens(sql, postgresLexis)) {
    if (token.kind === "space" || token.kind === "comment") continue;
    const text = sql.slice(token.start, token.end).toLowerCase();
    if (!begun) {
      begun = true;
      continue;
    }
    if (depth === 0 && text === "analyze") continue;
    // Options stand in brackets; a query in brackets begins with its own word.
    if (depth === 0 && text === "(" && /^\(\s*(analyze|format)\b/i.test(sql.slice(token.start))) depth = 1;
    else if (depth > 0) depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    else
      return (
        sql.slice(0, token.start).replace(/[^\n]/g, (char) => " ".repeat(Buffer.byteLength(char))) +
        sql.slice(token.start)
      );
  }
  return sql;
}
