import { z } from "zod";
import { formats } from "@/lib/tabular/schema";

/** What is uploaded: a table, or an archive of files (zip, tar, tar.gz), which is kept as it came for programs that read one. */
export const uploadFormats = [...formats, "archive"] as const;
export type UploadFormat = (typeof uploadFormats)[number];

const name = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not stand in a name
  .regex(/^[^\u0000-\u001f\u007f]*$/, "A name is one line.");

export const uploadQuery = z.strictObject({
  /** The file's own name. */
  file: z.string().trim().min(1, "Say what the file is called.").max(255),
  /** The table's name; by default it is made from the file's. */
  name: name.optional(),
  /** Of a workbook: which sheet; by default the first. */
  sheet: z.string().min(1).max(100).optional(),
});

export const renameSchema = z.strictObject({ name });

export const uploadItem = z.object({
  id: z.string(),
  name: z.string(),
  fileName: z.string(),
  format: z.enum(uploadFormats),
  /** As it is kept, which is Parquet but of an archive. */
  bytes: z.number(),
  /** 0 of an archive, which has no columns either. */
  rows: z.number(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  createdAt: z.string(),
});
export type UploadItem = z.infer<typeof uploadItem>;

/** `preview` is the first rows, as text; a workbook says which sheets it had. */
export const uploadView = uploadItem.extend({
  preview: z.array(z.array(z.string().nullable())),
  sheets: z.array(z.string()).optional(),
});
export type UploadView = z.infer<typeof uploadView>;
