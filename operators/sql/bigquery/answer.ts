import { Readable } from "node:stream";
import { columnOf } from "@/lib/warehouses/bigquery/types";
import type { Answer } from "../answer";
import { refuseTwice } from "../bound";
import type { Context, Reach } from "../context";
import { csvLine, pieces, type TextRow } from "../text-rows";
import { boundQuery, Jobs } from "./jobs";
import { jobRows } from "./rows";

/**
 * Rows of a person's query, which is a job of its own.
 * @param most of a dry run; the job reads all the same
 * @throws StageError at the SQL
 */
export async function bigqueryAnswer(
  reach: Reach,
  bound: Context["sql"][string],
  timeZone: string,
  most: number | null,
): Promise<Answer> {
  const jobs = new Jobs(reach, "warehouse");
  const { fields, rows } = await jobRows(jobs, await boundQuery(jobs, bound, timeZone), most);
  const columns = fields.map(columnOf).map(({ name, type }) => ({ name, type }));
  refuseTwice(columns, "sql");
  let count = 0;
  const line = (row: TextRow) => {
    count += 1;
    return csvLine(row);
  };
  return { columns, csv: () => Readable.from(pieces(rows(), line)), rows: () => count };
}
