import { z } from "zod";
import { tableFormats } from "@/lib/operators/schema";

/** Shapes of artifacts on the wire: the tables that stages of a run have published. Pure. */

export const artifactItem = z.object({
  stage: z.string(),
  output: z.string(),
  /** That made it; of a stage that was not run again, one of the run before. */
  attempt: z.string(),
  format: z.enum(tableFormats),
  rows: z.number().nullable(),
  bytes: z.number(),
  files: z.number().int(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullable(),
  createdAt: z.string(),
});
export type ArtifactItem = z.infer<typeof artifactItem>;

export const mostPreviewRows = 1_000;

export const artifactRowsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(mostPreviewRows).default(100),
});

/** Its name; of a table in one file it may be left out. */
export const artifactFileQuery = z.strictObject({ file: z.string().min(1).max(200).optional() });

/** The first rows. Booleans, whole numbers of 32 bits and finite floats are JSON's own, the rest is text. */
export const artifactRows = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.json())),
  rowCount: z.number().nullable(),
  /** Whether these are fewer rows than there are. */
  truncated: z.boolean(),
});
export type ArtifactRows = z.infer<typeof artifactRows>;

/** What it is called in SQL over results and files. */
export const artifactTable = (run: string, stage: string, output: string): string => `${run}.${stage}.${output}`;
