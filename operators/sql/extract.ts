import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Answer, answerFile, postgresAnswer } from "./answer";
import { prepareQuery } from "./bound";
import { type Context, outFolder, StageError, type Told } from "./context";
import { lakeAnswer } from "./lake/answer";
import { lakeOf } from "./lake/client";
import { inTransaction, open } from "./warehouse";

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
      const folder = path.join(outFolder(), output.path);
      mkdirSync(folder, { recursive: true });
      const file = path.join(folder, `part-0.${output.format}`);
      const rows = await answerFile(answer, file, output.format, "Cast its column to text in the SQL.");
      told = { rows, metrics: { columns: answer.columns.length } };
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
