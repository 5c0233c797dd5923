import { z } from "zod";
import { fileFormats } from "@/lib/deliveries/limits";

export const storedFileView = z.object({
  id: z.string(),
  /** Folders and a name; a team's pipelines, or a person's own, share one place. */
  path: z.string(),
  format: z.enum(fileFormats),
  bytes: z.number(),
  rows: z.number().nullable(),
  sha256: z.string(),
  pipeline: z.string(),
  /** What put it there. */
  run: z.string(),
  stage: z.string(),
  updatedAt: z.string(),
  mayRemove: z.boolean(),
});
export type StoredFileView = z.infer<typeof storedFileView>;
