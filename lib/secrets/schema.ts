import { z } from "zod";

/** Also the name of the file in which a stage finds it. */
export const secretName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, "Use a-z, 0-9, _ and -, a letter first, at most 63 characters.");

const valueBytes = 64 * 1024;

export const putSecretSchema = z.strictObject({
  /** UTF-8, at most 64 KiB; left out, the value that there is stays. */
  value: z
    .string()
    .min(1, "Give it a value.")
    .refine((text) => new TextEncoder().encode(text).length <= valueBytes, "Use 64 KiB at most.")
    .optional(),
  note: z.string().trim().max(500).optional(),
  /** Of a new one: the team, by id or name, whose pipelines may use it; null: those of the whole company. */
  team: z.string().min(1).max(200).nullable().optional(),
});
export type PutSecret = z.infer<typeof putSecretSchema>;

export const secretView = z.object({
  name: z.string(),
  /** Null: pipelines of the whole company may use it. */
  team: z.object({ id: z.string(), name: z.string() }).nullable(),
  note: z.string(),
  createdAt: z.string(),
  /** When its value was last set, and by whom; null: who is gone. */
  rotatedAt: z.string(),
  by: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** When a stage was last given it, to the minute. */
  lastUsedAt: z.string().nullable(),
  /** Stages of live pipelines that name it and that you may see. */
  usedBy: z.array(z.object({ pipeline: z.string(), stage: z.string() })),
  /** Live pipelines that name it and that you may not see. */
  usedElsewhere: z.number().int(),
  /** Whether you may set and delete it. */
  mayChange: z.boolean(),
});
export type SecretView = z.infer<typeof secretView>;
