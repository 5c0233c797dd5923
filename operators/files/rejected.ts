import { writeFileSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "@/lib/results/encoding";
import type { BadRow } from "@/lib/tabular/bad-rows";
import type { Context } from "../sql/context";
import { writeRows } from "./write-rows";

const columns = "{line: 'BIGINT', row: 'BIGINT', \"column\": 'VARCHAR', message: 'VARCHAR', text: 'VARCHAR'}";

/** Rows that were left out, as an output of its own. It is there also when there are none. */
export async function keepRejected(
  duck: DuckDBConnection,
  context: Context,
  work: string,
  bad: BadRow[],
): Promise<void> {
  const [told, file] = [path.join(work, "rejected.ndjson"), path.join(work, "rejected.parquet")];
  writeFileSync(told, bad.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const read = `read_json(${quote(told)}, format = 'newline_delimited', columns = ${columns})`;
  await duck.run(`COPY (SELECT * FROM ${read}) TO ${quote(file)} (FORMAT parquet)`);
  await writeRows(duck, context, file, "rejected");
}
