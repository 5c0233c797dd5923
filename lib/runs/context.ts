import { z } from "zod";

/**
 * The stage contract, version 1: what a program finds as `in/context.json`, and what it may leave behind. Programs in any
 * language read these files; SLUICE_IN and SLUICE_OUT name the two folders.
 */

const format = z.enum(["parquet", "csv", "ndjson"]);

export const boundSchema = z.object({
  /** With placeholders $1, $2, … */
  sql: z.string(),
  values: z.array(z.json()),
});

/** What reaches a warehouse: a relay, which ends with the attempt. */
export const relayAddress = z.object({
  engine: z.string(),
  role: z.enum(["reader", "writer"]),
  /** One of the two: an address, or the folder of a Unix socket named as PostgreSQL's clients expect it. */
  host: z.string().optional(),
  socket: z.string().optional(),
  port: z.number().int().optional(),
  database: z.string(),
  user: z.string(),
  /** Holds the one-time password. */
  passwordFile: z.string(),
  /** How many connections the relay takes at once. */
  connections: z.number().int(),
});

export const stageInput = z.object({
  format,
  /** Below SLUICE_IN. */
  path: z.string(),
  /** Names of the files below `path`, in order. */
  files: z.array(z.string()),
  /** Null: not known. */
  rows: z.number().nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
});

export const stageFile = z.object({
  path: z.string(),
  name: z.string(),
  bytes: z.number(),
  /** Of a file that Sluice keeps as Parquet with numbered columns: what those are called. */
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
});

export const contextSchema = z.object({
  contract: z.literal(1),
  run: z.object({
    id: z.string(),
    url: z.string(),
    pipeline: z.string(),
    version: z.number().int(),
    trigger: z.string(),
  }),
  stage: z.string(),
  attempt: z.number().int(),
  /** Larger than that of every attempt before it: a commit under a smaller one is late, and refused. */
  fencingToken: z.number().int(),
  /** The same for every attempt of this stage over this interval: whose rows `append` replaces. */
  runKey: z.string(),
  interval: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }),
  /** Templates filled in; SQL and secrets aside, which stand below. */
  params: z.record(z.string(), z.json()),
  sql: z.record(z.string(), boundSchema),
  inputs: z.record(z.string(), stageInput),
  /** `path` is below SLUICE_OUT; the folder is there, and empty. */
  outputs: z.record(z.string(), z.object({ format, path: z.string() })),
  connections: z.record(z.string(), relayAddress),
  /** By parameter: the file that holds the secret. */
  secrets: z.record(z.string(), z.string()),
  /** By parameter that asks for a file: where it is below SLUICE_IN, and what it is called where it comes from. */
  files: z.record(z.string(), stageFile).optional(),
  /**
   * Of an operator that remembers: what this stage handed on in the latest run whose interval ended before this one's begins. The
   * same interval again finds the same.
   */
  before: z.record(z.string(), z.json()).optional(),
  /** Hosts of the company's own network that our programs may ask, besides the internet. */
  egress: z.object({ hosts: z.array(z.string()) }).optional(),
  /**
   * Nothing may be written but below SLUICE_OUT: every warehouse is reached as a reader, and who reads takes at most `rows`
   * rows (null: all). A program that writes does all up to that, and says in result.json what it would have done (`plan`).
   */
  dry: z.object({ rows: z.number().int().min(1).nullable() }).optional(),
  /** Where it may write; null: wherever the writer may. */
  writes: z
    .object({
      schemas: z.array(z.string()).nullable(),
      /** Roles of the warehouse that are to read a table that is made here. */
      readers: z.array(z.string()).optional(),
    })
    .optional(),
});
export type StageContext = z.infer<typeof contextSchema>;

/** out/params.json holds at most this; more is an error. */
export const handedBytes = 64 * 1024;

/** out/params.json: what later stages read as `{{ stages.<id>.params.<key> }}`. */
export const handedSchema = z.record(z.string().min(1).max(100), z.json());

/** What a write would do, in rows; null: not known. */
export const planSchema = z.object({
  adds: z.number().int().min(0).nullable(),
  changes: z.number().int().min(0).nullable(),
  deletes: z.number().int().min(0).nullable(),
  /** What the numbers do not say. */
  note: z.string().min(1).max(1_000).optional(),
});
export type WritePlan = z.infer<typeof planSchema>;

/** out/result.json */
export const resultSchema = z.object({
  rows: z.number().int().min(0).optional(),
  metrics: z.record(z.string().max(100), z.union([z.number(), z.string().max(1_000)])).optional(),
  /** In a dry run, of a program that writes. */
  plan: planSchema.optional(),
  error: z
    .object({
      message: z.string().min(1).max(10_000),
      hint: z.string().max(2_000).optional(),
      field: z.string().max(200).optional(),
      row: z.union([z.number(), z.string().max(2_000)]).optional(),
    })
    .optional(),
});
export type StageResult = z.infer<typeof resultSchema>;
