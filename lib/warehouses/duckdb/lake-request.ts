import { z } from "zod";

const name = z.string().min(1).max(200);
const values = z.array(z.union([z.string(), z.array(z.string()), z.null()])).max(1_000);

/** A person's SQL, with a value for each `$1`. */
export const query = z.strictObject({ sql: z.string().min(1), values });
/** A session's zone: what dates and times without one are of. */
const timeZone = z.string().min(1).max(64);
export const readRequest = z.strictObject({ ...query.shape, timeZone, limit: z.number().int().min(0).nullable() });

const table = z.strictObject({ schema: name, name });
/** Of a query, or of the Parquet file that was sent before. */
const rows = z.union([query, z.strictObject({ sent: z.literal(true) })]);
const target = { table, timeZone, rows };

/** What a stage asks of its relay. Moments are ISO, with their offset. */
export const writeRequest = z.discriminatedUnion("mode", [
  z.strictObject({ ...target, mode: z.literal("view"), rows: query }),
  z.strictObject({ ...target, mode: z.literal("append") }),
  // `onlyNew`: not a table that somebody else has made.
  z.strictObject({ ...target, mode: z.literal("replace"), onlyNew: z.boolean().optional() }),
  z.strictObject({ ...target, mode: z.literal("merge"), key: z.array(name).min(1).max(100) }),
  z.strictObject({
    ...target,
    mode: z.literal("partition-overwrite"),
    timeColumn: name,
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
  }),
]);
export type WriteRequest = z.infer<typeof writeRequest>;
