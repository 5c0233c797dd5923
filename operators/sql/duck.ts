import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Input } from "./context";
import { inFolder, StageError, workFolder } from "./context";
import { quoted } from "./names";

/** DuckDB reads and writes the files of a stage. It is loaded on first use: half of our programs have no files. */

export const fileText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export async function openDuck(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "400MB",
    temp_directory: workFolder(),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // A bad row is named by its number.
    preserve_insertion_order: "true",
  });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  return connection;
}

export interface DuckColumn {
  name: string;
  /** DuckDB's. */
  type: string;
}

/** A longer line of CSV, or value of JSON, is refused. The reader of CSV takes many times its buffer. */
const longestLine = 8 << 20;

/** @param texts every cell of a CSV as its text, for a table whose types are known; without it they are found */
export function readFiles({ format, path: folder, files }: Input, texts: boolean): string {
  const all = files.map((file) => fileText(path.join(inFolder(), folder, file)));
  const from = `[${all.join(", ")}]`;
  if (format === "parquet") return `read_parquet(${from})`;
  if (format === "ndjson")
    return `read_json(${from}, format = 'newline_delimited', sample_size = -1, maximum_object_size = ${longestLine})`;
  const types = texts ? "all_varchar = true" : "sample_size = -1";
  return `read_csv(${from}, header = true, ${types}, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, max_line_size = ${longestLine}, buffer_size = ${longestLine})`;
}

export async function columnsIn(duck: DuckDBConnection, source: string): Promise<DuckColumn[]> {
  try {
    const rows = await duck.runAndReadAll(`describe select * from ${source}`);
    return rows.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  } catch (error) {
    throw unreadable(error);
  }
}

/** DuckDB says the line itself; the settings that it proposes are not the reader's to make. */
export function unreadable(error: unknown): StageError {
  const [first = "", ...rest] = (error as Error).message.split("\n");
  const line = /line(?: number)?:? "?(\d+)/i.exec((error as Error).message)?.[1];
  const original = rest.find((text) => /^Original Line/.test(text));
  const message = [first, original].filter(Boolean).join(" ");
  return new StageError(`The input cannot be read. ${message}`, line ? { row: Number(line) } : {});
}

/** As COPY … FROM takes it: CSV of texts that PostgreSQL reads as the column's own type. */
export function cellText({ name, type }: DuckColumn, target: string): string {
  const cell = quoted(name);
  if (type === "BLOB") return `'\\x' || lower(hex(${cell}))`;
  if (/\[\]$/.test(target)) return arrayText(cell, type);
  if (/^(STRUCT|MAP|UNION)|\]$/.test(type)) return `to_json(${cell})::varchar`;
  // A whole number that came through floating point, as pandas keeps a column with gaps, is still whole.
  if (/^(FLOAT|DOUBLE)$/.test(type) && /^(smallint|integer|bigint)$/.test(target))
    return `case when ${cell} = trunc(${cell}) and abs(${cell}) < 1e18 then ${cell}::bigint::varchar else ${cell}::varchar end`;
  return `${cell}::varchar`;
}

function arrayText(cell: string, type: string): string {
  if (!type.endsWith("[]")) return `${cell}::varchar`;
  const one = `'"' || replace(replace(x::varchar, '\\', '\\\\'), '"', '\\"') || '"'`;
  return `case when ${cell} is null then null else '{' || array_to_string(list_transform(${cell}, x -> case when x is null then 'NULL' else ${one} end), ',') || '}' end`;
}

const pairs: [RegExp, string][] = [
  [/^BOOLEAN$/, "boolean"],
  [/^(TINYINT|SMALLINT|UTINYINT)$/, "smallint"],
  [/^(INTEGER|USMALLINT)$/, "integer"],
  [/^(BIGINT|UINTEGER)$/, "bigint"],
  [/^(HUGEINT|UHUGEINT|UBIGINT|BIGNUM)$/, "numeric"],
  [/^FLOAT$/, "real"],
  [/^DOUBLE$/, "double precision"],
  [/^DATE$/, "date"],
  [/^TIME$/, "time"],
  [/^TIMESTAMP WITH TIME ZONE$/, "timestamp with time zone"],
  [/^TIMESTAMP/, "timestamp"],
  [/^INTERVAL$/, "interval"],
  [/^UUID$/, "uuid"],
  [/^BLOB$/, "bytea"],
  [/^(STRUCT|MAP|UNION|JSON)|\]$/, "jsonb"],
];

/** The column of a table that is made for it. */
export function postgresType(type: string): string {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal) return `numeric(${decimal[1]},${decimal[2]})`;
  return pairs.find(([pattern]) => pattern.test(type))?.[1] ?? "text";
}

/** The type in a Parquet file of a column of the warehouse; what has no exact one is text. */
export function duckType(type: string): string {
  const numeric = /^numeric\((\d+),(\d+)\)$/.exec(type);
  if (numeric && Number(numeric[1]) <= 38) return `DECIMAL(${numeric[1]},${numeric[2]})`;
  const known: Record<string, string> = {
    boolean: "BOOLEAN",
    smallint: "SMALLINT",
    integer: "INTEGER",
    bigint: "BIGINT",
    real: "FLOAT",
    "double precision": "DOUBLE",
    date: "DATE",
    uuid: "UUID",
  };
  if (/^timestamp(\(\d\))? with time zone$/.test(type)) return "TIMESTAMPTZ";
  if (/^timestamp(\(\d\))? without time zone$/.test(type)) return "TIMESTAMP";
  if (/^time(\(\d\))? without time zone$/.test(type)) return "TIME";
  return known[type] ?? "VARCHAR";
}
