import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import type { Backend, EngineLoad } from "@/lib/warehouses/adapter";

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own clock. */
const ticksPerSecond = 100;
const pageBytes = 4_096;

interface Spent {
  ticks: number;
  at: number;
}

/** Several warehouses are looked at in turn: each finds its own, until nobody has seen a process for so long. */
const forgetMs = 600_000;
const before = new Map<string, Spent>();

/** Time of the processor that a process has had, and its resident pages; null where there is no /proc, or no process. */
function stat(pid: number): { ticks: number; pages: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { ticks: Number(fields[11]) + Number(fields[12]), pages: Number(fields[21]) };
  } catch {
    return null;
  }
}

/**
 * What the processes of this machine take for SQL over results and files. Processors: since the last look; a process
 * that was not there then counts from the next.
 */
export function processLoad(backends: Backend[]): EngineLoad {
  const now = performance.now();
  let cpu = 0;
  let pages = 0;
  for (const { pid, start } of backends) {
    const own = pid === null ? null : stat(pid);
    if (!own) continue;
    pages += own.pages;
    const last = before.get(start);
    if (last && now > last.at) cpu += (own.ticks - last.ticks) / ticksPerSecond / ((now - last.at) / 1_000);
    before.set(start, { ticks: own.ticks, at: now });
  }
  for (const [start, { at }] of before) if (now - at > forgetMs) before.delete(start);
  return {
    active: backends.length,
    waiting: 0,
    idleInTransaction: 0,
    blocked: 0,
    foreign: 0,
    oldestSeconds: null,
    whole: true,
    cpu: Math.max(0, Math.min(1, cpu / availableParallelism())),
    memory: Math.min(1, (pages * pageBytes) / totalmem()),
  };
}
