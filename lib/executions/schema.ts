import { z } from "zod";

/** Shapes of executions on the wire. Pure: the browser uses them too. */

const maxSql = 8 * 1024 * 1024;

/** Text that PostgreSQL can keep: no NUL, no half of a surrogate pair. */
const storable = (text: string) => !text.includes("\u0000") && text.isWellFormed();

export const sqlText = z
  .string()
  .min(1, "Write a statement.")
  .max(maxSql, "SQL may have 8 MiB at most.")
  .refine(storable, "SQL must be valid Unicode without NUL characters.");

const text = z
  .string()
  .max(1024 * 1024)
  .refine(storable, "A value must be valid Unicode without NUL characters.");
const scalar = z.union([text, z.number(), z.boolean(), z.null()]);

/** A name as people give it. */
export const parameterName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, "A name has letters, digits and _, and starts with no digit.");

/** What is bound: an array is one value of an array type; `period.from` and `period.to` are the ends of a range. */
export const parameterValues = z.record(
  z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.(from|to))?$/,
      "A name has letters, digits and _, and starts with no digit.",
    ),
  z.union([scalar, z.array(text).max(10_000, "A value may have 10,000 parts at most.")]),
);
export type ParameterValues = z.infer<typeof parameterValues>;

export const lanes = ["interactive", "api", "scheduled", "backfill"] as const;
export type Lane = (typeof lanes)[number];

const knownZone = (zone: string) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

export const timeZone = z.string().max(64).refine(knownZone, "Use a time zone's name, as Asia/Kathmandu or UTC.");
const limit = z.number().int().min(0).max(2_147_483_646);

/** A program to be told when it has ended. The secret signs what it is sent, and is never shown again. */
export const callbackSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: "Write an address that begins with https:// or http://." })
    .max(2_000)
    .refine(
      (text) => !/^https?:\/\/[^/]*@/i.test(text),
      "Leave name and password out: the signature says who sends it.",
    ),
  secret: text.min(16, "A secret has 16 characters at least.").max(200, "A secret has 200 characters at most."),
});
export type Callback = z.infer<typeof callbackSchema>;

export const submitSchema = z
  .strictObject({
    warehouse: z.string().min(1, "Name a warehouse.").max(200),
    sql: sqlText.optional(),
    parameters: parameterValues.optional(),
    maxAgeSeconds: z.number().int().min(0).max(31_536_000).optional(),
    lane: z.enum(lanes).optional(),
    limit: limit.optional(),
    timeZone: timeZone.optional(),
    callback: callbackSchema.optional(),
    /** Several statements in one session, in order, until one fails. */
    batch: z
      .array(z.strictObject({ sql: sqlText, parameters: parameterValues.optional() }))
      .min(1)
      .max(200, "A batch may have 200 statements at most.")
      .optional(),
  })
  .refine((body) => (body.sql === undefined) !== (body.batch === undefined), {
    path: ["sql"],
    message: "Give sql, or batch, and not both.",
  })
  .refine((body) => !(body.batch && body.callback), {
    path: ["callback"],
    message: "A batch has no callback; give one to a single statement.",
  });
export type Submit = z.infer<typeof submitSchema>;

export const states = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type ExecutionState = (typeof states)[number];

export const submittedView = z.object({ id: z.string(), url: z.string(), state: z.enum(states) });
export type Submitted = z.infer<typeof submittedView>;

export const batchView = z.object({ batchId: z.string(), executions: z.array(submittedView) });

export const waitingView = z.object({
  /** 1 is next. */
  position: z.number().int(),
  reason: z.string(),
  heldBy: z.enum(["pause", "limit", "slots", "perUser", "turn", "batch", "worker"]),
  estimateSeconds: z.number().nullable(),
  /** How the estimate is made, in words. */
  estimateBasis: z.string().nullable(),
  /** When the pause that holds it ends by itself. */
  until: z.string().nullable(),
  /** The limit that holds it: its name, whose it is, and how much it allows. */
  limit: z.object({ name: z.string(), scope: z.string(), title: z.string().nullable(), value: z.number() }).nullable(),
});
export type Waiting = z.infer<typeof waitingView>;

