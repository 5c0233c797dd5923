import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { type CopyToStreamQuery, to as copyTo } from "pg-copy-streams";
import type { Query } from "./bound";
import { type Format, StageError } from "./context";
import { duckType, fileText, openDuck } from "./duck";
import { Pipe } from "./pipe";

/** What a query answers, to be taken once. */
export interface Answer {
  columns: {
    name: string;
    /** PostgreSQL's. */
    type: string;
    /** DuckDB's of a file, where it is known better than by `type`. */
    stored?: string;
  }[];
  /** COPY's CSV without a header. */
  csv(): Readable;
  /** How many it has been, once all were taken. */
  rows(): number;
}

export function postgresAnswer(client: pg.Client, { sql, columns }: Query): Answer {
  let copy: CopyToStreamQuery | undefined;
  return {
    columns,
    csv() {
      copy = client.query(copyTo(`copy (\n${sql}\n) to stdout (format csv)`));
      return copy;
    },
    rows: () => copy?.rowCount ?? 0,
  };
}

const parsed: Record<Format, (to: string) => string> = {
  parquet: (to) => `to ${to} (format parquet, compression zstd, row_group_size 122880)`,
  csv: (to) => `to ${to} (format csv, header true, nullstr '')`,
  ndjson: (to) => `to ${to} (format json)`,
};

/**
 * Writes an answer's rows to a file, and says how many they were.
 * @param otherwise what to do where a value has no place in its column's type
 * @throws StageError
 */
export async function answerFile(answer: Answer, file: string, format: Format, otherwise: string): Promise<number> {
  const duck = await openDuck();
  const pipe = await Pipe.make();
  try {
    const names = answer.columns.map((_, n) => `'v${n}': 'VARCHAR'`).join(", ");
    const cells = answer.columns.map(({ name, type, stored }, n) => {
      // A file of text keeps the warehouse's own.
      const as = format === "csv" ? "VARCHAR" : (stored ?? duckType(type));
      return `v${n}${as === "VARCHAR" ? "" : `::${as}`} as "${name.replaceAll('"', '""')}"`;
    });
    const read = `read_csv(${fileText(pipe.file)}, auto_detect = false, header = false, columns = {${names}}, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = 8388608, buffer_size = 8388608, parallel = false)`;
    let failed: unknown = null;
    const gaveUp = new AbortController();
    const writing = duck
      .run(`copy (select ${cells.join(", ")} from ${read}) ${parsed[format](fileText(file))}`)
      .catch((error: unknown) => {
        failed = error;
        gaveUp.abort();
      });
    const stream = await pipe.write(gaveUp.signal).catch(() => null);
    if (!stream) {
      await writing;
      throw failed;
    }
    try {
      await pipeline(answer.csv(), stream);
    } catch (error) {
      stream.destroy();
      await writing;
      throw failed ? unstorable(failed, otherwise) : error;
    }
    await writing;
    if (failed) throw unstorable(failed, otherwise);
    return answer.rows();
  } finally {
    pipe.remove();
  }
}

function unstorable(error: unknown, hint: string): StageError {
  const [first = ""] = (error as Error).message.split("\n");
  return new StageError(`A value of the rows has no place in the file: ${first}`, { hint });
}
