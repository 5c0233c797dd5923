import { z } from "zod";
import { artifactFileQuery, artifactItem, artifactRows, artifactRowsQuery } from "@/lib/artifacts/schema";
import { submittedView } from "@/lib/executions/schema";
import { operation } from "../operation";
import { idParams, listOf } from "./fields";

const name = z.string().min(1).max(100);
const artifactParams = z.strictObject({ ...idParams.shape, stage: name, output: name });

export const artifacts = {
  list: operation({
    method: "GET",
    path: "/runs/{id}/artifacts",
    summary: "Tables that the stages of a run have published",
    action: "pipeline.read",
    params: idParams,
    answers: { 200: { description: "All of them, in the document's order", schema: listOf(artifactItem) } },
  }),
  rows: operation({
    method: "GET",
    path: "/runs/{id}/artifacts/{stage}/{output}/rows",
    summary: "The first rows of one of them",
    action: "pipeline.read",
    params: artifactParams,
    query: artifactRowsQuery,
    answers: { 200: { description: "Rows, long cells cut with …", schema: artifactRows } },
  }),
  download: operation({
    method: "GET",
    path: "/runs/{id}/artifacts/{stage}/{output}/download",
    summary: "A file of one of them, as its stage wrote it",
    action: "pipeline.read",
    params: artifactParams,
    query: artifactFileQuery,
    answers: { 200: { description: "The file itself", media: "application/octet-stream" } },
  }),
  open: operation({
    method: "POST",
    path: "/runs/{id}/artifacts/{stage}/{output}/open",
    summary: "Make an execution of it, with a grid, charts, SQL, sharing and downloads as any other has",
    action: "execution.run",
    params: artifactParams,
    answers: { 202: { description: "Accepted", schema: submittedView } },
  }),
};