export const statementError = z.object({
  code: z.string(),
  message: z.string(),
  line: z.number().optional(),
  column: z.number().optional(),
  hint: z.string().optional(),
});

const named = z.object({ id: z.string(), name: z.string() });
const instant = z.string();

export const executionItem = z.object({
  id: z.string(),
  url: z.string(),
  state: z.enum(states),
  /** In lists the first 2,000 characters. */
  sql: z.string(),
  /** Whether more follows, which the execution itself has. */
  sqlCut: z.boolean(),
  user: named,
  warehouse: named,
  lane: z.enum(lanes),
  submittedAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  rowCount: z.number().nullable(),
  truncated: z.boolean(),
  via: z.enum(["joined", "reused"]).nullable(),
});
export type ExecutionItem = z.infer<typeof executionItem>;

/** `type` in Sluice's own words, the same for every engine; `engineType` where the engine has another name for it. */
export const resultColumn = z.object({ name: z.string(), type: z.string(), engineType: z.string().optional() });

export const executionView = executionItem.extend({
  waiting: waitingView.nullable(),
  columns: z.array(resultColumn).nullable(),
  limitedBy: z.string().nullable(),
  /** Milliseconds; null while not known. */
  timings: z.object({
    queuedMs: z.number().nullable(),
    firstRowMs: z.number().nullable(),
    runMs: z.number().nullable(),
    totalMs: z.number().nullable(),
  }),
  /** What the engine says it took, where it counts: bytes, and milliseconds of one of its slots. */
  cost: z
    .object({ bytesProcessed: z.number(), bytesBilled: z.number(), slotMs: z.number(), cached: z.boolean() })
    .nullable(),
  error: statementError.nullable(),
  /** Whether a stop was asked for and is not confirmed yet. */
  stopping: z.boolean(),
  parameters: parameterValues,
  stopReason: z.string().nullable(),
  batchId: z.string().nullable(),
  batch: z.array(z.object({ id: z.string(), position: z.number(), state: z.enum(states) })),
  /** `by`: the rule that removed the rows, or whoever erased them. */
  expired: z.object({ at: instant, by: z.string().nullable(), erased: z.boolean() }).nullable(),
  /** Minutes after which its warehouse ends it if nobody watches it; null: it goes on. */
  unwatchedMinutes: z.number().nullable(),
  /** Who may open this link, in words. */
  audience: z.string(),
  timeZone: z.string(),
  /** The saved query that it came from, and what was given for its parameters. */
  query: z
    .object({
      id: z.string(),
      title: z.string(),
      version: z.number(),
      values: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])).nullable(),
    })
    .nullable(),
});
export type ExecutionView = z.infer<typeof executionView>;

export const executionsQuery = z.strictObject({
  q: z.string().max(1000).optional(),
  /** An id, an e-mail address, or `me`. */
  user: z.string().max(200).optional(),
  /** An id or a name. */
  warehouse: z.string().max(200).optional(),
  state: z.enum(states).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Looks for up to five seconds, where one look takes a tenth of one. */
  far: z.enum(["true", "false"]).optional(),
});
export type ExecutionsQuery = z.infer<typeof executionsQuery>;

/** One page, newest first. */
export const executionsPage = z.object({
  items: z.array(executionItem),
  /** Give it as `cursor`, also when this page has fewer than `limit`: there may be more until it is null. */
  next: z.string().nullable(),
  /** Since when everything was looked at, where the time for one look was over before the page was full. */
  searchedTo: z.string().nullable(),
});
export type ExecutionsPage = z.infer<typeof executionsPage>;

/** What one calls a result in one's own SQL; null takes the name away. */
export const nameResultSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "Give it a name.")
    .max(100)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not stand in a name
    .regex(/^[^\u0000-\u001f\u007f]*$/, "A name is one line.")
    .nullable(),
});

export const cancelSchema = z.strictObject({ reason: z.string().max(500).optional() });
