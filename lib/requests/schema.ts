import { z } from "zod";
import { rights, sharedKinds } from "@/lib/shares/schema";

/** Shapes of requests for access on the wire. Pure: the browser uses them too. */

export const askSchema = z.strictObject({
  kind: z.enum(sharedKinds),
  id: z.string().min(1).max(100),
  message: z.string().trim().max(500).default(""),
});
export type Ask = z.infer<typeof askSchema>;

export const answerSchema = z.strictObject({
  granted: z.boolean(),
  allows: z.enum(rights).default("see"),
  /** Null never ends. */
  expiresInDays: z.number().int().min(1).max(365).nullable().default(null),
});
export type Answer = z.infer<typeof answerSchema>;

export const requestView = z.object({
  id: z.string(),
  kind: z.enum(sharedKinds),
  objectId: z.string(),
  /** Only for those who answer: who asks may not know what it is. */
  title: z.string().nullable(),
  user: z.object({ id: z.string(), name: z.string() }),
  message: z.string(),
  state: z.enum(["open", "granted", "declined"]),
  answeredBy: z.string().nullable(),
  at: z.string(),
  mayAnswer: z.boolean(),
});
export type RequestView = z.infer<typeof requestView>;
