import { z } from "zod";
import {
  cancelRunSchema,
  downstreamView,
  logsQuery,
  retryRunSchema,
  runItem,
  runsQuery,
  runView,
  startedView,
  startRunSchema,
  tryPipelineSchema,
} from "@/lib/runs/schema";
import { operation } from "../operation";
import { idParams, listOf, none } from "./fields";

const wait = z.coerce.number().min(0).max(60).optional();
const nameParams = z.strictObject({ name: z.string().min(1).max(100) });

export const runs = {
  list: operation({
    method: "GET",
    path: "/runs",
    summary: "Runs of pipelines that you see, newest first",
    action: "pipeline.read",
    query: runsQuery,
    answers: { 200: { description: "One page", schema: listOf(runItem) } },
  }),
  start: operation({
    method: "POST",
    path: "/pipelines/{name}/runs",
    summary:
      "Run the live version over an interval, without one over the last complete day; while another run of it goes on, it waits its turn",
    action: "pipeline.run",
    params: nameParams,
    query: z.strictObject({ wait }),
    body: startRunSchema,
    answers: {
      200: { description: "With wait: how it stands", schema: runView },
      202: { description: "Accepted", schema: startedView },
    },
  }),
  try: operation({
    method: "POST",
    path: "/pipelines/try",
    summary:
      "Run a draft without writing anything outside: over a sample, or with `rows: null` over all rows, and then the plans of its writers are what they would do; 422 with what the linter found; gone after a day",
    action: "pipeline.run",
    query: z.strictObject({ wait }),
    body: tryPipelineSchema,
    answers: {
      200: { description: "With wait: how it stands", schema: runView },
      202: { description: "Accepted", schema: startedView },
    },
  }),
  read: operation({
    method: "GET",
    path: "/runs/{id}",
    summary: "How a run and its stages stand",
    action: "pipeline.read",
    params: idParams,
    query: z.strictObject({ wait }),
    answers: { 200: { description: "The run", schema: runView } },
  }),
  downstream: operation({
    method: "GET",
    path: "/runs/{id}/downstream",
    summary: "Who reads the tables that it writes: other pipelines that you see, and scheduled queries",
    action: "pipeline.read",
    params: idParams,
    query: none,
    answers: { 200: { description: "Those that run soonest first", schema: downstreamView } },
  }),
  cancel: operation({
    method: "POST",
    path: "/runs/{id}/cancel",
    summary: "Ask it to end; its state follows when nothing of it runs any more",
    action: "pipeline.run",
    params: idParams,
    body: cancelRunSchema,
    answers: { 202: { description: "Asked", schema: startedView } },
  }),
  retry: operation({
    method: "POST",
    path: "/runs/{id}/retry",
    summary:
      "Go on from one that has ended, as a run of its own: from what did not succeed, from one stage on, that stage alone, or all of it",
    action: "pipeline.run",
    params: idParams,
    body: retryRunSchema,
    answers: { 202: { description: "Accepted", schema: startedView } },
  }),
  logs: operation({
    method: "GET",
    path: "/runs/{id}/logs",
    summary: "What its stages printed, a line of JSON each: at, stage, attempt, stream, text",
    action: "pipeline.read",
    params: idParams,
    query: logsQuery,
    answers: { 200: { description: "Lines; with `follow` until the run has ended", media: "application/x-ndjson" } },
  }),
};
