import type { Answer } from "./answer";
import { type Context, StageError } from "./context";
import { lakeSource } from "./lake/source";
import { literal, quoted, shown, type TableName } from "./names";
import { plainType } from "./plain-type";
import { queryRows } from "./query-rows";
import { ask, inTransaction, open } from "./warehouse";
import type { Rows } from "./write/rows";
import type { Column } from "./write/target";

export interface SourceColumn extends Column {
  /** What is selected for it: the text that its type is written as. */
  cell: string;
  /** Of a lake: its type there. */
  stored?: string;
}

/** Rows of a source, for a table of PostgreSQL, or as an answer that is kept in a file. */
export interface SourceRows extends Rows {
  answer(limit: number | null): Promise<Answer>;
}

/** Where a table is copied from. Types are PostgreSQL's, wherever it is copied to. */
export interface Source {
  /** Of a table that is named without one. */
  schema: string;
  /** All that is read within it is of one moment. */
  within<T>(work: () => Promise<T>): Promise<T>;
  /** None where there is no such table, or the reader does not see it. */
  columns(table: TableName): Promise<SourceColumn[]>;
  /** The same value has the same digest, so that joins still work. */
  digest(column: SourceColumn, salt: string): string;
  /** Of a copy, how its highest value is asked for, as `rows` takes it: in words of PostgreSQL that DuckDB knows too.
   * @throws StageError where there is no such order */
  highest(column: Column): string;
  /** @param since from this value of a column on, and including it */
  rows(
    cells: string[],
    table: TableName,
    columns: Column[],
    since: { column: string; type: string; value: string } | null,
  ): SourceRows;
}

export async function sourceOf(context: Context): Promise<Source> {
  const reach = context.connections.source;
  // Its driver is loaded on first use.
  if (reach?.engine === "mysql") return (await import("./mysql/source")).mysqlSource(context, reach);
  if (reach?.engine === "bigquery") return (await import("./bigquery/source")).bigquerySource(reach);
  if (reach?.engine === "duckdb") return lakeSource(context, reach);
  return postgresSource(context);
}

async function postgresSource(context: Context): Promise<Source> {
  const client = await open(context, "source");
  return {
    schema: "public",
    within: (work) => inTransaction(client, "begin isolation level repeatable read read only", work),
    async columns({ schema, name: table }) {
      const rows = await ask(
        client,
        `select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a
         join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
        [schema, table],
      );
      return rows.map(([name, type]) => ({
        name: name ?? "",
        type: plainType(type ?? "text"),
        cell: quoted(name ?? ""),
      }));
    },
    digest: ({ cell }, salt) =>
      `pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(${literal(salt)} || ${cell}::text, 'UTF8')), 'hex')`,
    highest: ({ name }) => `max(${quoted(name)})::text`,
    rows(cells, table, columns, since) {
      const where = since ? ` where ${quoted(since.column)} >= ${literal(since.value)}::${since.type}` : "";
      return queryRows(client, cells, `from ${shown(table)}${where}`, columns);
    },
  };
}

/** @throws StageError where the reader sees no such table */
export async function seenColumns(source: Source, table: TableName): Promise<SourceColumn[]> {
  const columns = await source.columns(table);
  if (columns.length > 0) return columns;
  throw new StageError(`There is no table ${table.schema}.${table.name} that this stage's reader sees.`, {
    field: "source_table",
  });
}
