import { Readable } from "node:stream";
import { cellText } from "@/lib/warehouses/bigquery/cells";
import { columnOf, type Field } from "@/lib/warehouses/bigquery/types";
import type { Answer } from "../answer";
import { refuseTwice } from "../bound";
import { type Context, type Reach, StageError } from "../context";
import { boundQuery, Jobs, type Page } from "./jobs";

const csvCell = (text: string | null) =>
  text === null ? "" : /^$|[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

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
  const id = await jobs.insert({ query: await boundQuery(jobs, bound, timeZone) });
  let first: Page;
  do first = await jobs.page(id);
  while (!first.jobComplete);
  const fields = first.schema?.fields ?? [];
  const columns = fields.map(columnOf).map(({ name, type }) => ({ name, type }));
  refuseTwice(columns, "sql");
  const wanted = Math.min(Number(first.totalRows ?? 0), most ?? Number.POSITIVE_INFINITY);
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for (let page = first; ; page = await jobs.page(id, page.pageToken)) {
      const rows = (page.rows ?? []).slice(0, wanted - count);
      count += rows.length;
      if (rows.length > 0) yield rows.map(({ f }) => lineOf(f, fields)).join("");
      if (!page.pageToken || count >= wanted) break;
    }
    if (count !== wanted)
      throw new StageError(`BigQuery counts ${first.totalRows} rows and sent ${count}. Run it again.`);
  }
  return { columns, csv: () => Readable.from(lines()), rows: () => count };
}

const lineOf = (row: NonNullable<Page["rows"]>[number]["f"], fields: Field[]) =>
  `${fields.map((field, at) => csvCell(cellText(row[at]?.v ?? null, field))).join(",")}\n`;
