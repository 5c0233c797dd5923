import { mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { reportOf } from "./report";

/** What of the stage contract (`in/context.json`, version 1) the programs of this folder read. */

export type Format = "parquet" | "csv" | "ndjson";

export interface Input {
  format: Format;
  /** Below SLUICE_IN. */
  path: string;
  /** Below `path`, in order. */
  files: string[];
}

export interface Reach {
  engine: string;
  role: "reader" | "writer";
  /** An address, or the folder of a socket. */
  host?: string;
  socket?: string;
  port?: number;
  database: string;
  user: string;
  passwordFile: string;
}

export interface Context {
  contract: 1;
  run: { id: string; url: string; pipeline: string };
  stage: string;
  fencingToken: number;
  runKey: string;
  interval: { from: string; to: string; timeZone: string };
  params: Record<string, unknown>;
  sql: Record<string, { sql: string; values: unknown[] }>;
  inputs: Record<string, Input>;
  outputs: Record<string, { format: Format; path: string }>;
  connections: Record<string, Reach>;
  secrets: Record<string, string>;
  /** By parameter: a file that was put in place for it, below SLUICE_IN. */
  files?: Record<string, { path: string; name: string; bytes: number; columns?: { name: string; type: string }[] }>;
  /** What this stage handed on the last time before this interval. */
  before?: Record<string, unknown>;
  /** Hosts of one's own network that may be asked besides the internet. */
  egress?: { hosts: string[] };
  /** Nothing may be written; null: every row is read. */
  dry?: { rows: number | null };
  writes?: {
    /** Null: wherever the writer may. */
    schemas: string[] | null;
    /** Roles that read a table made here. */
    readers?: string[];
  };
}

/** What a write would do, in rows; null: not known. */
export interface WritePlan {
  adds: number | null;
  changes: number | null;
  deletes: number | null;
  note?: string;
}

export interface Told {
  rows?: number;
  metrics?: Record<string, number | string>;
  plan?: WritePlan;
}

/** What a person reads when the stage fails; anything else that is thrown is a fault of ours. */
export class StageError extends Error {
  constructor(
    message: string,
    readonly more: { hint?: string; field?: string; row?: number | string } = {},
  ) {
    super(message);
  }
}

export const inFolder = (): string => process.env.SLUICE_IN ?? "in";
export const outFolder = (): string => process.env.SLUICE_OUT ?? "out";

/** For what is needed on the way. It goes with the attempt's own folders, however the program ends; no output is in it. */
export const workFolder = (): string => mkdtempSync(path.join(outFolder(), ".work-"));

/** Written aside, so that nobody reads half of it. */
function writeResult(result: object): void {
  mkdirSync(outFolder(), { recursive: true });
  const file = path.join(outFolder(), "result.json");
  writeFileSync(`${file}.part`, JSON.stringify(result));
  renameSync(`${file}.part`, file);
}

function readContext(): Context {
  const context = JSON.parse(readFileSync(path.join(inFolder(), "context.json"), "utf8")) as Context;
  if (context.contract !== 1)
    throw new StageError(`This program speaks version 1 of the stage contract, not ${context.contract}.`);
  return context;
}

/** A whole program: reads the context, works, and leaves a result, whatever happens. Exits with 1 when it failed. */
export async function runStage(work: (context: Context) => Promise<Told>): Promise<void> {
  // What a library of ours uses is nothing that who reads the log could mend.
  process.noDeprecation = true;
  // A stop ends us at once: what was not committed, the warehouse gives up by itself. Not by an exit alone, which waits for
  // DuckDB, and that may wait for rows which nobody sends any more; the first process of a container has no other way.
  process.once("SIGTERM", () => {
    process.kill(process.pid, "SIGKILL");
    process.exit(143);
  });
  try {
    const context = readContext();
    const told = await work(context);
    writeResult(told);
    for (const line of reportOf(context, told)) process.stdout.write(`${line}\n`);
    process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const more = error instanceof StageError ? error.more : {};
    writeResult({ error: { message, ...more } });
    process.stderr.write(`${message}${more.hint ? `\n${more.hint}` : ""}\n`);
    process.exit(1);
  }
}

/** A parameter that has to be there. @throws StageError at its field */
export function text(context: Context, name: string): string {
  const value = context.params[name];
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  throw new StageError(`Give ${name} a value.`, { field: name });
}

/** Names of columns: a list, or nothing. */
export function names(context: Context, name: string): string[] {
  const value = context.params[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value as string[];
  throw new StageError(`${name} has to be a list of columns.`, { field: name });
}

/** One of a closed list. */
export function choice<T extends string>(context: Context, name: string, from: readonly T[], usual: T): T {
  const value = context.params[name] ?? usual;
  if (from.includes(value as T)) return value as T;
  throw new StageError(`${name} has to be one of ${from.join(", ")}.`, { field: name });
}
