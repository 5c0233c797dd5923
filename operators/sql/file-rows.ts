import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Input } from "./context";
import { StageError } from "./context";
import { cellText, columnsIn, type DuckColumn, fileText, openDuck, postgresType, readFiles, unreadable } from "./duck";
import { list } from "./names";
import { Pipe } from "./pipe";
import { runColumn } from "./write/fence";
import { type Rows, refusedRow } from "./write/rows";
import type { Column, Target } from "./write/target";

/** The rows of an input's files, as DuckDB reads them and the warehouse takes them. */
export async function fileRows(input: Input, target: Target | null, replaced: boolean): Promise<Rows> {
  if (input.files.length === 0) throw new StageError("The input holds no file.", { field: "rows" });
  const duck = await openDuck();
  // Where the table is there, its own types say what a text means.
  const source = readFiles(input, target !== null);
  const found = await columnsIn(duck, source);
  const guessed =
    input.format === "csv" && target !== null && replaced ? await columnsIn(duck, readFiles(input, false)) : found;
  return {
    columns: guessed.map(({ name, type }) => ({ name, type: postgresType(type) })),
    read: (columns, limit) => readRows(duck, source, found, columns, limit),
    into: (client, into, columns, run) => copyFiles(duck, source, found, client, into, columns, run),
  };
}

/** As `copyFiles` would write them. */
async function* readRows(
  duck: DuckDBConnection,
  source: string,
  found: DuckColumn[],
  columns: Column[],
  limit: number | null,
): AsyncGenerator<(string | null)[][]> {
  const cells = found.map((column, n) => cellText(column, columns[n]?.type ?? "text"));
  const most = limit === null ? "" : ` limit ${limit}`;
  const result = await duck.stream(`select ${cells.join(", ")} from ${source}${most}`).catch((error: unknown) => {
    throw unreadable(error);
  });
  for (;;) {
    const chunk = await result.fetchChunk().catch((error: unknown) => {
      throw unreadable(error);
    });
    if (!chunk || chunk.rowCount === 0) return;
    yield chunk.getRows() as (string | null)[][];
  }
}

async function copyFiles(
  duck: DuckDBConnection,
  source: string,
  found: DuckColumn[],
  client: pg.Client,
  into: string,
  columns: Column[],
  run: string | null,
): Promise<number> {
  const cells = found.map((column, n) => cellText(column, columns[n]?.type ?? "text"));
  const pipe = await Pipe.make();
  try {
    const names = list([...columns.map(({ name }) => name), ...(run === null ? [] : [runColumn])]);
    const { stream, finish } = pipe.read();
    const copy = client.query(copyFrom(`copy ${into} (${names}) from stdin (format csv)`));
    // A table of one column could have a line that COPY takes for the end of the data.
    const quote = cells.length === 1 && run === null ? ", force_quote *" : "";
    const select = [...cells.map((cell, n) => `${cell} as c${n}`), ...(run === null ? [] : [`${run} as run`])].join(
      ", ",
    );
    const reading = duck
      .run(
        `copy (select ${select} from ${source}) to ${fileText(pipe.file)} (format csv, header false, nullstr ''${quote}, use_tmp_file false)`,
      )
      .then(finish, (error: unknown) => {
        stream.destroy(unreadable(error));
      });
    try {
      await pipeline(stream, copy);
    } catch (error) {
      stream.destroy();
      duck.interrupt();
      // It may be reading the input still, and open the pipe only now.
      await pipe.drain(reading);
      throw await refusedRow(error, (line) => rowOfLine(duck, source, cells, line));
    }
    await reading;
    return copy.rowCount ?? 0;
  } finally {
    pipe.remove();
  }
}

/** COPY counts lines, and a cell may hold some. */
async function rowOfLine(duck: DuckDBConnection, source: string, cells: string[], line: number): Promise<number> {
  const breaks = cells.map((cell) => `coalesce(length(${cell}) - length(replace(${cell}, chr(10), '')), 0)`);
  const read = await duck.runAndReadAll(
    `select min(n) from (select n, sum(lines) over (order by n) as upto
         from (select row_number() over () as n, 1 + ${breaks.join(" + ")} as lines from ${source})) where upto >= ${line}`,
  );
  return Number(read.getRows()[0]?.[0] ?? line);
}
