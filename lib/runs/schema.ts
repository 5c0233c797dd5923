import { z } from "zod";
import { lanes } from "@/lib/executions/schema";
import { memory } from "@/lib/operators/schema";
import { planSchema } from "./context";

/** Shapes of runs on the wire. Pure: the browser and the CLI use them too. */

export const runStates = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
/** As the API shows them: what is being cancelled still runs. */
export type RunState = (typeof runStates)[number];
export const stageStates = ["waiting", "queued", "running", "succeeded", "failed", "cancelled", "skipped"] as const;
export type StageState = (typeof stageStates)[number];
export const attemptStates = ["queued", "running", "succeeded", "failed", "cancelled", "lost"] as const;
export const triggerKinds = ["manual", "api", "cron", "retry", "try", "save"] as const;

/** Why an attempt failed, as far as Sluice can tell. */
export const causes = [
  "program", // it ended with another code than 0, or said so in result.json
  "out_of_memory",
  "timeout",
  "invalid_output",
  "not_allowed", // a grant, a secret or a schema is missing
  "template", // a value could not be filled in
  "input", // an artifact is gone, or could not be converted
  "platform", // nothing of the program's: image, node, worker, store, warehouse, whoever killed it
] as const;
export type Cause = (typeof causes)[number];

export const stageError = z.object({
  cause: z.enum(causes),
  /** One sentence. */
  message: z.string(),
  /** What to do. */
  hint: z.string().optional(),
  /** A parameter of the stage. */
  field: z.string().optional(),
  row: z.union([z.number(), z.string()]).optional(),
  exitCode: z.number().int().optional(),
});
export type StageError = z.infer<typeof stageError>;

export const artifactView = z.object({
  attempt: z.string(),
  output: z.string(),
  format: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  bytes: z.number(),
  rows: z.number().nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullable(),
  /** Its files are gone since then, by this rule. */
  expired: z.object({ at: z.string(), by: z.string() }).nullable(),
});
export type ArtifactView = z.infer<typeof artifactView>;

export const attemptView = z.object({
  id: z.string(),
  number: z.number().int(),
  state: z.enum(attemptStates),
  queuedAt: z.string(),
  admittedAt: z.string().nullable(),
  startedAt: z.string().nullable(),
  /** The program's own start and end. */
  programStart: z.string().nullable(),
  programEnd: z.string().nullable(),
  finishedAt: z.string().nullable(),
  runtime: z.string().nullable(),
  exitCode: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
  rows: z.number().nullable(),
  metrics: z.record(z.string(), z.union([z.number(), z.string()])).nullable(),
  error: stageError.nullable(),
  /** In a try, of a stage that writes: what it would have done. */
  plan: planSchema.nullable(),
  stopReason: z.string().nullable(),
  logLines: z.number(),
  /** Of one that is queued, or that runs and cannot go on: what it waits for. */
  waitingFor: z.string().nullable(),
  /** Where it stands in line: at the warehouse where most are before it. */
  place: z.object({ warehouse: z.string(), position: z.number().int() }).nullable(),
});
export type AttemptView = z.infer<typeof attemptView>;

export const stageView = z.object({
  id: z.string(),
  /** Its own, or its operator's where no other stage has that one. */
  title: z.string().nullable(),
  /** Pinned: `sql-extract@1.0.0`. */
  operator: z.string(),
  state: z.enum(stageStates),
  /** Stages that end before it. */
  needs: z.array(z.string()),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** When it is tried again. */
  retryAt: z.string().nullable(),
  retriesLeft: z.number().int(),
  /** Its success is that of the run that this one goes on from. */
  reused: z.boolean(),
  limits: z.object({ cpu: z.number(), memoryBytes: z.number(), seconds: z.number() }),
  error: stageError.nullable(),
  /** Why it was left out of a try, in words. */
  note: z.string().nullable(),
  /** Oldest first. */
  attempts: z.array(attemptView),
  artifacts: z.array(artifactView),
});
export type StageView = z.infer<typeof stageView>;

const interval = z.object({ from: z.string(), to: z.string(), timeZone: z.string() });

