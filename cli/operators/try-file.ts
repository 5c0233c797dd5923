import path from "node:path";
import { z } from "zod";
import { tableFormats } from "@/lib/operators/schema";
import { Failure } from "../failure";
import { readValues } from "../pipelines/values";

const moment = z.iso.datetime({ offset: true });

const trySchema = z.strictObject({
  params: z.record(z.string(), z.json()).default({}),
  /** By input: a file or several, beside this one. */
  inputs: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  /** Outputs beside those that the manifest names, or in another format than it says. */
  outputs: z.record(z.string(), z.enum(tableFormats)).default({}),
  interval: z
    .strictObject({ from: moment, to: moment, timeZone: z.string().default("UTC") })
    .default({ from: "2026-01-31T00:00:00Z", to: "2026-02-01T00:00:00Z", timeZone: "UTC" }),
  /** By parameter: the secret itself, since nothing of this leaves the machine. */
  secrets: z.record(z.string(), z.string()).default({}),
  /** By parameter: a file beside this one. */
  files: z.record(z.string(), z.string()).default({}),
  dry: z.strictObject({ rows: z.number().int().min(1).nullable() }).optional(),
  /** Run in the operator's folder before each run. */
  build: z.string().optional(),
});

/** What an operator is tried with. */
export interface Try extends z.output<typeof trySchema> {
  /** Where its files are. */
  folder: string;
}

/** @throws Failure saying what is wrong with it */
export function readTry(file: string | undefined): Try {
  if (file === undefined) return { ...trySchema.parse({}), folder: process.cwd() };
  const parsed = trySchema.safeParse(readValues(file));
  if (parsed.success) return { ...parsed.data, folder: path.dirname(path.resolve(file)) };
  const wrong = parsed.error.issues.map(({ path: at, message }) => [...at, message].join(at.length > 1 ? "." : ": "));
  throw new Failure(`${file}: ${wrong.join("; ")}. "sluice operators dev --help" says what it has.`);
}
