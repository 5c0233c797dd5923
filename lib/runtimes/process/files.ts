import {
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { ProcessId } from "@/lib/platform/processes";
import type { Exit } from "../runtime";

/**
 * The folder of one program, which is all that is known about it: what a keeper (workers/stages/keeper.ts) writes here,
 * any worker of the machine reads, also when both who started it are gone.
 *
 * ```
 * plan.json     what to run; written by create
 * claim.json    the keeper that starts it: only one can make this file
 * running.json  the process, once there is one
 * log           a line for each line: <o|e|p><milliseconds, base 36> <text>
 * asked         there once Sluice has asked it to end
 * late          there once its time is over
 * exit.json     how it ended; nothing changes after this
 * ```
 */
const processId = z.object({ pid: z.number().int(), start: z.string() }) satisfies z.ZodType<ProcessId>;

const plan = z.object({
  labels: z.object({ installation: z.string(), run: z.string(), stage: z.string(), attempt: z.string() }),
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
  folder: z.string(),
  limits: z.object({ memoryBytes: z.number(), pids: z.number(), seconds: z.number(), logBytes: z.number() }),
});

const exit = z.object({
  code: z.number().nullable(),
  signal: z.string().nullable(),
  outOfMemory: z.boolean(),
  timedOut: z.boolean(),
  peakMemoryBytes: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
  platform: z.string().nullable(),
}) satisfies z.ZodType<Exit>;

export type Plan = z.infer<typeof plan>;

const shapes = { plan, claim: processId, running: processId, exit };
type Name = keyof typeof shapes;
type Content<N extends Name> = z.infer<(typeof shapes)[N]>;

const fileOf = (folder: string, name: Name) => path.join(folder, `${name}.json`);

export const logOf = (folder: string): string => path.join(folder, "log");

export const has = (folder: string, name: Name): boolean => existsSync(fileOf(folder, name));

const askedOf = (folder: string) => path.join(folder, "asked");

/** Before it is told: how it ends then is no end from outside, whichever worker asked. */
export function noteAsked(folder: string): void {
  try {
    writeFileSync(askedOf(folder), "", { mode: 0o600 });
  } catch {
    // On a disk without room for a name it is told all the same.
  }
}

export const wasAsked = (folder: string): boolean => existsSync(askedOf(folder));

const lateOf = (folder: string) => path.join(folder, "late");

/** Before it is told, so that whoever waits for it cuts what it does elsewhere. */
export function noteLate(folder: string): void {
  try {
    writeFileSync(lateOf(folder), "", { mode: 0o600 });
  } catch {
    // On a disk without room for a name that is done at its end.
  }
}

export const wasLate = (folder: string): boolean => existsSync(lateOf(folder));

/** Null where there is none yet. */
export function read<N extends Name>(folder: string, name: N): Content<N> | null {
  let text: string;
  try {
    text = readFileSync(fileOf(folder, name), "utf8");
  } catch {
    return null;
  }
  // A claim is made before it is filled.
  if (text === "") return null;
  return shapes[name].parse(JSON.parse(text)) as Content<N>;
}

const asideOf = (file: string) => `${file}.${process.pid}`;

/** Room for what this process has to write later, when the disk may be full. @throws ENOSPC */
export function reserve(folder: string, name: Name): void {
  writeFileSync(asideOf(fileOf(folder, name)), " ".repeat(4_096), { mode: 0o600 });
}

/** Seen whole or not at all. */
export function write<N extends Name>(folder: string, name: N, content: Content<N>): void {
  const file = fileOf(folder, name);
  const aside = asideOf(file);
  // Over the room that was reserved for it, where some was.
  const handle = openSync(aside, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    ftruncateSync(handle, writeSync(handle, JSON.stringify(content)));
  } finally {
    closeSync(handle);
  }
  renameSync(aside, file);
}

/** Whether it is ours to start; the loser of a race, and whoever comes later, finds it claimed. */
export function claim(folder: string, keeper: ProcessId): boolean {
  try {
    writeFileSync(fileOf(folder, "claim"), JSON.stringify(keeper), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // The file may be there without its content, and then nobody would ever start or end it.
    unclaim(folder);
    throw error;
  }
}

/** Nothing of it was started. */
export const unclaim = (folder: string): void => rmSync(fileOf(folder, "claim"), { force: true });

export const endedBy = (platform: string): Exit => ({
  code: null,
  signal: null,
  outOfMemory: false,
  timedOut: false,
  peakMemoryBytes: null,
  cpuSeconds: null,
  platform,
});
