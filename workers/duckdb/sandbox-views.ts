import type { DuckDBConnection } from "@duckdb/node-api";
import { encodingOf, identifier, quote, textOf } from "@/lib/results/encoding";
import { inexactSelect } from "@/lib/results/export-sql";
import { uniqueNames } from "@/lib/results/naming";
import type { Column, OpenTable } from "@/lib/warehouses/adapter";
import { stripTrailingSemicolon } from "@/lib/warehouses/lexer";
import { postgresLexis } from "@/lib/warehouses/postgres/lexis";

/** DuckDB's types whose text it reads back as it wrote it. */
const readsBack = /^(UBIGINT|HUGEINT|UHUGEINT|INTERVAL|TIMESTAMP_NS|BIT|STRUCT\(.*\)|MAP\(.*\)|.*\[\d*\])$/s;
/** Digits of DuckDB's decimals. */
const digits = 38;

interface Numbers {
  odd: number;
  whole: number;
  fraction: number;
}

/** A view by the table's name: its columns' own names, and DuckDB's types where they hold every value of the column. */
export async function createView(duck: DuckDBConnection, table: OpenTable): Promise<void> {
  const { columns, files } = table;
  if (table.view !== undefined || files.length === 0) return makeView(duck, table, table.view ?? noRows(columns));
  const source = `read_parquet([${files.map(quote).join(", ")}]${table.named ? ", union_by_name = true" : ""})`;
  const cells = await cellsOf(duck, table, source);
  const names = uniqueNames(
    columns.map((column) => column.name),
    true,
  );
  const named = cells.map((cell, i) => `${cell} AS ${identifier(names[i] ?? `column_${i}`)}`);
  if (table.fileColumn)
    named.push(`list_position([${files.map(quote).join(", ")}], filename) - 1 AS ${identifier(table.fileColumn)}`);
  // Of a file of which nothing is known yet all columns are.
  await makeView(duck, table, `SELECT ${named.join(", ") || "*"} FROM ${source}`);
}

async function makeView(duck: DuckDBConnection, { schema, name }: OpenTable, query: string): Promise<void> {
  const text = stripTrailingSemicolon(query, postgresLexis);
  await duck.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
  await duck.run(`CREATE OR REPLACE VIEW ${identifier(schema)}.${identifier(name)} AS\n${text}\n`);
}

/** A table that has no file has its columns all the same. */
function noRows(columns: Column[]): string {
  const cells = columns.map(({ name, type, engineType }) => `NULL::${engineType ?? type} AS ${identifier(name)}`);
  return `SELECT ${cells.join(", ")} WHERE false`;
}

async function cellsOf(duck: DuckDBConnection, table: OpenTable, source: string): Promise<string[]> {
  if (table.named) return table.columns.map(({ name }) => identifier(name));
  return table.native ? table.columns.map((_, i) => `c${i}`) : storedCells(duck, table, source);
}

async function storedCells(duck: DuckDBConnection, { columns, engine }: OpenTable, source: string): Promise<string[]> {
  const [inexact = []] = (await duck.runAndReadAll(inexactSelect(columns, source))).getRowsJS() as boolean[][];
  const numbers = await numbersOf(duck, columns, source);
  return columns.map((column, i) => (inexact[i] ? textOf(column.type, i) : typedOf(column, i, engine, numbers.get(i))));
}

/** Of numbers of any size: how many digits the largest has before and behind the point, and how many are none. */
async function numbersOf(duck: DuckDBConnection, columns: Column[], source: string): Promise<Map<number, Numbers>> {
  const found = columns.flatMap(({ type }, i) => (encodingOf(type).kind === "number" ? [i] : []));
  if (found.length === 0) return new Map();
  const select = found.flatMap((i) => [
    `count_if(right(c${i}, 1) > '9')`,
    `max(strlen(split_part(ltrim(c${i}, '-'), '.', 1)))`,
    `max(strlen(split_part(c${i}, '.', 2)))`,
  ]);
  const [row = []] = (await duck.runAndReadAll(`SELECT ${select.join(", ")} FROM ${source}`)).getRowsJS();
  const at = (k: number) => Number(row[k] ?? 0);
  return new Map(found.map((i, k) => [i, { odd: at(3 * k), whole: at(3 * k + 1), fraction: at(3 * k + 2) }]));
}

function typedOf(column: Column, i: number, engine: string, numbers: Numbers | undefined): string {
  const { kind } = encodingOf(column.type);
  const own = engine === "duckdb" ? (column.engineType ?? column.type) : undefined;
  if (own && readsBack.test(own)) return `c${i}::${own}`;
  if (kind === "float") return `c${i}::${/^(real|float4)$/i.test(column.type) ? "FLOAT" : "DOUBLE"}`;
  if (kind === "timestamptz") return `c${i} AT TIME ZONE 'UTC'`;
  if (kind === "number") {
    const fits = numbers && numbers.odd === 0 && numbers.whole + numbers.fraction <= digits;
    return fits ? `c${i}::DECIMAL(${digits},${numbers.fraction})` : `c${i}`;
  }
  if (kind !== "text") return `c${i}`;
  const type = column.type.toLowerCase().trim();
  if (type === "uuid") return `c${i}::UUID`;
  if (type === "json" || type === "jsonb") return `c${i}::JSON`;
  if (type === "bytea") return `unhex(substr(c${i}, 3))`;
  if (/^time(\(\d\))?( without time zone)?$/.test(type)) return `c${i}::TIME`;
  return `c${i}`;
}
