import { z } from "zod";
import { timeZone } from "@/lib/executions/schema";
import { givenValues } from "@/lib/queries/schema";

/** Shapes of triggers on the wire. Pure: the browser uses them too. */

export const mailWhens = ["never", "always", "rows", "failed"] as const;
export type MailWhen = (typeof mailWhens)[number];
export const slotOutcomes = ["due", "ran", "failed", "skipped", "missed", "paused"] as const;

/**
 * A cron line (minute, hour, day of month, month, day of week), or one moment as 2026-01-31T08:00:00Z. Whether it ever
 * comes is asked when it is saved.
 */
const when = z.string().trim().min(9, "Write a cron line of five fields, or a moment.").max(200);

const fields = {
  zone: timeZone,
  parameters: givenValues.default({}),
  mailWhen: z.enum(mailWhens).default("never"),
  /** Ids of people. */
  mailTo: z.array(z.string().min(1).max(100)).max(100).default([]),
};

export const saveTriggerSchema = z.strictObject({ when, ...fields });
export type SaveTrigger = z.infer<typeof saveTriggerSchema>;

/** What is left out stays. */
export const updateTriggerSchema = z.strictObject({
  when: when.optional(),
  zone: timeZone.optional(),
  parameters: givenValues.optional(),
  mailWhen: z.enum(mailWhens).optional(),
  mailTo: z.array(z.string().min(1).max(100)).max(100).optional(),
  paused: z.boolean().optional(),
});
export type UpdateTrigger = z.infer<typeof updateTriggerSchema>;

export const previewSchema = z.strictObject({ when, zone: timeZone });
export const previewView = z.object({ firings: z.array(z.string()) });

export const triggerView = z.object({
  id: z.string(),
  query: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  when: z.string(),
  zone: z.string(),
  parameters: givenValues,
  mailWhen: z.enum(mailWhens),
  mailTo: z.array(z.object({ id: z.string(), name: z.string() })),
  paused: z.boolean(),
  nextAt: z.string().nullable(),
  last: z.object({ slot: z.string(), outcome: z.enum(slotOutcomes), execution: z.string().nullable() }).nullable(),
  mayEdit: z.boolean(),
});
export type TriggerView = z.infer<typeof triggerView>;

export const slotView = z.object({
  slot: z.string(),
  outcome: z.enum(slotOutcomes),
  /** The execution that it started. */
  execution: z.string().nullable(),
  error: z.string().nullable(),
});
