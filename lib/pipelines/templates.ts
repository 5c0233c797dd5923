import { refParts } from "@/lib/operators/versions";
import { parseDocument } from "./document";
import type { PipelineTemplate } from "./schema";

/** Pipelines to begin with: whole but for what only the person knows, which the linter then asks for. */
const all: PipelineTemplate[] = [
  {
    id: "replicate-every-night",
    title: "Copy a table every night",
    summary: "A table of one warehouse, in another each morning. Columns can be left out or hidden.",
    text: `name: copy_every_night
title: Copy a table every night
triggers:
  - cron: 30 2 * * *
    timezone: UTC
stages:
  - id: copy
    operator: replicate-table@1
    params:
      mode: full
    retries: 2
`,
  },
  {
    id: "daily-metric",
    title: "A number a day",
    summary: "Counts yesterday by SQL, and keeps a row a day in a table: any day can be counted again.",
    text: `name: daily_metric
title: A number a day
triggers:
  - cron: 15 6 * * *
    timezone: UTC
stages:
  - id: count
    operator: sql-transform@1
    params:
      # One row for the interval. What stands in braces becomes a value: it needs no quotes.
      sql: |
        select {{ interval.from | date }}::date as day, count(*) as events
        from activity
        where at >= {{ interval.from }} and at < {{ interval.to }}
      as: incremental
      mode: partition-overwrite
      time_column: day
    retries: 2
`,
  },
  {
    id: "query-to-table",
    title: "From a query in one warehouse to a table in another",
    summary: "Runs SQL here, and writes its rows there: yesterday's rows, each night.",
    text: `name: query_to_table
title: From a query to a table
triggers:
  - cron: 0 3 * * *
    timezone: UTC
stages:
  - id: extract
    operator: sql-extract@1
    params:
      sql: |
        select *
        from activity
        where at >= {{ interval.from }} and at < {{ interval.to }}
    outputs:
      rows: parquet

  - id: load
    operator: load-table@1
    params:
      mode: partition-overwrite
    inputs:
      rows: extract.rows
    retries: 2
`,
  },
  {
    id: "upload-a-sheet",
    title: "A sheet that somebody uploads, as a table",
    summary: "Reads an uploaded file and puts its rows in place of a table's: upload it anew and run this again.",
    text: `name: sheet_to_table
title: A sheet as a table
stages:
  - id: read
    operator: load-file@1
    params:
      # The newest file of this name among your Files.
      from: upload
    outputs:
      rows: parquet

  - id: write
    operator: load-table@1
    params:
      mode: replace
    inputs:
      rows: read.rows
`,
  },
  {
    id: "check-and-alert",
    title: "Check a table, and hear when something is wrong",
    summary: "Looks every morning whether a table is as it should be; the pipeline's team hears when it is not.",
    text: `name: check_table
title: Check a table
triggers:
  - cron: 0 7 * * *
    timezone: UTC
stages:
  - id: check
    operator: expect@1
    params:
      checks:
        - kind: row_count
          least: 1
`,
  },
];

/** Those whose operators there are. */
export function templates(operators: readonly { id: string }[]): PipelineTemplate[] {
  const there = new Set(operators.map(({ id }) => id));
  return all.filter(({ text }) => {
    const read = parseDocument(text, "yaml");
    return read.ok && read.document.stages.every(({ operator }) => there.has(refParts(operator)[0]));
  });
}
