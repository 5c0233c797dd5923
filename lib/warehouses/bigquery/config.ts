import { z } from "zod";
import type { ConfigField } from "@/lib/warehouses/postgres/config";

/** A connection's settings without its secret, which is the JSON key of a service account. */
export const configSchema = z.strictObject({
  /** Where jobs run and are billed, and whose data sets are listed. */
  project: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9.:-]{2,98}[a-z0-9]$/, "Give the project's id, as my-project-123."),
  /** Jobs run there, and see only data sets that are there. */
  location: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]{2,40}$/, "Give a location, as US, EU or europe-west3.")
    .default("US"),
  /** A statement that would be billed for more is refused by BigQuery before it runs. */
  maximumBytesBilled: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
  /** An emulator's origin; only what the server's environment names. No key is ever sent there. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
});

export type BigQueryConfig = z.infer<typeof configSchema>;

/** In the order of the form. */
export const fields: ConfigField[] = [
  { name: "project", label: "Project", type: "text", placeholder: "my-project-123" },
  { name: "location", label: "Location", type: "text", placeholder: "US", description: "US, EU or a region." },
  {
    name: "maximumBytesBilled",
    label: "Most bytes a statement may be billed for",
    type: "number",
    optional: true,
    placeholder: "No limit",
    description: "BigQuery refuses what would read more, before it runs.",
  },
];
