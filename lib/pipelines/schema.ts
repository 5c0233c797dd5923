import { z } from "zod";
import { timeZone } from "@/lib/executions/schema";
import { cpu, duration, memory, portName, tableFormats } from "@/lib/operators/schema";

/**
 * The pipeline document: what form, YAML, CLI and API edit. Pure. A parsed document is exactly what was written, nothing
 * filled in, so that it is written back the same; what stands where nothing was said is in `unsaid`.
 */

export const pipelineName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, "Use a-z, 0-9, _ and -, a letter first, at most 63 characters.");
export const stageId = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, "Use a-z, 0-9, _ and -, a letter first, at most 63 characters.");

/** `sql-extract@1` (the newest 1.x), `sql-extract@1.2` or `sql-extract@1.2.0`. */
export const operatorRef = z
  .string()
  .regex(/@\d{1,6}(\.\d{1,6}){0,2}$/, { error: "Write an operator and its version, as sql-extract@1.", abort: true })
  .regex(/^[a-z][a-z0-9-]{0,62}@[^@]*$/, "Before the @ stand a-z, 0-9 and -, a letter first.");
/** `extract.events`: a stage and its output. */
export const outputRef = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}\.[a-z][a-z0-9_]{0,62}$/, "Write a stage and its output, as extract.events.");
export const format = z.enum(tableFormats);

const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/, "Write 2026-01-31T08:00:00Z.");

const cronTrigger = z.strictObject({
  /** Minute, hour, day of month, month, day of week. */
  cron: z.string().min(9, "Write five fields: minute, hour, day, month, day of week.").max(200),
  timezone: timeZone,
  /** After Sluice was down: the newest slot that was missed; each of them, one after the other, whatever `overlap` says; or none. */
  missed: z.enum(["latest", "all", "none"]).optional(),
});
const atTrigger = z.strictObject({ at: moment, timezone: timeZone.optional() });
const afterTrigger = z.strictObject({
  after: z.strictObject({
    all: z.array(pipelineName).min(1).max(100).optional(),
    any: z.array(pipelineName).min(1).max(100).optional(),
    within: duration.optional(),
    else: z.enum(["fail", "run", "skip"]).optional(),
  }),
});
const sensorTrigger = z.strictObject({ sensor: z.record(z.string(), z.json()) });
export const triggerSchema = z.union([cronTrigger, atTrigger, afterTrigger, sensorTrigger]);
export type PipelineTrigger = z.infer<typeof triggerSchema>;
export type CronTrigger = z.infer<typeof cronTrigger>;

export const inputSchema = z.union([outputRef, z.strictObject({ from: outputRef, format: format.optional() })]);
export type StageInput = z.infer<typeof inputSchema>;

/** What a run is asked for, read as `{{ params.name }}`. */
export const runParameterSchema = z.strictObject({
  type: z.enum(["text", "number", "date", "boolean"]),
  title: z.string().min(1).max(200).optional(),
  default: z.union([z.string().max(100_000), z.number(), z.boolean()]).optional(),
});
export type RunParameter = z.infer<typeof runParameterSchema>;

export const stageSchema = z.strictObject({
  id: stageId,
  title: z.string().min(1).max(200).optional(),
  operator: operatorRef,
  params: z.record(z.string().max(100), z.json()).optional(),
  inputs: z.record(portName, inputSchema).optional(),
  outputs: z.record(portName, format).optional(),
  /** Stages that end first though nothing is handed over. */
  after: z.array(stageId).max(1_000).optional(),
  resources: z
    .strictObject({ cpu: cpu.optional(), memory: memory.optional(), timeout: duration.optional() })
    .optional(),
  retries: z.number().int().min(0).max(10).optional(),
  /** Before the first retry; each later one waits twice as long. */
  retryDelay: duration.optional(),
});
export type Stage = z.infer<typeof stageSchema>;

/** Who is told besides the team that owns it, or its owner: of a failure, of the run that succeeds again, of what was missed. */
export const notifySchema = z.strictObject({
  /** Addresses of people with an account here. */
  people: z.array(z.email("Write an e-mail address.").max(200)).max(50).optional(),
  teams: z.array(z.string().min(1).max(100)).max(20).optional(),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/, error: "Write an address as https://example.com/hook." }).max(2_000),
      /** The name of the secret that signs what is sent. */
      secret: z.string().min(1).max(100),
    })
    .optional(),
});
export type Notify = z.infer<typeof notifySchema>;

export const mostStages = 2_000;

export const documentSchema = z.strictObject({
  name: pipelineName,
  title: z.string().min(1).max(200).optional(),
  /** Markdown. */
  description: z.string().max(50_000).optional(),
  /** A team's name; without it the author's own. */
  owner: z.string().min(1).max(100).optional(),
  parameters: z.record(portName, runParameterSchema).optional(),
  triggers: z.array(triggerSchema).max(50).optional(),
  concurrency: z.strictObject({ overlap: z.enum(["skip", "queue", "cancel"]).optional() }).optional(),
  notify: notifySchema.optional(),
  /** Values that stages read as `{{ env.NAME }}`. */
  env: z
    .record(
      z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/, "Use capital letters, digits and _."),
      z.union([z.string().max(100_000), z.number(), z.boolean()]),
    )
    .optional(),
  stages: z.array(stageSchema).min(1, "A pipeline has one stage at least.").max(mostStages),
});
export type PipelineDocument = z.infer<typeof documentSchema>;

