import { z } from "zod";
import { executionView, submittedView } from "@/lib/executions/schema";
import {
  answerQuery,
  choicesSchema,
  choicesView,
  favouriteSchema,
  forkSchema,
  queriesQuery,
  queryItem,
  queryVersionView,
  queryView,
  restoreSchema,
  runSavedSchema,
  saveQuerySchema,
  updateQuerySchema,
  verifySchema,
} from "@/lib/queries/schema";
import { operation } from "../operation";
import { rowsView } from "./executions";
import { ended, idParams, listOf, none } from "./fields";

const query = { 200: { description: "The query", schema: queryView } };
const made = { 201: { description: "Made", schema: queryView } };
const wait = z.coerce.number().min(0).max(60).optional();

export const queries = {
  list: operation({
    method: "GET",
    path: "/queries",
    summary: "Saved queries that you may see; of words those with all of them in the title first",
    action: "query.read",
    query: queriesQuery,
    answers: { 200: { description: "One page, without SQL and parameters", schema: listOf(queryItem) } },
  }),
  create: operation({
    method: "POST",
    path: "/queries",
    summary: "Save SQL as a query",
    action: "query.write",
    body: saveQuerySchema,
    answers: made,
  }),
  read: operation({
    method: "GET",
    path: "/queries/{id}",
    summary: "One query, its latest version",
    action: "query.read",
    params: idParams,
    answers: query,
  }),
  update: operation({
    method: "PATCH",
    path: "/queries/{id}",
    summary:
      "Change it; a change of its text is a new version. 409 with both texts when `version` is no longer the latest",
    action: "query.write",
    params: idParams,
    body: updateQuerySchema,
    answers: query,
  }),
  archive: operation({
    method: "DELETE",
    path: "/queries/{id}",
    summary: "Take it out of lists; PATCH {archived: false} brings it back",
    action: "query.write",
    params: idParams,
    answers: ended,
  }),
  run: operation({
    method: "POST",
    path: "/queries/{id}/executions",
    summary: "Run it with these values of its parameters; those left out have their defaults",
    action: "query.run",
    params: idParams,
    query: z.strictObject({ wait, rows: z.coerce.number().int().min(0).max(10_000).optional() }),
    body: runSavedSchema,
    answers: {
      200: {
        description: "With wait: how it stands",
        schema: executionView.extend(rowsView.pick({ rows: true, largeCells: true }).partial().shape),
      },
      202: { description: "Accepted", schema: submittedView },
    },
  }),
  answer: operation({
    method: "GET",
    path: "/queries/{id}/answer",
    summary: "The newest stored answer of its latest version for these values, which you may see; nothing is run",
    action: "query.read",
    params: idParams,
    query: answerQuery,
    answers: {
      200: { description: "The execution, or null", schema: z.object({ execution: executionView.nullable() }) },
    },
  }),
  choices: operation({
    method: "POST",
    path: "/queries/{id}/choices",
    summary: "Its rows as options of a form's field, from a stored answer where there is a young one",
    action: "query.run",
    params: idParams,
    query: z.strictObject({
      /** Seconds to wait for the list, 20 without it. */
      wait,
    }),
    body: choicesSchema,
    answers: { 200: { description: "1,000 options at most", schema: choicesView } },
  }),
  versions: operation({
    method: "GET",
    path: "/queries/{id}/versions",
    summary: "Its versions, newest first",
    action: "query.read",
    params: idParams,
    query: none,
    answers: { 200: { description: "All of them", schema: listOf(queryVersionView) } },
  }),
  version: operation({
    method: "GET",
    path: "/queries/{id}/versions/{number}",
    summary: "One version, whole",
    action: "query.read",
    params: z.strictObject({ ...idParams.shape, number: z.coerce.number().int().min(1).max(1_000_000_000) }),
    answers: { 200: { description: "The version", schema: queryVersionView } },
  }),
  restore: operation({
    method: "POST",
    path: "/queries/{id}/restore",
    summary: "Make an older version's text the latest",
    action: "query.write",
    params: idParams,
    body: restoreSchema,
    answers: query,
  }),
  fork: operation({
    method: "POST",
    path: "/queries/{id}/fork",
    summary: "Make a copy of your own",
    action: "query.write",
    params: idParams,
    body: forkSchema,
    answers: made,
  }),
  verify: operation({
    method: "PUT",
    path: "/queries/{id}/verified",
    summary: "Vouch for a version as its owner, or take that back",
    action: "query.write",
    params: idParams,
    body: verifySchema,
    answers: query,
  }),
  favourite: operation({
    method: "PUT",
    path: "/queries/{id}/favourite",
    summary: "Put your star on it, or take it off",
    action: "query.favourite",
    params: idParams,
    body: favouriteSchema,
    answers: ended,
  }),
};
