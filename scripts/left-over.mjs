// What an embedded server that was killed leaves behind: its lock file, and children that work on for a while.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./steps.mjs";

/** In the title of each process of the server on `data`: a child says nowhere else which server is its own. */
export function clusterName(data) {
  return `sluice-${createHash("sha256").update(realpathSync(data)).digest("hex").slice(0, 12)}`;
}

/** `{pid, ready}` of the server's lock file; pid is 0 without one. */
export function lockOf(data) {
  try {
    const text = readFileSync(path.join(data, "postmaster.pid"), "utf8");
    return { pid: Number(text.split("\n")[0]), ready: /^ready/m.test(text) };
  } catch {
    return { pid: 0, ready: false };
  }
}

function commandOf(pid) {
  try {
    if (existsSync("/proc/self/cmdline")) return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** Anybody's pid may stand in an old lock file. */
const isServer = (pid, data) => pid > 0 && commandOf(pid).includes(data);

function childrenOf(data) {
  const title = `postgres: ${clusterName(data)}: `;
  if (existsSync("/proc/self/cmdline"))
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0 && commandOf(pid).startsWith(title));
  if (process.platform === "win32") return [];
  const lines = execFileSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(title)).map((line) => Number.parseInt(line, 10));
}

function tell(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

async function untilGone(isThere, ms) {
  const until = Date.now() + ms;
  while (isThere()) {
    if (Date.now() > until) return false;
    await sleep(50);
  }
  return true;
}

/** Fast shutdown, and what is still there after `ms` ends at once: the next start recovers. */
export async function endServer(pid, data, ms) {
  const there = () => isServer(pid, data);
  for (const [signal, patience] of [
    ["SIGINT", ms],
    ["SIGQUIT", 5_000],
  ]) {
    if (there()) tell(pid, signal);
    if (await untilGone(there, patience)) return true;
  }
  return false;
}

/**
 * Makes sure that nothing works on `data` any more. A killed server's children would keep a new one from starting, and
 * one that computes does not notice for minutes that it is alone.
 */
export async function clearLeftOver(data) {
  const { pid } = lockOf(data);
  if (!(await endServer(pid, data, 10_000)))
    throw new StartError(
      `An old PostgreSQL (process ${pid}) still uses ${data} and does not stop. End it and start again.`,
    );
  const alone = () => childrenOf(data).length > 0;
  if (!(await untilGone(alone, 500))) for (const child of childrenOf(data)) tell(child, "SIGKILL");
  if (!(await untilGone(alone, 5_000)))
    throw new StartError(
      `Processes of an ended PostgreSQL still use ${data}: ${childrenOf(data).join(", ")}. End them.`,
    );
  // Its locks name a process whose number may be anybody's by now.
  for (const name of existsSync(data) ? readdirSync(data) : [])
    if (name === "postmaster.pid" || name.startsWith(".s.PGSQL.")) rmSync(path.join(data, name), { force: true });
}
