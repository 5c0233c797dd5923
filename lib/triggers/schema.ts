import { z } from "zod";
import { timeZone } from "@/lib/executions/schema";
import { givenValues } from "@/lib/queries/schema";

/** Shapes of triggers on the wire. Pure: the browser uses them too. */

/**
 * When somebody hears of a run: of each; of one that failed; of one with rows; of one whose number lies beyond a limit;
 * of one whose rows are others than the time before.
 */
export const tellWhens = ["never", "always", "failed", "rows", "limit", "changed"] as const;
export type TellWhen = (typeof tellWhens)[number];
export const slotOutcomes = ["due", "ran", "failed", "skipped", "missed", "paused"] as const;

/**
 * A cron line (minute, hour, day of month, month, day of week), or one moment as 2026-01-31T08:00:00Z. Whether it ever
 * comes is asked when it is saved.
 */
const when = z.string().trim().min(9, "Write a cron line of five fields, or a moment.").max(200);

export const comparisons = ["above", "below", "equals"] as const;

/** A number of the answer, and what it must not be. */
export const limitSchema = z.strictObject({
  /** Of a board: the tile whose answer has the number. */
  tile: z.string().min(1).max(100).optional(),
  /** The column's name. */
  column: z.string().min(1, "Name a column.").max(1_000),
  /** The first row's, or any row's. */
  of: z.enum(["first", "any"]).default("first"),
  is: z.enum(comparisons),
  /** Text, so that no digit is lost. */
  value: z
    .string()
    .trim()
    .max(100)
    .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i, "Write a number, as 12 or -0.5."),
  /** Only when it was not so the time before. */
  once: z.boolean().default(true),
});
export type Limit = z.infer<typeof limitSchema>;

const webhook = z
  .url({ protocol: /^https?$/, error: "Write an address that begins with https:// or http://." })
  .max(2_000)
  .refine(
    (text) => !/^https?:\/\/[^/]*@/i.test(text),
    "Leave name and password out: the signature proves who sends it.",
  );

const people = z.array(z.string().min(1).max(100)).max(100);
const fields = {
  zone: timeZone,
  parameters: givenValues.default({}),
  tellWhen: z.enum(tellWhens).default("never"),
  limit: limitSchema.nullable().default(null),
  /** Ids of people. */
  mailTo: people.default([]),
  webhook: webhook.nullable().default(null),
};

export const saveTriggerSchema = z.strictObject({ when, ...fields });
export type SaveTrigger = z.infer<typeof saveTriggerSchema>;

/** What is left out stays. */
export const updateTriggerSchema = z.strictObject({
  when: when.optional(),
  zone: timeZone.optional(),
  parameters: givenValues.optional(),
  tellWhen: z.enum(tellWhens).optional(),
  limit: limitSchema.nullable().optional(),
  mailTo: people.optional(),
  /** Another address gets another secret. */
  webhook: webhook.nullable().optional(),
  paused: z.boolean().optional(),
});
export type UpdateTrigger = z.infer<typeof updateTriggerSchema>;

export const previewSchema = z.strictObject({ when, zone: timeZone });
export const previewView = z.object({ firings: z.array(z.string()) });

export const slotView = z.object({
  slot: z.string(),
  outcome: z.enum(slotOutcomes),
  /** The execution that it started; of a board the first. */
  execution: z.string().nullable(),
  /** All that it started, each with why it could not be. */
  runs: z.array(z.object({ execution: z.string(), state: z.string().nullable(), error: z.string().nullable() })),
  /** Of a pipeline the run that it started. */
  run: z.object({ id: z.string(), state: z.string() }).nullable(),
  error: z.string().nullable(),
  /** Whether its condition was met; null before it has ended. */
  met: z.boolean().nullable(),
});
export type SlotView = z.infer<typeof slotView>;

export const triggerView = z.object({
  id: z.string(),
  /** What it runs: one of the three, a pipeline by its name. */
  query: z.string().nullable(),
  board: z.string().nullable(),
  pipeline: z.string().nullable(),
  title: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  when: z.string(),
  zone: z.string(),
  parameters: givenValues,
  tellWhen: z.enum(tellWhens),
  limit: limitSchema.nullable(),
  mailTo: z.array(z.object({ id: z.string(), name: z.string() })),
  /** For those who may change it; for others only its host. */
  webhook: z.string().nullable(),
  /** Signs what is sent there; only in the answer that made it. */
  webhookSecret: z.string().nullable(),
  /** How the last message to it went; null before the first. */
  webhookSent: z
    .object({ at: z.string(), state: z.enum(["sent", "waiting", "givenUp"]), error: z.string().nullable() })
    .nullable(),
  paused: z.boolean(),
  nextAt: z.string().nullable(),
  last: slotView.nullable(),
  mayEdit: z.boolean(),
});
export type TriggerView = z.infer<typeof triggerView>;

export const triggersQuery = z.strictObject({
  /** Only one's own. */
  mine: z.enum(["true", "false"]).optional(),
  cursor: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type TriggersQuery = z.infer<typeof triggersQuery>;
