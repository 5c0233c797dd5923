import { z } from "zod";
import { chartQuery, chartView, profileQuery, profileView } from "@/lib/charts/schema";
import {
  batchView,
  cancelSchema,
  executionsPage,
  executionsQuery,
  executionView,
  nameResultSchema,
  resultColumn,
  submitSchema,
  submittedView,
} from "@/lib/executions/schema";
import { diffQuery, diffView, downloadQuery, rowsQuery } from "@/lib/results/schema";
import { operation } from "../operation";
import { idParams } from "./fields";

const wait = z.coerce.number().min(0).max(60).optional();

/** The row as the warehouse gave it (`number` beside a large cell in a page), both counted from 0. */
const cellParams = z.strictObject({
  ...idParams.shape,
  row: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  column: z.coerce.number().int().min(0).max(1_599),
});

const diffParams = z.strictObject({ ...idParams.shape, b: idParams.shape.id });

export const rowsView = z.object({
  columns: z.array(resultColumn),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  rowCount: z.number().nullable(),
  complete: z.boolean(),
  truncated: z.boolean(),
  limitedBy: z.string().nullable(),
  /** Cells of which only the beginning is here; `/cells/{number}/{column}` has the whole. */
  largeCells: z.array(z.object({ row: z.number(), number: z.number(), column: z.number(), bytes: z.number() })),
  /** Cells over 1 MiB, of which a search or filter saw the first 1,000 characters; 0 without one. */
  partlySearched: z.number(),
});

export const executions = {
  list: operation({
    method: "GET",
    path: "/executions",
    summary: "History, newest first",
    action: "execution.read",
    query: executionsQuery,
    answers: { 200: { description: "One page", schema: executionsPage } },
  }),
  submit: operation({
    method: "POST",
    path: "/executions",
    summary: "Run a statement, or a batch in one session",
    action: "execution.run",
    query: z.strictObject({
      /** Seconds to hold the answer until the statement has finished. */
      wait,
      /** With `wait`: how many of the first rows go into the same answer. */
      rows: z.coerce.number().int().min(0).max(10_000).optional(),
    }),
    body: submitSchema,
    answers: {
      200: {
        description: "With wait: how it stands",
        schema: executionView.extend(rowsView.pick({ rows: true, largeCells: true }).partial().shape),
      },
      202: { description: "Accepted", schema: z.union([submittedView, batchView]) },
    },
  }),
  read: operation({
    method: "GET",
    path: "/executions/{id}",
    summary: "How an execution stands",
    action: "execution.read",
    params: idParams,
    query: z.strictObject({ wait }),
    answers: { 200: { description: "The execution", schema: executionView } },
  }),
  cancel: operation({
    method: "POST",
    path: "/executions/{id}/cancel",
    summary: "Give it up; the state follows once the warehouse confirms",
    action: "execution.cancel",
    params: idParams,
    body: cancelSchema,
    answers: { 202: { description: "Accepted", schema: submittedView.extend({ outcome: z.string() }) } },
  }),
  name: operation({
    method: "PUT",
    path: "/executions/{id}/name",
    summary: "What one calls its rows in one's own SQL on Results and files; a name that stood for others moves here",
    action: "execution.run",
    params: idParams,
    body: nameResultSchema,
    answers: { 200: { description: "The name", schema: nameResultSchema } },
  }),
  rows: operation({
    method: "GET",
    path: "/executions/{id}/rows",
    summary:
      "A window of the stored rows, sorted (NULL last upwards, first downwards, as in PostgreSQL) and filtered on the server",
    action: "execution.read",
    params: idParams,
    query: rowsQuery,
    answers: { 200: { description: "Rows", schema: rowsView } },
  }),
  diff: operation({
    method: "GET",
    path: "/executions/{id}/diff/{b}",
    summary: "The rows that two results do not share, by key: added, removed, changed; without `key` one is looked for",
    action: "execution.read",
    params: diffParams,
    query: diffQuery,
    answers: { 200: { description: "The difference", schema: diffView } },
  }),
  chart: operation({
    method: "GET",
    path: "/executions/{id}/chart",
    summary: "What a chart draws, computed over all stored rows; without a spec one that its columns suggest",
    action: "execution.read",
    params: idParams,
    query: chartQuery,
    answers: { 200: { description: "The chart", schema: chartView } },
  }),
  profile: operation({
    method: "GET",
    path: "/executions/{id}/profile",
    summary: "What columns hold, over all stored rows: missing and different values, ends, how they are spread",
    action: "execution.read",
    params: idParams,
    query: profileQuery,
    answers: { 200: { description: "Some of the columns", schema: profileView } },
  }),
  download: operation({
    method: "GET",
    path: "/executions/{id}/download",
    summary: "The whole result as a file",
    action: "execution.read",
    params: idParams,
    query: downloadQuery,
    answers: { 200: { description: "A stream", media: "application/octet-stream" } },
  }),
  cell: operation({
    method: "GET",
    path: "/executions/{id}/cells/{row}/{column}",
    summary:
      "The whole value of a cell of which a page shows the beginning (one of its largeCells); a download, for whom that is allowed",
    action: "execution.read",
    params: cellParams,
    answers: { 200: { description: "A stream", media: "text/plain" } },
  }),
  events: operation({
    method: "GET",
    path: "/executions/{id}/events",
    summary: "Its states as they come",
    action: "execution.read",
    params: idParams,
    answers: { 200: { description: "Server-sent events `state`, each an execution", media: "text/event-stream" } },
  }),
};
