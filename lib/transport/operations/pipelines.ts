import { z } from "zod";
import {
  pipelineDraftSchema,
  pipelineDraftView,
  pipelineItem,
  pipelineName,
  pipelinesQuery,
  pipelineView,
  publishQuery,
  schemaGrantSchema,
  schemaGrantsSchema,
  schemaGrantsView,
  versionView,
} from "@/lib/pipelines/schema";
import { triggerView } from "@/lib/triggers/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, none } from "./fields";

const nameParams = z.strictObject({ name: z.string().min(1).max(100) });
/** A name that a pipeline can have, whether there is one of it or not. */
const draftParams = z.strictObject({ name: pipelineName });
const schemaGrantParams = idParams.extend({ team: idParams.shape.id, schema: z.string().min(1).max(200) });

export const pipelines = {
  list: operation({
    method: "GET",
    path: "/pipelines",
    summary: "Pipelines that you see, by name, with how their latest runs ended",
    action: "pipeline.read",
    query: pipelinesQuery,
    answers: { 200: { description: "One page", schema: listOf(pipelineItem) } },
  }),
  read: operation({
    method: "GET",
    path: "/pipelines/{name}",
    summary: "A pipeline and its live version; as YAML alone where the request accepts `application/yaml`",
    action: "pipeline.read",
    params: nameParams,
    query: none,
    answers: { 200: { description: "The pipeline", schema: pipelineView } },
  }),
  publish: operation({
    method: "PUT",
    path: "/pipelines/{name}",
    summary:
      "Make a document the live version, or a pipeline of it: the body is the document, as `application/yaml` or `application/json`; 422 with what the linter found",
    action: "pipeline.write",
    params: nameParams,
    query: publishQuery,
    document: true,
    answers: {
      200: { description: "Published, or live already", schema: pipelineView },
      201: { description: "Made", schema: pipelineView },
    },
  }),
  archive: operation({
    method: "DELETE",
    path: "/pipelines/{name}",
    summary: "Take it out of lists and start nothing of it any more; publishing it again brings it back",
    action: "pipeline.write",
    params: nameParams,
    answers: ended,
  }),
  versions: operation({
    method: "GET",
    path: "/pipelines/{name}/versions",
    summary: "Its versions, newest first",
    action: "pipeline.read",
    params: nameParams,
    query: none,
    answers: { 200: { description: "All of them", schema: listOf(versionView) } },
  }),
  version: operation({
    method: "GET",
    path: "/pipelines/{name}/versions/{number}",
    summary: "One version",
    action: "pipeline.read",
    params: z.strictObject({ ...nameParams.shape, number: z.coerce.number().int().min(1).max(1_000_000_000) }),
    answers: { 200: { description: "The version", schema: versionView } },
  }),
  triggers: operation({
    method: "GET",
    path: "/pipelines/{name}/triggers",
    summary: "When it runs by itself, the next first, and schedules of versions before; each has its slots",
    action: "pipeline.read",
    params: nameParams,
    query: none,
    answers: { 200: { description: "All of them", schema: listOf(triggerView) } },
  }),
  draft: operation({
    method: "GET",
    path: "/pipelines/{name}/draft",
    summary: "What you have written and not published",
    action: "pipeline.read",
    params: draftParams,
    answers: { 200: { description: "Your draft", schema: pipelineDraftView } },
  }),
  saveDraft: operation({
    method: "PUT",
    path: "/pipelines/{name}/draft",
    summary: "Keep what you have written, whatever is wrong with it; nobody else sees it",
    action: "pipeline.write",
    params: draftParams,
    body: pipelineDraftSchema,
    answers: { 200: { description: "Kept", schema: pipelineDraftView } },
  }),
  removeDraft: operation({
    method: "DELETE",
    path: "/pipelines/{name}/draft",
    summary: "Drop your draft",
    action: "pipeline.write",
    params: draftParams,
    answers: ended,
  }),
};

export const schemaGrants = {
  list: operation({
    method: "GET",
    path: "/warehouses/{id}/schemas",
    summary: "Schemas in which teams' pipelines may write",
    action: "warehouse.manage",
    params: idParams,
    answers: { 200: { description: "All grants", schema: schemaGrantsView } },
  }),
  replace: operation({
    method: "PUT",
    path: "/warehouses/{id}/schemas",
    summary: "Make these the schemas in which teams' pipelines may write; teams by id or name",
    action: "warehouse.manage",
    params: idParams,
    body: schemaGrantsSchema,
    answers: { 200: { description: "All grants", schema: schemaGrantsView } },
  }),
  grant: operation({
    method: "PUT",
    path: "/warehouses/{id}/schemas/{team}/{schema}",
    summary: "Let pipelines of a team, by id or name, write in one more schema; the others stay as they are",
    action: "warehouse.manage",
    params: schemaGrantParams,
    body: schemaGrantSchema,
    answers: { 200: { description: "All grants", schema: schemaGrantsView } },
  }),
  revoke: operation({
    method: "DELETE",
    path: "/warehouses/{id}/schemas/{team}/{schema}",
    summary: "Take one schema from a team, by id or name; the others stay as they are",
    action: "warehouse.manage",
    params: schemaGrantParams,
    answers: { 200: { description: "All grants", schema: schemaGrantsView } },
  }),
};
