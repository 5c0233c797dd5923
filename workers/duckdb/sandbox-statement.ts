import {
  type DuckDBConnection,
  type DuckDBListValue,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { type BoundValue, type Column, type OpenTable, type TableName, WarehouseError } from "@/lib/warehouses/adapter";
import type { SandboxSettings, StatementRequest } from "@/lib/warehouses/duckdb/requests";
import { stripTrailingSemicolon } from "@/lib/warehouses/lexer";
import { postgresLexis } from "@/lib/warehouses/postgres/lexis";
import { errorOf } from "./sandbox-errors";
import { keepSql, keptType, refuseNames } from "./sandbox-keep";
import { readStatement } from "./sandbox-names";
import { openFor } from "./sandbox-open";
import { tablesOf } from "./sandbox-tables";
import { columnOf, isLarge, lineOf, linesOf } from "./sandbox-texts";
import { createView } from "./sandbox-views";

/** What a statement needs of the process around it. */
export interface Conversation {
  /** A text in the place of a table that they may not read. */
  tables(names: TableName[]): Promise<(OpenTable | string)[]>;
  /** Resolves once rows may come. */
  columns(columns: Column[]): Promise<void>;
  /** What stands in the place of a large cell. */
  cell(row: number, column: number, value: string): Promise<string>;
  /** Resolves once the pipe has taken them. */
  rows(csv: Buffer): Promise<void>;
}

/** Rows of wide cells are sent before they fill the memory. */
const pieceCharacters = 4 << 20;

export interface Done {
  rowCount: number;
  truncated: boolean;
  bytes: number;
}

/** @throws WarehouseError, or what DuckDB throws, with positions in the person's own text */
export async function runStatement(
  parser: DuckDBConnection,
  settings: SandboxSettings,
  request: StatementRequest,
  conversation: Conversation,
): Promise<Done> {
  const { sql } = request;
  const { schemas } = settings;
  const { names, explains } = await readStatement(parser, sql, schemas);
  const tables = await tablesOf(parser, { names, sql, schemas }, (asked) => conversation.tables(asked));
  const files = [...tables.flatMap((table) => table.files), ...(request.into ? [request.into] : [])];
  const { connection, close } = await openFor(settings, files, request.timeZone, async (duck) => {
    for (const table of tables) await createView(duck, table);
  });
  try {
    const statement = await connection.prepare(sql);
    if (statement.parameterCount !== request.values.length) {
      throw new WarehouseError({
        code: "parameter",
        message: `The statement has ${statement.parameterCount} parameter(s), and ${request.values.length} value(s) were given. Name each as {{name}} and give it a value.`,
      });
    }
    const bound = await boundValues(connection, statement, request.values);
    if (explains) return await plan(statement, bound, conversation);
    if (request.into !== undefined) return await keep(connection, statement, request, bound, conversation);
    return await rowsOf(connection, statement, request, bound, conversation);
  } finally {
    close();
  }
}

interface Bound {
  values: DuckDBValue[];
  types: DuckDBType[];
}

/** Each value as the type that the statement asks for; text where it leaves that open. */
async function boundValues(
  duck: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  values: BoundValue[],
): Promise<Bound> {
  const bound: Bound = { values: [], types: [] };
  for (const [n, value] of values.entries()) {
    const type = wantedType(statement, n + 1) ?? (Array.isArray(value) ? LIST(VARCHAR) : VARCHAR);
    bound.types.push(type);
    bound.values.push(value === null ? null : await converted(duck, value, type));
  }
  return bound;
}

/** Null where the statement takes any type. */
function wantedType(statement: DuckDBPreparedStatement, n: number): DuckDBType | null {
  try {
    const type = statement.parameterType(n);
    return type.typeId === DuckDBTypeId.ANY || type.typeId === DuckDBTypeId.SQLNULL ? null : type;
  } catch {
    return null;
  }
}

/** By DuckDB's own reading of the text. */
async function converted(duck: DuckDBConnection, value: string | string[], type: DuckDBType): Promise<DuckDBValue> {
  const [given, as] = Array.isArray(value) ? [listValue(value), LIST(VARCHAR)] : [value, VARCHAR];
  const answer = await duck.runAndReadAll(`SELECT CAST($1 AS ${type})`, [given], [as]).catch((error: unknown) => {
    throw new WarehouseError({ ...errorOf(error, ""), code: "parameter" });
  });
  return answer.getRows()[0]?.[0] ?? null;
}

async function plan(statement: DuckDBPreparedStatement, bound: Bound, conversation: Conversation): Promise<Done> {
  statement.bind(bound.values, bound.types);
  const answer = await statement.runAndReadAll();
  const lines = answer.getRowsJS().flatMap((row) => String(row.at(-1)).trimEnd().split("\n"));
  await conversation.columns([{ name: "QUERY PLAN", type: "text" }]);
  const csv = Buffer.from(lines.map((line) => `${lineOf([line])}\n`).join(""));
  await conversation.rows(csv);
  return { rowCount: lines.length, truncated: false, bytes: csv.length };
}

async function columnsOf(
  duck: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  query: string,
  bound: Bound,
): Promise<{ columns: Column[]; types: string[] }> {
  const names = Array.from({ length: statement.columnCount }, (_, k) => statement.columnName(k));
  // What a statement gives may depend on the types of its values, which it does not know before they are there.
  const around = `SELECT * FROM (\n${query}\n) LIMIT 0`;
  const answer = await typed(duck, around, bound).catch((error: unknown) => {
    const { line, ...told } = errorOf(error, around);
    throw new WarehouseError(line === undefined ? told : { ...told, line: line - 1 });
  });
  const types = answer.columnTypes().map((type) => (type.alias === "JSON" ? "JSON" : String(type)));
  const given = names.length === types.length ? names : answer.columnNames();
  return { columns: types.map((type, k) => columnOf(given[k] ?? "", type)), types };
}

async function typed(duck: DuckDBConnection, sql: string, bound: Bound): Promise<DuckDBResult> {
  const statement = await duck.prepare(sql);
  statement.bind(bound.values, bound.types);
  return statement.run();
}

/** Into a file of the child's folder, as Parquet that holds every value. */
async function keep(
  duck: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  { sql, into = "" }: StatementRequest,
  bound: Bound,
  conversation: Conversation,
): Promise<Done> {
  const query = stripTrailingSemicolon(sql, postgresLexis);
  const { columns, types } = await columnsOf(duck, statement, query, bound);
  refuseNames(columns);
  await conversation.columns(columns.map(({ name }, i) => columnOf(name, keptType(types[i] ?? ""))));
  const copied = await typed(duck, keepSql(query, columns, types, into), bound);
  return { rowCount: copied.rowsChanged, truncated: false, bytes: 0 };
}

async function rowsOf(
  duck: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  request: StatementRequest,
  bound: Bound,
  conversation: Conversation,
): Promise<Done> {
  const query = stripTrailingSemicolon(request.sql, postgresLexis);
  const { columns, types } = await columnsOf(duck, statement, query, bound);
  await conversation.columns(columns);
  const limit = request.limit ?? Number.POSITIVE_INFINITY;
  const lines = await duck.prepare(linesOf(query, types, request.limit === null ? null : request.limit + 1));
  lines.bind(bound.values, bound.types);
  const result = await lines.stream();
  const done: Done = { rowCount: 0, truncated: false, bytes: 0 };
  let csv = "";
  const flush = async () => {
    const bytes = Buffer.from(csv);
    csv = "";
    if (bytes.length > 0) await conversation.rows(bytes);
    done.bytes += bytes.length;
  };
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [whole = [], apart = []] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
    for (const [r, line] of whole.entries()) {
      done.truncated = done.rowCount >= limit;
      if (done.truncated) break;
      csv += `${line ?? (await apartLine(cellsOf(apart[r]), done.rowCount, conversation))}\n`;
      done.rowCount++;
      if (csv.length > pieceCharacters) await flush();
    }
    await flush();
    if (done.truncated) break;
  }
  return done;
}

const cellsOf = (value: DuckDBValue | undefined) => (value as DuckDBListValue).items as (string | null)[];

/** A row with a cell that is stored apart. */
async function apartLine(all: (string | null)[], row: number, conversation: Conversation): Promise<string> {
  const cells: (string | null)[] = [];
  for (const [column, cell] of all.entries())
    cells.push(isLarge(cell) ? await conversation.cell(row, column, cell) : cell);
  return lineOf(cells);
}
