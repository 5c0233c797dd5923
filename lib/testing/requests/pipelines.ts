import { newId } from "@/lib/platform/ids";
import type { SampleRequest, Targets } from "./sample";

/** A pipeline's document as JSON, which is YAML too. */
const documentOf = (name: string) =>
  JSON.stringify({
    ...{ name, parameters: { name: { type: "text", default: "x" } } },
    stages: [{ id: "a", operator: "noop@1" }],
  });

/** Of pipelines, what they are made of and what they leave. */
export function pipelineRequests(target: Targets): Record<string, SampleRequest> {
  const ended = { id: target.ended };
  return {
    "operators.list": {},
    "operators.read": { params: { id: "noop" } },
    "operators.options": {
      params: { id: "sql-extract" },
      query: { parameter: "warehouse", values: "{}", q: "a", team: "Nobody’s" },
    },
    "pipelineDocuments.lint": { text: documentOf(target.pipeline) },
    "pipelineDocuments.fromQuery": { params: { id: target.query } },
    "pipelineDocuments.schema": {},
    "pipelineDocuments.templates": {},
    "pipelines.list": { query: { q: "p", mine: "true", archived: "false", cursor: "a", limit: "5" } },
    "pipelines.read": { params: { name: target.pipeline } },
    "pipelines.publish": {
      params: { name: target.pipeline },
      query: { note: "another", base: "1", source: "git@example.com:a.git/p.yaml", takeOver: "false" },
      text: documentOf(target.pipeline),
    },
    "pipelines.archive": { params: { name: target.pipeline } },
    "pipelines.versions": { params: { name: target.pipeline } },
    "pipelines.triggers": { params: { name: target.pipeline } },
    "pipelines.version": { params: { name: target.pipeline, number: "1" } },
    "pipelines.draft": { params: { name: target.pipeline } },
    "pipelines.saveDraft": { params: { name: target.pipeline }, body: { text: "stages:", baseVersion: 1 } },
    "pipelines.removeDraft": { params: { name: target.pipeline } },
    "schemaGrants.list": { params: { id: target.warehouse } },
    "schemaGrants.replace": {
      params: { id: target.warehouse },
      body: { grants: [{ team: target.team, schema: "mart", scratch: true }] },
    },
    "schemaGrants.grant": {
      params: { id: target.warehouse, team: target.team, schema: "mart" },
      body: { scratch: true },
    },
    "schemaGrants.revoke": { params: { id: target.warehouse, team: target.team, schema: "mart" } },
    "savedTables.scratch": {},
    "savedTables.save": {
      params: ended,
      body: { table: "kept", team: target.team, warehouse: target.warehouse, replace: true },
    },
    "secrets.list": {},
    "secrets.read": { params: { name: target.secret } },
    "secrets.put": {
      params: { name: target.secret },
      body: { value: "correct-horse-9", note: "of the CRM", team: target.secretTeam },
    },
    "secrets.remove": { params: { name: target.secret } },
    "files.list": { query: { q: "sales", pipeline: target.pipeline, cursor: newId(), limit: "5" } },
    "files.read": { params: { id: target.file } },
    "files.download": { params: { id: target.file } },
    "files.remove": { params: { id: target.file } },
    "runs.list": { query: { pipeline: target.pipeline, state: "failed", cursor: newId(), limit: "5" } },
    "runs.start": {
      params: { name: target.pipeline },
      body: { from: "2026-01-31", to: "2026-02-01", timeZone: "UTC", params: { name: "x" }, lane: "backfill" },
      query: { wait: "0" },
    },
    "runs.try": {
      body: {
        document: documentOf(target.pipeline),
        ...{
          format: "yaml",
          until: "a",
          rows: 10,
          from: "2026-01-31",
          to: "2026-02-01",
          timeZone: "UTC",
          params: { name: "x" },
        },
      },
      query: { wait: "0" },
    },
    "runs.read": { params: { id: target.run }, query: { wait: "0" } },
    "runs.cancel": { params: { id: target.run }, body: { reason: "wrong day" } },
    "runs.retry": {
      params: { id: target.run },
      body: { stage: "a", only: true, whole: false, memory: "2Gi", version: "same" },
    },
    "runs.downstream": { params: { id: target.run } },
    "runs.logs": {
      params: { id: target.run },
      query: { stage: "a", attempt: "1", q: "x", tail: "5", follow: "false" },
    },
    "artifacts.list": { params: { id: target.run } },
    "artifacts.rows": { params: { id: target.run, stage: "a", output: "rows" }, query: { limit: "5" } },
    "artifacts.download": { params: { id: target.run, stage: "a", output: "rows" }, query: { file: "part-0.parquet" } },
    "artifacts.open": { params: { id: target.run, stage: "a", output: "rows" } },
    "logs.list": {
      query: {
        ...{ q: "x", pipeline: target.pipeline, stage: "a", state: "failed", stream: "stdout", isolated: "false" },
        ...{ from: "2026-01-31T00:00:00Z", to: "2026-02-01T00:00:00Z", limit: "5" },
        cursor: `1769817600000-${newId()}-1-1`,
      },
    },
    "logs.lines": {
      query: {
        ...{ q: "x", pipeline: target.pipeline, stage: "a", state: "failed", stream: "stdout", isolated: "false" },
        ...{ from: "2026-01-31T00:00:00Z", to: "2026-02-01T00:00:00Z", after: "2026-01-31T00:00:00Z", follow: "false" },
      },
    },
  };
}
