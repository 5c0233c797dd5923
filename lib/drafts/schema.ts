import { z } from "zod";

export const tabParams = z.strictObject({
  tab: z.string().regex(/^[\w-]{1,64}$/, "A tab's name has letters, digits, - and _."),
});
export const draftSchema = z.strictObject({
  sql: z.string().max(4_000_000),
  title: z.string().max(200).nullable().optional(),
  warehouse: z.string().max(100).nullable().optional(),
});
export const draftView = z.object({
  tab: z.string(),
  sql: z.string(),
  title: z.string().nullable(),
  warehouse: z.string().nullable(),
  updatedAt: z.string(),
});
