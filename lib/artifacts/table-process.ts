import { once } from "node:events";
import { link, mkdir, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import type { TableFormat } from "@/lib/operators/schema";
import { newId } from "@/lib/platform/ids";
import { places } from "@/lib/platform/store/open";
import { Turns } from "@/lib/platform/turns";
import { shutInProcess } from "@/lib/warehouses/duckdb/shut-in";

/** What workers/duckdb/artifact.ts is asked; names are below the folder that it can open. */
export interface TableRequest {
  folder: string;
  files: string[];
  from: TableFormat;
  /** Null: write nothing. */
  to: TableFormat | null;
  /** How many of the first rows to tell; without it they are counted. */
  head?: number;
}

export type Cell = string | number | boolean | null;

export type TableAnswer =
  | { ok: true; rows: number; columns: { name: string; type: string }[]; head?: Cell[][] }
  | { ok: false; message: string };

/** What a program wrote cannot be read as the table that it was to be. */
export class UnreadableTable extends Error {
  override readonly name = "UnreadableTable";
}

export interface TableFiles {
  files: string[];
  from: TableFormat;
}

const deadlineMs = 60 * 60_000;
const headDeadlineMs = 30_000;
const turns = new Turns(2, 200, "Many tables are being converted just now. Try again in a minute.");
/** Who looks at first rows waits for nobody's conversion. */
const heads = new Turns(2, 50, "Many tables are being looked at just now. Try again in a minute.");

/** Rows and columns of a table in files, as a process reads them that can open nothing else. @throws UnreadableTable */
export function describeTable(table: TableFiles, signal: AbortSignal) {
  return within({ ...table, to: null }, signal, async () => undefined);
}

/** The first rows; `rows` is how many of them there are. @throws UnreadableTable */
export async function readHead(table: TableFiles, head: number, signal: AbortSignal) {
  const answer = await within({ ...table, to: null, head }, signal, async () => undefined);
  return { columns: answer.columns, rows: answer.head ?? [] };
}

/** One file with the table in another format. @throws UnreadableTable */
export async function convertTable(
  { target, ...table }: TableFiles & { to: TableFormat; target: string },
  signal: AbortSignal,
): Promise<void> {
  await within(table, signal, (made) => rename(made, target));
}

async function within(
  { files, ...asked }: Omit<TableRequest, "folder">,
  signal: AbortSignal,
  then: (made: string) => Promise<void>,
) {
  const folder = path.join(places().scratch, `table-${newId()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const names = files.map((_, n) => `${n}.${asked.from}`);
    // A link to another disk is followed where DuckDB may open the folder that it stands in.
    for (const [n, file] of files.entries()) {
      const place = path.join(folder, names[n] ?? "");
      await link(file, place).catch(() => symlink(path.resolve(file), place));
    }
    const line = asked.head === undefined ? turns : heads;
    const answer = await line.run(() => ask({ folder, files: names, ...asked }, signal));
    if (!answer.ok) throw new UnreadableTable(answer.message);
    await then(path.join(folder, `made.${asked.to}`));
    return answer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(request: TableRequest, signal: AbortSignal): Promise<TableAnswer> {
  const child = shutInProcess("duckdb-artifact.mjs", request.folder, request);
  const end = () => void child.kill("SIGKILL");
  const deadline = setTimeout(end, request.head === undefined ? deadlineMs : headDeadlineMs);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  try {
    const gone = once(child, "exit").then(() => null);
    const told = await Promise.race([once(child, "message"), gone]);
    return told
      ? (told[0] as TableAnswer)
      : { ok: false, message: "The table took more memory or time to read than there is for one." };
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", end);
    end();
  }
}
