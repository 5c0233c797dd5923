import { prepareQuery } from "./bound";
import { type Asked, asked, type Check } from "./checks";
import { type Context, StageError, type Told, text } from "./context";
import { lakeOf } from "./lake/client";
import { literal, quoted, shown, tableName } from "./names";
import { ask, inTransaction, open } from "./warehouse";

/** Looks whether a table is as expected; all expectations are looked at before one of them fails the stage. */
export async function expectAll(context: Context): Promise<Told> {
  const checks = (context.params.checks ?? []) as Check[];
  const bound = context.sql.sql;
  if (checks.length === 0 && !bound) throw new StageError("Say what is expected.", { field: "checks" });
  const lake = lakeOf(context, "sql");
  if (lake) return look(context, checks, bound, (sql, values) => lake.rows(sql, values));
  const client = await open(context, "warehouse");
  return inTransaction(client, "begin isolation level repeatable read read only", async () => {
    const query = bound && (await prepareQuery(client, bound, "sql"));
    return look(context, checks, query && { sql: query.sql, values: [] }, (sql) => ask(client, sql));
  });
}

type Asks = (sql: string, values?: unknown[]) => Promise<(string | null)[][]>;

async function look(
  context: Context,
  checks: Check[],
  bound: { sql: string; values: unknown[] } | undefined,
  asks: Asks,
): Promise<Told> {
  const failures: string[] = [];
  if (checks.length > 0) {
    const rows = await rowsOf(asks, context);
    for (const [n, check] of checks.entries()) {
      const field = `checks.${n}`;
      const wanted = asked(check, rows, field);
      const failure = await lookAt(asks, wanted, field);
      process.stdout.write(failure ? `Not met: ${failure}.\n` : `Met: ${wanted.expectation}.\n`);
      if (failure) failures.push(failure);
    }
  }
  if (bound) {
    const [row] = await asks(`select count(*)::text from (\n${bound.sql}\n) as rows`, bound.values);
    if (row?.[0] !== "0") failures.push(`the SQL finds no rows, and it finds ${row?.[0]}`);
  }
  const all = checks.length + (bound ? 1 : 0);
  if (failures.length > 0)
    throw new StageError(`${failures.length} of ${all} expectations are not met. Expected: ${failures.join("; ")}.`);
  return { metrics: { checks: all } };
}

/** The table, or its rows of the interval. */
async function rowsOf(asks: Asks, context: Context): Promise<string> {
  const table = shown(tableName(text(context, "table"), "table"));
  const timeColumn = context.params.time_column;
  if (typeof timeColumn !== "string" || timeColumn === "") return `${table} r`;
  const { from, to } = context.interval;
  const column = quoted(timeColumn);
  // A date, or a time without zone, is of the session's zone, which is the interval's.
  const lake = context.connections.warehouse?.engine === "duckdb";
  const typeOf = lake ? "typeof" : "pg_catalog.pg_typeof";
  const [row] = await asks(`select ${typeOf}((select ${column} from ${table} limit ${lake ? 1 : 0}))::text`);
  const as = row?.[0]?.toLowerCase() === "timestamp with time zone" ? "timestamptz" : "timestamptz::timestamp";
  return `(select * from ${table} where ${column} >= ${literal(from)}::${as} and ${column} < ${literal(to)}::${as}) r`;
}

async function lookAt(asks: Asks, { expectation, sql, found }: Asked, field: string): Promise<string | null> {
  try {
    const [row] = await asks(sql);
    if (row?.[1] === "true") return null;
    return `${expectation}, and ${found(row?.[0] ?? null)}`;
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    throw new StageError(message, { field, ...(hint ? { hint } : {}) });
  }
}
