import { z } from "zod";
import { draftedView, lintView, templateView } from "@/lib/pipelines/schema";
import { operation } from "../operation";
import { idParams, listOf, none } from "./fields";

/** What is asked about a pipeline's document before it is one. */
export const pipelineDocuments = {
  lint: operation({
    method: "POST",
    path: "/pipelines/lint",
    summary: "Everything that is wrong with a document, with its place and what to do. Nothing is kept",
    action: "pipeline.read",
    document: true,
    answers: { 200: { description: "Problems in the order of the text; none is right", schema: lintView } },
  }),
  templates: operation({
    method: "GET",
    path: "/pipelines/templates",
    summary: "Documents to begin with, half filled",
    action: "pipeline.read",
    query: none,
    answers: { 200: { description: "Those whose operators there are, as YAML", schema: listOf(templateView) } },
  }),
  fromQuery: operation({
    method: "GET",
    path: "/queries/{id}/pipeline",
    summary: "A document that keeps a saved query's answer as a table every night, half filled. Nothing is kept",
    action: "pipeline.write",
    params: idParams,
    answers: { 200: { description: "The document, and what was decided in it", schema: draftedView } },
  }),
  schema: operation({
    method: "GET",
    path: "/pipelines/schema.json",
    summary: "The JSON Schema of a document, for editors",
    action: null,
    query: none,
    answers: { 200: { description: "JSON Schema 2020-12", schema: z.record(z.string(), z.json()) } },
  }),
};
