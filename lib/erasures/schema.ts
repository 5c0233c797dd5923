import { z } from "zod";

/** Shapes of erasures on the wire. Pure: the browser uses them too. */

const id = z.string().min(1).max(100);
const named = z.object({ id: z.string(), name: z.string() });

/** Which stored results: those of a warehouse's table, those that a person had run, or both at once. */
const of = {
  /** An id or a name; only with `table`, or to look at one warehouse of a person's. */
  warehouse: z.string().min(1).max(200).optional(),
  /** As its SQL would name it with the schema: `public.learners`. */
  table: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .regex(/^[^.]+\.[^.]+$/, "Write it with its schema, as public.learners.")
    .optional(),
  person: id.optional(),
};
const says = ({ table, person }: { table?: string | undefined; person?: string | undefined }) =>
  table !== undefined || person !== undefined;
const sayOf = { path: ["person"], message: "Say of which table (with its warehouse) or of which person." };
const tableHasHome = (one: { table?: string | undefined; warehouse?: string | undefined }) =>
  one.table === undefined || one.warehouse !== undefined;
const sayWhere = { path: ["warehouse"], message: "Say in which warehouse that table is." };

export const erasurePreviewRequest = z.strictObject(of).refine(says, sayOf).refine(tableHasHome, sayWhere);
export type ErasureOf = z.infer<typeof erasurePreviewRequest>;

export const erasurePreview = z.object({
  /** What it is of, in words. */
  about: z.string(),
  /** Results that have ended by `upTo` and still have rows. */
  results: z.number(),
  /** Pages that show them, of how many people; those with the most. */
  executions: z.number(),
  peopleCount: z.number(),
  people: z.array(named.extend({ results: z.number() })),
  bytes: z.number(),
  oldest: z.string().nullable(),
  newest: z.string().nullable(),
  /** Of them: shared now, on boards, and made from others of them on Results and files. */
  shared: z.number(),
  onBoards: z.number(),
  derived: z.number(),
  /** Statements that have not ended: what they will store is not among the results. */
  unfinished: z.number(),
  upTo: z.string(),
});
export type ErasurePreview = z.infer<typeof erasurePreview>;

export const erasureRequest = z
  .strictObject({
    ...of,
    /** Kept with the record. */
    reason: z.string().trim().min(1, "Say why: it is kept with the record.").max(500),
    /** Both as the preview gave them: nothing younger goes, and never more than was shown. */
    upTo: z.iso.datetime({ offset: true }),
    results: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  })
  .refine(says, sayOf)
  .refine(tableHasHome, sayWhere);
export type ErasureRequest = z.infer<typeof erasureRequest>;

export const erasureView = z.object({
  id: z.string(),
  at: z.string(),
  by: named,
  about: z.string(),
  reason: z.string(),
  upTo: z.string(),
  results: z.number(),
  executions: z.number(),
  people: z.number(),
  bytes: z.number(),
  /** Null while files in the store are still being removed; rows open for nobody from `at` on. */
  filesGoneAt: z.string().nullable(),
});
export type ErasureView = z.infer<typeof erasureView>;
