import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { type CopyToStreamQuery, to as copyTo } from "pg-copy-streams";
import { prepareQuery, type Query } from "./bound";
import { type Context, outFolder, StageError, type Told } from "./context";
import { duckType, fileText, openDuck } from "./duck";
import { lakeAnswer } from "./lake/answer";
import { lakeOf } from "./lake/client";
import { Pipe } from "./pipe";
import { inTransaction, open } from "./warehouse";

/** What a query answers, to be taken once. */
export interface Answer {
  /** Types are PostgreSQL's. */
  columns: { name: string; type: string }[];
  /** COPY's CSV without a header. */
  csv(): Readable;
  /** How many it has been, once all were taken. */
  rows(): number;
}

/** Runs a query as the reader and writes its rows to every output. */
export async function extract(context: Context): Promise<Told> {
  const bound = context.sql.sql;
  if (!bound) throw new StageError("Write the SQL whose rows are wanted.", { field: "sql" });
  const outputs = Object.values(context.outputs);
  if (outputs.length === 0) throw new StageError("Name an output for the rows.", { field: "outputs" });
  return asking(context, bound, async (ask) => {
    let told: Told = {};
    for (const output of outputs) {
      const answer = await ask();
      if (answer.columns.length === 0) throw new StageError("The SQL returns no column.", { field: "sql" });
      told = { rows: await copyOut(answer, output), metrics: { columns: answer.columns.length } };
    }
    return told;
  });
}

/** Within one snapshot of the warehouse. */
async function asking(
  context: Context,
  bound: Context["sql"][string],
  work: (ask: () => Promise<Answer>) => Promise<Told>,
): Promise<Told> {
  const reach = context.connections.warehouse;
  const most = context.dry?.rows ?? null;
  if (reach?.engine === "mysql") {
    const [{ inSnapshot, openMysql }, { mysqlAnswer }] = await Promise.all([
      import("./mysql/connect"),
      import("./mysql/answer"),
    ]);
    const client = await openMysql(reach, "warehouse");
    return inSnapshot(client, () => work(() => mysqlAnswer(client, bound, most)));
  }
  if (reach?.engine === "bigquery") {
    const { bigqueryAnswer } = await import("./bigquery/answer");
    return work(() => bigqueryAnswer(reach, bound, context.interval.timeZone, most));
  }
  const lake = lakeOf(context, "sql");
  if (lake) return work(() => lakeAnswer(lake, bound, most));
  const client = await open(context, "warehouse");
  return inTransaction(client, "begin isolation level repeatable read read only", async () => {
    const query = await prepareQuery(client, bound, "sql");
    if (most !== null) query.sql = `select * from (\n${query.sql}\n) as rows limit ${most}`;
    return work(async () => postgresAnswer(client, query));
  });
}

function postgresAnswer(client: pg.Client, { sql, columns }: Query): Answer {
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

const parsed: Record<string, (to: string) => string> = {
  parquet: (to) => `to ${to} (format parquet, compression zstd, row_group_size 122880)`,
  csv: (to) => `to ${to} (format csv, header true, nullstr '')`,
  ndjson: (to) => `to ${to} (format json)`,
};

async function copyOut(answer: Answer, output: Context["outputs"][string]): Promise<number> {
  const folder = path.join(outFolder(), output.path);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `part-0.${output.format}`);
  const duck = await openDuck();
  const pipe = await Pipe.make();
  try {
    const names = answer.columns.map((_, n) => `'v${n}': 'VARCHAR'`).join(", ");
    const cells = answer.columns.map(({ name, type }, n) => {
      // A file of text keeps the warehouse's own.
      const as = output.format === "csv" ? "VARCHAR" : duckType(type);
      return `v${n}${as === "VARCHAR" ? "" : `::${as}`} as "${name.replaceAll('"', '""')}"`;
    });
    const read = `read_csv(${fileText(pipe.file)}, auto_detect = false, header = false, columns = {${names}}, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n', max_line_size = 8388608, buffer_size = 8388608, parallel = false)`;
    let failed: unknown = null;
    const gaveUp = new AbortController();
    const writing = duck
      .run(`copy (select ${cells.join(", ")} from ${read}) ${parsed[output.format]?.(fileText(file))}`)
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
      throw failed ? unstorable(failed) : error;
    }
    await writing;
    if (failed) throw unstorable(failed);
    return answer.rows();
  } finally {
    pipe.remove();
  }
}

function unstorable(error: unknown): StageError {
  const [first = ""] = (error as Error).message.split("\n");
  return new StageError(`A value of the rows has no place in the file: ${first}`, {
    hint: "Cast its column to text in the SQL.",
  });
}
