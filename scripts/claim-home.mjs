// One start a folder: two servers on the same data would be the end of it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./steps.mjs";

/** A process by pid and birth, since a pid is given to others later; elsewhere than on Linux by pid alone. */
function identity(pid) {
  try {
    const after = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return after[0] === "Z" ? "" : `${pid} ${after[19]}`;
  } catch {
    try {
      if (process.platform !== "linux" && process.kill(pid, 0)) return `${pid} `;
    } catch {
      // There is no such process.
    }
    return "";
  }
}

/** The process that runs Sluice on this folder; 0 when none does. */
export function holderOf(home) {
  try {
    const holder = readFileSync(path.join(home, "start.pid"), "utf8");
    const pid = Number.parseInt(holder, 10);
    return holder.includes(" ") && identity(pid) === holder ? pid : 0;
  } catch {
    return 0;
  }
}

/** @returns how to give the folder back. @throws StartError when another start holds it. */
export async function claimHome(home) {
  mkdirSync(home, { recursive: true });
  const file = path.join(home, "start.pid");
  const mine = identity(process.pid);
  // The other may be on its way out: a stop takes up to 15 s.
  for (const until = Date.now() + 15_000; ; await sleep(200)) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const pid = holderOf(home);
    if (!pid) rmSync(file, { force: true });
    else if (Date.now() > until)
      throw new StartError(
        `Sluice already runs on ${home} (process ${pid}). Stop it, or set SLUICE_HOME and PORT for a second one.`,
      );
  }
  return () => rmSync(file, { force: true });
}
