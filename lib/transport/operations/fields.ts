import { z } from "zod";

/** A row's id in a path. */
export const idParams = z.strictObject({ id: z.string().min(1).max(100) });

/** A part of a row: the row's id and its own. */
export const partParams = z.strictObject({ id: z.string().min(1).max(100), part: z.string().min(1).max(100) });

export const none = z.strictObject({});

export function listOf(item: z.ZodType): z.ZodType {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Cursor of a list: `next` of the page before. */
export const page = {
  cursor: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export const ended = { 204: { description: "Done" } } as const;
