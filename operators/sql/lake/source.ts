import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Context, Reach } from "../context";
import { cellText, fileText, postgresType } from "../duck";
import { quoted, shown, type TableName } from "../names";
import type { Source, SourceColumn, SourceRows } from "../source";
import { byThousands } from "../text-rows";
import { copyIn } from "../write/copy-in";
import type { Column } from "../write/target";
import { lakeAnswer } from "./answer";
import { LakeClient } from "./client";

/** A table of a lake. One statement reads its rows, and each statement reads the files of one moment. */
export function lakeSource(context: Context, reach: Reach): Source {
  const lake = new LakeClient(reach, context.interval.timeZone, "source_table");
  const intoLake = context.connections.warehouse?.engine === "duckdb";
  let found: SourceColumn[] = [];
  return {
    schema: "public",
    within: (work) => work(),
    async columns(table) {
      const columns = (await lake.columns(table)) ?? [];
      found = columns.map(({ name, type }) => sourceColumn(name, type, intoLake));
      return found;
    },
    digest: ({ name }, salt) => `sha256(concat(${fileText(salt)}, ${quoted(name)}::varchar))`,
    highest: ({ name }) => `max(${quoted(name)})::text`,
    rows(cells, table, columns, since) {
      // A text beside a column is read as the column's type.
      const where = since ? ` where ${quoted(since.column)} >= ${fileText(since.value)}` : "";
      const stored = columns.map(({ name, type }) => ({ name, type, ...storedAs(found, name, type) }));
      return lakeRows(lake, cells, table, where, stored);
    },
  };
}

/** A value that is hidden is a text by then. */
function storedAs(found: SourceColumn[], name: string, type: string): { stored?: string } {
  const column = found.find((one) => one.name === name);
  return column?.stored && column.type === type ? { stored: column.stored } : {};
}

/** Into a lake a value goes as DuckDB's own text of it, elsewhere as PostgreSQL reads it. */
function sourceColumn(name: string, stored: string, intoLake: boolean): SourceColumn {
  const type = postgresType(stored);
  if (intoLake) return { name, type, stored, cell: `${quoted(name)}::varchar` };
  const cell = cellText({ name, type: stored }, type);
  const dated = /^(DATE|TIMESTAMP)/.test(stored) ? `replace(${cell}, ' (BC)', ' BC')` : cell;
  return { name, type, cell: dated };
}

const escapes = [
  ["'\\'", "'\\\\'"],
  ["chr(9)", "'\\t'"],
  ["chr(10)", "'\\n'"],
  ["chr(13)", "'\\r'"],
];
/** A cell of a line as COPY reads it, in its form of text. */
const escaped = (cell: string) =>
  `coalesce(${escapes.reduce((text, [from, to]) => `replace(${text}, ${from}, ${to})`, `(${cell})::varchar`)}, '\\N')`;

const unescaped: Record<string, string> = { "\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r" };
const cellOf = (text: string) => (text === "\\N" ? null : text.replace(/\\[\\tnr]/g, (one) => unescaped[one] ?? one));

function lakeRows(
  lake: LakeClient,
  cells: string[],
  table: TableName,
  where: string,
  columns: (Column & { stored?: string })[],
): SourceRows {
  const from = `from ${shown(table)}${where}`;
  /** A line for each row, and none within a cell. */
  async function* lines(limit: number | null, run: string | null): AsyncGenerator<string[]> {
    const all = [...cells.map(escaped), ...(run === null ? [] : [`'${run}'`])];
    const sql = `select ${all.join(" || chr(9) || ")} as line ${from}`;
    const answer = await lakeAnswer(lake, { sql, values: [] }, limit);
    const decoder = new StringDecoder("utf8");
    let open = "";
    for await (const part of answer.csv()) {
      const pieces = (open + decoder.write(part as Buffer)).split("\n");
      open = pieces.pop() ?? "";
      if (pieces.length > 0) yield pieces.map(plainLine);
    }
  }
  async function* rows(limit: number | null) {
    for await (const some of lines(limit, null)) for (const line of some) yield line.split("\t").map(cellOf);
  }
  async function* texts(run: string | null) {
    for await (const some of lines(null, run)) yield `${some.join("\n")}\n`;
  }
  return {
    columns,
    async answer(limit) {
      const named = cells.map((cell, n) => `${cell} as ${quoted(columns[n]?.name ?? "")}`);
      const answer = await lakeAnswer(lake, { sql: `select ${named.join(", ")} ${from}`, values: [] }, limit);
      return { ...answer, columns };
    },
    async count() {
      const [row] = await lake.rows(`select count(*)::varchar as n ${from}`);
      return Number(row?.[0] ?? 0);
    },
    read: (_, limit) => byThousands(rows(limit)),
    into: (client, into, target, run) => copyIn(Readable.from(texts(run)), client, into, target, run),
  };
}

/** As it was before it stood in CSV. */
const plainLine = (line: string) => (line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line);