/** What stands where a document says nothing. Resources are the operator's own. */
export const unsaid = { missed: "latest", overlap: "skip", retries: 0, retryDelay: "30s", timezone: "UTC" } as const;

/** Something wrong, or odd, in a document. */
export const problemSchema = z.object({
  severity: z.enum(["error", "warning"]),
  /** The stage's id. */
  stage: z.string().optional(),
  /** A JSON pointer into the document: `/stages/2/params/table`. */
  field: z.string(),
  message: z.string(),
  /** What to do. */
  fix: z.string(),
  /** In the text, from 1. */
  line: z.number().int().optional(),
  column: z.number().int().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** A document to begin with. */
export const templateView = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** YAML. */
  text: z.string(),
});
export type PipelineTemplate = z.infer<typeof templateView>;

/** A document half filled, with what was decided for the person. */
export const draftedView = z.object({
  query: z.object({ id: z.string(), title: z.string() }),
  /** A name that no pipeline has yet. */
  name: z.string(),
  /** YAML. */
  text: z.string(),
  notes: z.array(z.string()),
});
export type DraftedPipeline = z.infer<typeof draftedView>;

export const lintView = z.object({
  /** Whether it could be published: there are warnings at most. */
  ok: z.boolean(),
  problems: z.array(problemSchema),
});
export type LintView = z.infer<typeof lintView>;

const person = z.object({ id: z.string(), name: z.string() });

/** What the live version says of when it runs by itself. */
export const scheduleView = z.object({
  cron: z.string().nullable(),
  at: z.string().nullable(),
  timezone: z.string(),
  nextAt: z.string().nullable(),
  paused: z.boolean(),
});

export const pipelineItem = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  url: z.string(),
  owner: z.object({ user: person, team: person.nullable() }),
  version: z.number().int(),
  /** Where its document lives, when it is applied from there. */
  source: z.string().nullable(),
  archivedAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  nextAt: z.string().nullable(),
  /** Whether it has schedules, and somebody paused each of them. */
  paused: z.boolean(),
  /** Its latest runs, newest first. */
  runs: z.array(
    z.object({ id: z.string(), state: z.string(), createdAt: z.string(), finishedAt: z.string().nullable() }),
  ),
  may: z.object({ edit: z.boolean(), run: z.boolean() }),
});
export type PipelineItem = z.infer<typeof pipelineItem>;

export const pipelineView = pipelineItem.extend({
  document: documentSchema,
  /** The same as YAML, as it was written. */
  text: z.string(),
  note: z.string(),
  publishedBy: person,
  publishedAt: z.string(),
  schedules: z.array(scheduleView),
  /** What was odd when it was published. */
  warnings: z.array(problemSchema),
});
export type PipelineView = z.infer<typeof pipelineView>;

export const versionView = z.object({
  number: z.number().int(),
  note: z.string(),
  by: person,
  at: z.string(),
  document: documentSchema,
  text: z.string(),
});
export type PipelineVersionView = z.infer<typeof versionView>;

export const publishQuery = z.strictObject({
  /** Said beside the version. */
  note: z.string().max(2_000).optional(),
  /** The version it was made from; 409 when another is live. */
  base: z.coerce.number().int().min(0).optional(),
  /** Where the document lives: `git@example.com:data/pipelines.git/daily.yaml`. From then on it is published from there alone. */
  source: z.string().min(1).max(500).optional(),
  /** Whether to publish one that lives elsewhere: from then on it lives in `source`, or, without that, here. */
  takeOver: z.enum(["true", "false"]).optional(),
});
export type PublishQuery = z.infer<typeof publishQuery>;

export const pipelinesQuery = z.strictObject({
  q: z.string().max(200).optional(),
  mine: z.enum(["true", "false"]).optional(),
  archived: z.enum(["true", "false"]).optional(),
  cursor: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type PipelinesQuery = z.infer<typeof pipelinesQuery>;

export const pipelineDraftSchema = z.strictObject({
  /** Any text, also one that is no document yet. */
  text: z.string().max(4 * 1024 * 1024),
  baseVersion: z.number().int().min(1).nullable().default(null),
});
export const pipelineDraftView = z.object({
  name: z.string(),
  text: z.string(),
  baseVersion: z.number().int().nullable(),
  updatedAt: z.string(),
});
export type PipelineDraft = z.infer<typeof pipelineDraftView>;

/** Schemas of a warehouse in which teams' pipelines may write. */
export const schemaGrantsSchema = z.strictObject({
  grants: z
    .array(
      z.strictObject({
        team: z.string().min(1).max(100),
        schema: z.string().min(1).max(200),
        /** Whether the team's members save tables there: one schema a team. */
        scratch: z.boolean().optional(),
      }),
    )
    .max(1_000),
});
export const schemaGrantSchema = z.strictObject({
  /** Whether the team's members save tables there, and no longer in another; left out, as it is. */
  scratch: z.boolean().optional(),
});
export const schemaGrantsView = z.object({
  grants: z.array(z.object({ team: person, schema: z.string(), scratch: z.boolean() })),
});
export type SchemaGrants = z.infer<typeof schemaGrantsView>;
