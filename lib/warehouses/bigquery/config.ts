import { z } from "zod";
import type { ConfigField, EngineForm } from "@/lib/warehouses/form";
import { keyProblem, readKey } from "./credentials";

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
    .url({ protocol: /^https?$/, error: "Give an origin, as http://127.0.0.1:9050." })
    .max(300)
    .nullable()
    .default(null),
});

export type BigQueryConfig = z.infer<typeof configSchema>;

const emulatorField = (emulators: string[]): ConfigField => ({
  name: "endpoint",
  label: "Served by",
  type: "choice",
  choices: [{ value: "", label: "Google" }, ...emulators.map((value) => ({ value, label: `Emulator at ${value}` }))],
  optional: true,
  initial: "",
});

export const form: EngineForm = {
  label: "Google BigQuery",
  schema: configSchema,
  fields: ({ emulators }) => [
    { name: "project", label: "Project", type: "text", placeholder: "my-project-123" },
    {
      name: "location",
      label: "Location",
      type: "text",
      placeholder: "US",
      initial: "US",
      description: "US, EU or a region, where the data sets are.",
    },
    {
      name: "password",
      label: "Service account key (JSON)",
      type: "password",
      placeholder: "Paste the whole file",
      description: "Of an account that can only read and run jobs.",
    },
    {
      name: "maximumBytesBilled",
      label: "Most bytes a statement may be billed for",
      type: "number",
      optional: true,
      placeholder: "No limit",
      description: "BigQuery refuses what would read more, before it runs.",
    },
    ...(emulators.length > 0 ? [emulatorField(emulators)] : []),
  ],
  account: { user: null, password: "Service account key (JSON)" },
  userOf(secret, { endpoint }) {
    if (endpoint) return { user: "emulator" };
    const problem = keyProblem(secret);
    return problem ? { problem } : { user: readKey(secret).email };
  },
  refuse({ endpoint }, { emulators }) {
    if (!endpoint || emulators.includes(String(endpoint))) return null;
    const message =
      "This server connects to no such address: BIGQUERY_EMULATORS in its environment names those it may.";
    return { field: "endpoint", message };
  },
  // A key only ever goes to Google, whatever the project.
  moving: [],
  moves: () => false,
  address: ({ project, location }) => `${String(project)}, ${String(location)}`,
  writes: true,
  slots: 8,
  recipe: {
    title: "Commands that make an account which only reads",
    text({ project = "my-project-123" }) {
      const account = `sluice-reader@${project}.iam.gserviceaccount.com`;
      const grant = (role: string) =>
        `gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${account} --role=roles/bigquery.${role}`;
      return [
        `gcloud iam service-accounts create sluice-reader --project=${project}`,
        grant("jobUser"),
        grant("dataViewer"),
        "# So that the load page shows the jobs of everybody:",
        grant("resourceViewer"),
        `gcloud iam service-accounts keys create key.json --iam-account=${account}`,
      ].join("\n");
    },
  },
};
