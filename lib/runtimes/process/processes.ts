import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { ProcessId } from "@/lib/platform/processes";

/** In the environment of each process of a stage, and so of what it starts: also of what left its session. */
export const marker = "SLUICE_STAGE_PROCESS";

export interface Usage {
  processes: number;
  residentBytes: number;
  cpuSeconds: number;
}

const pageBytes = 4096;
const ticksPerSecond = 100;
/** Behind the program's name: when it began, in ticks since the machine's start (lib/platform/processes.ts has the same). */
const startField = 19;
const none = (): Usage => ({ processes: 0, residentBytes: 0, cpuSeconds: 0 });
const hasProc = existsSync("/proc/self/stat");

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It has just ended, or is not ours to look at.
    return "";
  }
}

const pids = () => readdirSync("/proc").filter((name) => name >= "1" && name <= "9~");

/**
 * What each of these sessions takes now, each begun by the process of that number. Memory that processes share is counted
 * for each of them.
 */
export async function usageOf(sessions: number[]): Promise<Map<number, Usage>> {
  const found = new Map(sessions.map((session) => [session, none()]));
  const add = (session: number, residentBytes: number, cpuSeconds: number) => {
    const usage = found.get(session);
    if (!usage) return;
    usage.processes += 1;
    usage.residentBytes += residentBytes;
    usage.cpuSeconds += cpuSeconds;
  };
  if (!hasProc) {
    for (const [group, kib, time] of await rowsOfPs(["pgid=", "rss=", "time="]))
      add(Number(group), Number(kib) * 1024, secondsOf(time ?? ""));
    return found;
  }
  for (const pid of pids()) {
    const stat = readProc(pid, "stat");
    // Behind the program's name, which may hold anything: state, parent, group, session, …
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (!found.has(Number(fields[3])) || fields[0] === "Z") continue;
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    add(Number(fields[3]), Number(fields[21]) * pageBytes, ticks / ticksPerSecond);
  }
  return found;
}

/** The most that this process ever had at once, by the kernel's own count; 0 where that is not known. */
export const highestOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readProc(String(pid), "status"))?.[1] ?? 0) * 1024;

/** How many processes of this machine the kernel has ended for want of memory; 0 where that is not known. */
export function oomKills(): number {
  if (!hasProc) return 0;
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/**
 * What belongs to this stage: its session, and what carries its mark. Without /proc its process group is all we find.
 * `first`: of these none began before it, which saves looking closely at the rest of the machine.
 */
export async function membersOf(
  session: number | null,
  stage: string,
  first: ProcessId | null = null,
): Promise<number[]> {
  if (!hasProc) {
    const rows = session === null ? [] : await rowsOfPs(["pid=", "pgid="]);
    return rows.filter(([, group]) => Number(group) === session).map(([pid]) => Number(pid));
  }
  const mark = `${marker}=${stage}\0`;
  const since = Number(first?.start.split(" ").at(-1) ?? 0);
  return pids()
    .filter((pid) => {
      const stat = readProc(pid, "stat");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state, , , itsSession] = fields;
      if (state === undefined || state === "Z" || state === "X" || Number(fields[startField]) < since) return false;
      return (session !== null && Number(itsSession) === session) || readProc(pid, "environ").includes(mark);
    })
    .map(Number);
}

async function rowsOfPs(columns: string[]): Promise<string[][]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", columns.join(",")], { maxBuffer: 1 << 26 });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.trim().split(/\s+/));
}

/** As ps prints it: `[days-][hours:]minutes:seconds[.hundredths]`. */
function secondsOf(time: string): number {
  const [clock = "", days = "0"] = time.split("-").reverse();
  return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