export const runItem = z.object({
  id: z.string(),
  url: z.string(),
  pipeline: z.object({ id: z.string(), name: z.string(), title: z.string().nullable() }),
  version: z.number().int(),
  state: z.enum(runStates),
  trigger: z.enum(triggerKinds),
  interval,
  by: z.object({ id: z.string(), name: z.string() }),
  retryOf: z.string().nullable(),
  /** One sentence, of one that failed or was cancelled. */
  error: z.string().nullable(),
  /** The first of its stages that failed; its title as the run's own page has it. */
  failed: z.object({ stage: z.string(), title: z.string().nullable() }).nullable(),
  /** A stage of it ran, or runs, as a process of a worker: nothing shut its program in. */
  notIsolated: z.boolean(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type RunItem = z.infer<typeof runItem>;

/** A query's rows as a table of a warehouse. */
export const savedTable = z.object({
  execution: z.string(),
  warehouse: z.object({ id: z.string(), name: z.string() }),
  team: z.string(),
  schema: z.string(),
  table: z.string(),
});
export type SavedTable = z.infer<typeof savedTable>;

export const runView = runItem.extend({
  params: z.record(z.string(), z.json()),
  lane: z.enum(lanes),
  stages: z.array(stageView),
  /** Of a try: how many rows who reads takes at most (null: all), and the last stage that was asked for. */
  tried: z.object({ rows: z.number().nullable(), until: z.string().nullable() }).nullable(),
  /** Of one that saves rows as a table: which, and where. */
  saves: savedTable.nullable(),
  may: z.object({ cancel: z.boolean(), retry: z.boolean() }),
});
export type RunView = z.infer<typeof runView>;

export const startedView = z.object({ id: z.string(), url: z.string(), state: z.enum(runStates) });
export type StartedRun = z.infer<typeof startedView>;

const moment = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/,
    "Write 2026-01-31 or 2026-01-31T08:00:00Z.",
  );

export const startRunSchema = z.strictObject({
  /** Half-open; both or neither. A day, or a time without an offset, is of `timeZone`. Without them the last complete day. */
  from: moment.optional(),
  to: moment.optional(),
  timeZone: z.string().min(1).max(100).optional(),
  params: z.record(z.string().max(100), z.union([z.string().max(100_000), z.number(), z.boolean()])).optional(),
  lane: z.enum(lanes).optional(),
});
export type StartRun = z.infer<typeof startRunSchema>;

/** How many rows who reads takes in a try, where nothing else is said. */
export const triedRows = 1_000;

export const tryPipelineSchema = z.strictObject({
  /** The draft, as text. */
  document: z
    .string()
    .min(1)
    .max(4 * 1024 * 1024),
  format: z.enum(["yaml", "json"]).default("yaml"),
  /** The last stage: it and what it needs are run. Without it all of them. */
  until: z.string().min(1).max(100).optional(),
  /** Who reads takes at most so many rows; null: all, and then the plans of writers are what they would do. */
  rows: z.number().int().min(1).max(1_000_000).nullable().default(triedRows),
  from: moment.optional(),
  to: moment.optional(),
  timeZone: z.string().min(1).max(100).optional(),
  params: startRunSchema.shape.params,
});
export type TryPipeline = z.output<typeof tryPipelineSchema>;

export const retryRunSchema = z.strictObject({
  /** From this stage on; without it from those that did not succeed. */
  stage: z.string().min(1).max(100).optional(),
  /** Only this stage, nothing below it. */
  only: z.boolean().optional(),
  /** All of it, also what succeeded. */
  whole: z.boolean().optional(),
  /** For the stage that is named: as much, in this run and those that go on from it. The pipeline stays as it is. */
  memory: memory.optional(),
  version: z.enum(["same", "latest"]).default("same"),
});
export type RetryRun = z.infer<typeof retryRunSchema>;

export const saveTableSchema = z.strictObject({
  /** Without its schema, which is the team's. */
  table: z
    .string()
    .min(1, { error: "Give the table a name, as daily_sales.", abort: true })
    .regex(/^[a-z][a-z0-9_]{0,62}$/, "Use a-z, 0-9 and _, a letter first, at most 63 characters."),
  /** By name or id; needed where several would do. */
  team: z.string().min(1).max(100).optional(),
  warehouse: z.string().min(1).max(100).optional(),
  /** Whether a table of that name that was saved before is replaced; without it 409. */
  replace: z.boolean().default(false),
});
export type SaveTable = z.output<typeof saveTableSchema>;

export const startedSave = startedView.extend({ saves: savedTable });
export type StartedSave = z.infer<typeof startedSave>;

const named = z.object({ id: z.string(), name: z.string() });

/** Where a person may save tables. */
export const scratchView = z.object({
  items: z.array(z.object({ team: named, warehouse: named, schema: z.string() })),
  /** Who gives a team a schema, in words. */
  ask: z.string(),
});
export type ScratchView = z.infer<typeof scratchView>;

export const cancelRunSchema = z.strictObject({ reason: z.string().trim().max(500).optional() });

export const runsQuery = z.strictObject({
  pipeline: z.string().min(1).max(100).optional(),
  state: z.enum(runStates).optional(),
  cursor: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type RunsQuery = z.infer<typeof runsQuery>;

/** What waits for the tables that a run writes. */
export const downstreamView = z.object({
  items: z.array(
    z.object({
      kind: z.enum(["pipeline", "query"]),
      title: z.string(),
      url: z.string(),
      owner: z.string(),
      /** `mart.daily`, as it is called in the warehouse. */
      tables: z.array(z.string()),
      /** When it runs by itself the next time. */
      nextAt: z.string().nullable(),
    }),
  ),
});
export type DownstreamView = z.infer<typeof downstreamView>;

/** One line of a log, as NDJSON has it. */
export const logLine = z.object({
  at: z.string(),
  stage: z.string(),
  attempt: z.number().int(),
  stream: z.enum(["stdout", "stderr", "platform"]),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLine>;

export const logsQuery = z.strictObject({
  stage: z.string().min(1).max(100).optional(),
  attempt: z.coerce.number().int().min(1).optional(),
  /** Stays open until the run has ended. */
  follow: z.enum(["true", "false"]).optional(),
  /** Only lines with this in them, whatever its case. */
  q: z.string().min(1).max(200).optional(),
  /** Only the last so many. */
  tail: z.coerce.number().int().min(1).max(100_000).optional(),
});
export type LogsQuery = z.infer<typeof logsQuery>;

/** Several words are one text, as they stand. */
const lineFilter = {
  q: z.string().min(1).max(200).optional(),
  /** Of the pipeline, by name or id. */
  pipeline: z.string().min(1).max(100).optional(),
  stage: z.string().min(1).max(100).optional(),
  /** Of the run. */
  state: z.enum(runStates).optional(),
  stream: logLine.shape.stream.optional(),
  /** `false`: of stages that ran as processes of a worker, with no wall around them. */
  isolated: z.enum(["true", "false"]).optional(),
  /** Written at or after, and before. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

/** A line among those of all runs. Its id says where it stands: lines before it are asked for by that. */
export const lineOfAll = logLine.extend({
  id: z.string(),
  run: z.string(),
  pipeline: z.string(),
  /** As of its run, of this stage's try alone. */
  notIsolated: z.boolean(),
});
export type LineOfAll = z.infer<typeof lineOfAll>;

/** When its chunk was kept (ms), of which attempt, which chunk, which line of it. */
const lineId = z.string().regex(/^\d{1,13}-[0-9a-z]{0,40}-\d{1,9}-\d{1,9}$/, "Give `next`, or the id of a line.");

export const linesQuery = z.strictObject({
  ...lineFilter,
  cursor: lineId.optional(),
  limit: z.coerce.number().int().min(1).max(2_000).default(500),
});
export type LinesQuery = z.infer<typeof linesQuery>;

export const linesPage = z.object({
  /** Newest first. */
  items: z.array(lineOfAll),
  next: z.string().nullable(),
  /** Since when everything was looked at, where a look ended by its time: `next` goes on from there. */
  searchedTo: z.string().nullable(),
  /** The moment of the look. Whoever follows asks for what was kept after it. */
  at: z.string(),
});
export type LinesPage = z.infer<typeof linesPage>;

export const linesStreamQuery = z.strictObject({
  ...lineFilter,
  /** Only what was kept after this, or shortly before it: a line that is known has the same id again. */
  after: z.iso.datetime({ offset: true }).optional(),
  /** Stays open, and gives lines as they are kept. */
  follow: z.enum(["true", "false"]).optional(),
});
export type LinesStreamQuery = z.infer<typeof linesStreamQuery>;
