import { z } from "zod";

export const maxPage = 10_000;

const column = z.number().int().min(0).max(1599);
const scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);

export const filterSchema = z
  .array(
    z.discriminatedUnion("op", [
      z.strictObject({ column, op: z.enum(["eq", "ne", "lt", "le", "gt", "ge", "contains", "starts"]), value: scalar }),
      z.strictObject({ column, op: z.enum(["null", "notnull"]), value: z.null().optional() }),
      z.strictObject({ column, op: z.enum(["in", "notin"]), value: z.array(scalar).min(1).max(1000) }),
    ]),
  )
  .max(50);

export type Filter = z.infer<typeof filterSchema>[number];

export interface SortKey {
  column: number;
  descending: boolean;
}

const sortText = z
  .string()
  .max(500)
  .regex(/^\d{1,4}(:(asc|desc))?(,\d{1,4}(:(asc|desc))?)*$/, "Write columns by index, as `3:desc,0`.")
  .transform((text): SortKey[] =>
    text.split(",").map((part) => {
      const [index, direction] = part.split(":");
      return { column: Number(index), descending: direction === "desc" };
    }),
  );

const filterText = z
  .string()
  .max(100_000)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: 'Write JSON, as `[{"column":0,"op":"eq","value":5}]`.' });
      return z.NEVER;
    }
  })
  .pipe(filterSchema);

/** Query string of `GET /executions/{id}/rows`. */
export const rowsQuery = z.strictObject({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(0).max(maxPage).default(200),
  sort: sortText.optional(),
  filter: filterText.optional(),
  search: z.string().max(1000).optional(),
});

export type RowsQuery = z.infer<typeof rowsQuery>;

export const formats = ["csv", "xlsx", "json", "ndjson", "parquet"] as const;
export type Format = (typeof formats)[number];

/** Query string of `GET /executions/{id}/download`. */
export const downloadQuery = z.strictObject({
  format: z.enum(formats).default("csv"),
  /** `neutralise` puts a ' before text cells that a spreadsheet would run as a formula. */
  formulas: z.enum(["keep", "neutralise"]).default("keep"),
});

export type DownloadQuery = z.infer<typeof downloadQuery>;

export const diffKinds = ["added", "removed", "changed"] as const;
export type DiffKind = (typeof diffKinds)[number];

/** Query string of `GET /executions/{a}/diff/{b}`. */
export const diffQuery = z.strictObject({
  /** Names of the columns that tell rows apart, with commas between; or a JSON list, for names that have commas. */
  key: z.string().max(10_000).optional(),
  only: z.enum(diffKinds).optional(),
  /** Only rows in which the column of this name changed. */
  column: z.string().max(1_000).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(0).max(1_000).default(200),
});
export type DiffQuery = z.infer<typeof diffQuery>;

const diffCell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const diffView = z.object({
  key: z.array(z.string()),
  /** Those of both, then of `a` alone, then of `b` alone; a type is null where the result has no such column. */
  columns: z.array(
    z.object({ name: z.string(), a: z.string().nullable(), b: z.string().nullable(), changed: z.number() }),
  ),
  a: z.object({ rows: z.number(), truncated: z.boolean() }),
  b: z.object({ rows: z.number(), truncated: z.boolean() }),
  added: z.number(),
  removed: z.number(),
  changed: z.number(),
  same: z.number(),
  /** Rows that match `only` and `column`, of which `rows` is a window. */
  matching: z.number(),
  rows: z.array(
    z.object({
      kind: z.enum(diffKinds),
      /** Cells in the order of `columns`; null where that result has no such row. */
      a: z.array(diffCell).nullable(),
      b: z.array(diffCell).nullable(),
      /** Indexes into `columns`. */
      changed: z.array(z.number()),
    }),
  ),
});
export type DiffView = z.infer<typeof diffView>;
