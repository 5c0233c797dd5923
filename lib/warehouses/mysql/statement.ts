import { type RunRequest, WarehouseError } from "@/lib/warehouses/adapter";
import { firstWords, splitStatements, stripTrailingSemicolon, tokens } from "@/lib/warehouses/lexer";
import { mysqlLexis } from "./lexis";

/** What only answers. Whether it also writes, the read-only transaction decides. */
const reading = new Set(["select", "with", "values", "table", "show", "describe", "desc", "explain"]);

export interface Prepared {
  /** With ? where values stand, each as long as the name it takes the place of: the server's places are the person's. */
  sql: string;
  /** Which value each ? takes, from 1. */
  order: number[];
}

/** @throws WarehouseError for what is no single statement that reads, before the server is asked */
export function preparable({ sql, values }: Pick<RunRequest, "sql" | "values">): Prepared {
  if (splitStatements(sql, mysqlLexis).length > 1)
    throw new WarehouseError({
      code: "several_commands",
      message: "This text holds several statements; one execution runs one. Run them one after the other.",
    });
  const [first] = firstWords(sql, 1, mysqlLexis);
  if (!first || !reading.has(first)) {
    const message = first
      ? `${first.toUpperCase()} is not possible here: queries only read. Begin with SELECT, WITH or SHOW; a pipeline writes.`
      : "There is no statement here. Write one, such as select 1.";
    throw new WarehouseError({ code: first ? "write_refused" : "42000", message });
  }
  const prepared: Prepared = { sql: "", order: [] };
  const text = stripTrailingSemicolon(sql, mysqlLexis);
  for (const { kind, start, end } of tokens(text, mysqlLexis)) {
    const token = text.slice(start, end);
    const n = kind === "parameter" ? Number(/\d+$/.exec(token)?.[0] ?? 0) : null;
    if (n !== null && (n === 0 || n > values.length))
      throw new WarehouseError({
        code: "parameter",
        message: `The statement has parameter(s) without a value, and ${values.length} value(s) were given. Name each as {{name}} and give it a value.`,
      });
    if (n !== null) prepared.order.push(n);
    prepared.sql += n === null ? token : "?".padEnd(token.length);
  }
  return prepared;
}
