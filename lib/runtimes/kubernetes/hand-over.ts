import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { SluiceError } from "@/lib/platform/errors";
import type { Folders } from "../runtime";
import type { Cluster } from "./cluster";
import { execIn } from "./exec";
import { containers } from "./job";
import { collect, end, give, usageFile } from "./scripts";

export interface Usage {
  peakMemoryBytes: number | null;
  cpuSeconds: number | null;
}

const ticksPerSecond = 100;

/** A program of this machine whose end counts: a tar that was cut is none. */
function tar(args: string[]) {
  const child = spawn("tar", args, { stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  child.stderr.on("data", (bytes: Buffer) => {
    words = (words + bytes.toString("utf8")).slice(-1_000);
  });
  const ended = once(child, "close").then(([code]) => {
    if (code !== 0) throw new Error(`tar: ${words.trim() || `exit code ${code}`}`);
  });
  // Whoever waits for it is told; nobody may be, where the wire breaks first.
  ended.catch(() => undefined);
  child.stdin.on("error", () => undefined);
  return { child, ended };
}

/** The inputs, the secrets and the empty folders of the outputs, into a pod that waits for them. */
export async function giveInputs(cluster: Cluster, pod: string, folders: Folders): Promise<void> {
  const base = path.dirname(folders.in);
  if (!existsSync(folders.in)) throw new SluiceError("unavailable", "the worker that had made them ready was lost.");
  const members: string[] = [];
  for (const folder of [folders.in, folders.secrets, folders.out])
    for (const name of await readdir(folder)) members.push(path.join(path.relative(base, folder), name));
  // It makes no archive of nothing, unless the nothing comes from a file.
  const what = members.length > 0 ? ["--", ...members] : ["-T", "/dev/null"];
  const { child, ended } = tar(["-cf", "-", "-C", base, ...what]);
  try {
    await execIn(cluster, { pod, container: containers.takeIn, command: ["sh", "-c", give], stdin: child.stdout });
    await ended;
  } finally {
    child.kill("SIGKILL");
  }
}

/** The outputs into the worker's folder, which is theirs whole or stays as it was; and what was measured. */
export async function collectOutputs(cluster: Cluster, pod: string, folders: Folders): Promise<Usage> {
  const base = path.dirname(folders.out);
  const aside = path.join(base, ".collected");
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  const { child, ended } = tar(["--no-same-owner", "--delay-directory-restore", "-xf", "-", "-C", aside]);
  try {
    await execIn(cluster, {
      ...{ pod, container: containers.beside, command: ["sh", "-c", collect] },
      stdout: child.stdin,
    });
    child.stdin.end();
    await ended;
    await rm(folders.out, { recursive: true, force: true });
    await rename(path.join(aside, path.basename(folders.out)), folders.out);
    const [kibibytes = 0, ticks = 0] = (await readFile(path.join(aside, usageFile), "utf8")).split(" ").map(Number);
    return { peakMemoryBytes: kibibytes * 1_024 || null, cpuSeconds: ticks / ticksPerSecond || null };
  } finally {
    child.kill("SIGKILL");
    await rm(aside, { recursive: true, force: true });
  }
}

/** Answers when nothing of the program runs any more. */
export function endProgram(cluster: Cluster, pod: string, graceSeconds: number): Promise<void> {
  const command = ["sh", "-c", end, "sh", String(Math.ceil(graceSeconds * 10))];
  return execIn(cluster, { pod, container: containers.beside, command });
}
