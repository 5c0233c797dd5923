import { cellText } from "@/lib/warehouses/bigquery/cells";
import type { Field } from "@/lib/warehouses/bigquery/types";
import { StageError } from "../context";
import type { TextRow } from "../text-rows";
import type { Jobs, Page } from "./jobs";

/** What a job answers: its fields, and its rows to be taken once. */
export interface JobRows {
  fields: Field[];
  rows(): AsyncGenerator<TextRow>;
}

/**
 * Starts a job and waits for its answer.
 * @param query its configuration
 * @param most of these rows, the first; null for all. The job reads all the same
 * @throws StageError where it failed
 */
export async function jobRows(jobs: Jobs, query: object, most: number | null): Promise<JobRows> {
  const id = await jobs.insert({ query });
  let first: Page;
  do first = await jobs.page(id);
  while (!first.jobComplete);
  const fields = first.schema?.fields ?? [];
  const wanted = Math.min(Number(first.totalRows ?? 0), most ?? Number.POSITIVE_INFINITY);
  return {
    fields,
    async *rows() {
      let count = 0;
      for (let page = first; ; page = await jobs.page(id, page.pageToken)) {
        const rows = (page.rows ?? []).slice(0, wanted - count);
        count += rows.length;
        for (const { f } of rows) yield fields.map((field, at) => cellText(f[at]?.v ?? null, field));
        if (!page.pageToken || count >= wanted) break;
      }
      if (count !== wanted)
        throw new StageError(`BigQuery counts ${first.totalRows} rows and sent ${count}. Run it again.`);
    },
  };
}
