import { columnOf } from "@/lib/warehouses/bigquery/types";
import type { Answer } from "../answer";
import { refuseTwice } from "../bound";
import type { Context, Reach } from "../context";
import { textAnswer } from "../text-rows";
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
  return textAnswer(columns, rows, (row) => row);
}
