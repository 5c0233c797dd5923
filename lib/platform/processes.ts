import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** A process that cannot be taken for a later one of the same number, or for one of another machine. */
export interface ProcessId {
  pid: number;
  start: string;
}

function read<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch {
    return null;
  }
}

/**
 * This machine since its start, and the space in which its process numbers count: the pids of another machine, or of
 * another container, mean nothing here. Null where the system does not say.
 */
export const place = (): string | null =>
  read(() => `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`);

/** What tells a process from a later one of the same number; null where there is none, or the system does not say. */
export function startOf(pid: number): string | null {
  const here = place();
  if (here === null) return startByPs(pid);
  // Behind the program's name, which may hold anything, the twentieth figure is its start.
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  // One that has ended, and that its parent has not asked about yet, is gone.
  if (!fields?.[19] || fields[0] === "Z" || fields[0] === "X") return null;
  return `${here} ${fields[19]}`;
}

/** For systems without /proc; to the second. */
function startByPs(pid: number): string | null {
  const answer = read(() => execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }));
  return answer?.trim() || null;
}

export const isAlive = ({ pid, start }: ProcessId): boolean => startOf(pid) === start;
