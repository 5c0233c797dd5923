import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { isAlive, type ProcessId, startOf } from "@/lib/platform/processes";
import { installing, pipFailure, RequirementsError } from "./pip";
import type { Runtime, StageSpec } from "./runtime";

/**
 * Python packages that stages ask for. Each set is installed once on a machine, by a program of the stage's own runtime and
 * image, and handed to stages as a folder that they can read.
 *
 * ```
 * requirements/<key>/claim.json     who installs it now; only one can make this file
 *                   /<id>/out       packages, as `pip install --target` leaves them
 *                   /ready.json     which of these is whole, and its bytes; its time is that of the last use
 * ```
 */
const ready = z.object({ folder: z.string(), bytes: z.number() });
const processId = z.object({ pid: z.number().int(), start: z.string() }) satisfies z.ZodType<ProcessId>;

const limits: StageSpec["limits"] = { cpu: 1, memoryBytes: 2 * 1024 ** 3, pids: 256, seconds: 900 };
const lookMs = 250;
/** A claim that says nothing for so long will not. */
const unreadableMs = 10_000;
/** Not used for so long, it is dropped; used within the last day it is not, since a stage may still read it. */
const keptMs = 30 * 24 * 3_600_000;
const surelyUsedMs = 24 * 3_600_000;

const placeOfAll = () => path.join(path.resolve(env().SLUICE_HOME), "requirements");

async function readJson<Value>(file: string, shape: z.ZodType<Value>): Promise<Value | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  // A claim is made before it is filled, and a full disk leaves part of it.
  try {
    return text === "" ? null : shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What is installed, whoever did it. */
async function found(place: string, use: boolean): Promise<{ out: string; bytes: number; usedAt: number } | null> {
  const file = path.join(place, "ready.json");
  const one = await readJson(file, ready);
  if (!one) return null;
  const now = new Date();
  if (use) await utimes(file, now, now);
  return { out: path.join(place, one.folder, "out"), bytes: one.bytes, usedAt: (await stat(file)).mtimeMs };
}

async function isOlder(file: string, ms: number): Promise<boolean> {
  const there = await stat(file).catch(() => null);
  return there !== null && Date.now() - there.mtimeMs > ms;
}

/** One that has died leaves it behind: whoever finds that takes it away, and the next look is a race anew. */
async function claim(place: string): Promise<boolean> {
  const file = path.join(place, "claim.json");
  try {
    const start = startOf(process.pid) ?? "";
    await writeFile(file, JSON.stringify({ pid: process.pid, start } satisfies ProcessId), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const by = await readJson(file, processId);
  // One that has died, or could not write who it is: the disk was full.
  if (by ? !isAlive(by) : await isOlder(file, unreadableMs)) await rm(file, { force: true });
  return false;
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const one of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (one.isFile()) bytes += (await stat(path.join(one.parentPath, one.name))).size;
  return bytes;
}

/** What the packages are for: they differ by the Python that runs them. */
export type Base = Pick<StageSpec, "image" | "command" | "labels">;

/** What kept a set from being installed, and what pip said meanwhile. */
class NotInstalled extends Error {
  constructor(
    readonly why: Error,
    readonly said: string[],
  ) {
    super(why.message);
  }
}

/** Two that install the same set at the same time, after one has died, do so in folders of their own. */
async function install(runtime: Runtime, base: Base, requirements: string[], place: string): Promise<void> {
  const id = newId();
  const of = (name: string) => path.join(place, id, name);
  const folders = { in: of("in"), out: of("out"), secrets: of("secrets"), sockets: of("sockets") };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  await writeFile(path.join(folders.in, "requirements.txt"), `${requirements.join("\n")}\n`);
  const { PIP_INDEX_URL, COMPANY_CA } = env();
  const variables = {
    ...(PIP_INDEX_URL ? { PIP_INDEX_URL } : {}),
    ...(COMPANY_CA && runtime.name === "process" ? { PIP_CERT: path.resolve(COMPANY_CA) } : {}),
  };
  const said: string[] = [];
  try {
    const handle = await runtime.create({
      ...{ labels: { ...base.labels, stage: "requirements", attempt: id }, image: base.image, command: installing },
      ...{ program: null, packages: null, env: variables, folders, network: "egress" as const, limits },
    });
    try {
      await runtime.start(handle);
      const keep = async (lines: { text: string }[]) => {
        said.push(...lines.map(({ text }) => text));
        said.splice(0, said.length - 1_000);
      };
      const [exit] = await Promise.all([runtime.wait(handle), runtime.follow(handle, null, keep)]);
      if (exit.code !== 0 || exit.platform) throw new NotInstalled(pipFailure(exit, said), said);
    } finally {
      await runtime.remove(handle);
    }
    const aside = path.join(place, `${id}.json`);
    await writeFile(aside, JSON.stringify({ folder: id, bytes: await bytesIn(folders.out) }));
    await rename(aside, path.join(place, "ready.json"));
    for (const folder of ["in", "secrets", "sockets", "scratch"])
      await rm(of(folder), { recursive: true, force: true });
  } catch (error) {
    await rm(path.join(place, id), { recursive: true, force: true });
    throw error;
  }
}

async function made(runtime: Runtime, base: Base, requirements: string[], place: string): Promise<string> {
  await mkdir(place, { recursive: true, mode: 0o700 });
  for (; ; await delay(lookMs)) {
    const there = await found(place, true);
    if (there) return there.out;
    if (!(await claim(place))) continue;
    try {
      // The one before may have been done between our look and our claim.
      if (!(await found(place, false))) await install(runtime, base, requirements, place);
    } finally {
      await rm(path.join(place, "claim.json"), { force: true });
    }
  }
}

/** Of this process, by their folders: several stages that want the same wait for one. */
const making = new Map<string, Promise<string>>();

/** Pip says what went wrong at its end. */
const mostSaid = 100;

/**
 * The folder in which a stage finds these packages, installed now where they are not there. Whoever stops waiting ends
 * nothing: another stage may wait too. `tell` takes lines for the stage's log.
 * @throws RequirementsError; SluiceError unavailable: the index cannot be reached; the signal's reason
 */
export async function packagesFor(
  runtime: Runtime,
  base: Base,
  requirements: string[],
  signal: AbortSignal,
  tell: (lines: string[]) => Promise<void> = async () => undefined,
): Promise<string> {
  if (runtime.name === "kubernetes")
    throw new RequirementsError(
      "This stage runs in a cluster, where packages cannot be added to an image.",
      "Build an image from the operator's with them, and name it in an operator of your own.",
    );
  const key = createHash("sha256").update(JSON.stringify([runtime.name, await runtime.identity(base), requirements]));
  const place = path.join(placeOfAll(), key.digest("hex").slice(0, 32));
  const names = requirements.join(", ");
  const there = await found(place, true);
  if (there) {
    await tell([`The requirements are installed already: ${names}`]);
    return there.out;
  }
  const waited = making.get(place) ?? made(runtime, base, requirements, place).finally(() => void making.delete(place));
  making.set(place, waited);
  waited.catch(() => undefined);
  const begun = performance.now();
  await tell([`Installing the requirements: ${names}`]);
  signal.throwIfAborted();
  const left = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const seconds = () => `${((performance.now() - begun) / 1_000).toFixed(1)} s`;
  try {
    const out = await Promise.race([waited, left]);
    await tell([`The requirements are installed, after ${seconds()}.`]);
    return out;
  } catch (error) {
    if (!(error instanceof NotInstalled)) throw error;
    const said = error.said.filter((line) => line.trim() !== "").slice(-mostSaid);
    await tell([`The requirements could not be installed, after ${seconds()}.`, ...said.map((line) => `pip: ${line}`)]);
    throw error.why;
  }
}

export interface KeptSet {
  place: string;
  bytes: number;
  usedAt: number;
}

/** Those that nothing has used for long, and of the others the longest unused while all take more than they may. */
export function toDrop(sets: KeptSet[], now: number, maxBytes: number): KeptSet[] {
  let bytes = sets.reduce((sum, one) => sum + one.bytes, 0);
  const oldest = sets.toSorted((a, b) => a.usedAt - b.usedAt);
  return oldest.filter((one) => {
    const unused = now - one.usedAt;
    if (unused < keptMs && (bytes <= maxBytes || unused < surelyUsedMs)) return false;
    bytes -= one.bytes;
    return true;
  });
}

/** Each machine for itself. A stage that takes up a set in this moment finds it gone, and is tried again for free. */
export async function sweepPackages(now = Date.now()): Promise<number> {
  const names = await readdir(placeOfAll()).catch(() => []);
  const sets: KeptSet[] = [];
  for (const name of names) {
    const place = path.join(placeOfAll(), name);
    const one = await found(place, false);
    if (one) sets.push({ place, ...one });
    await dropTorn(place, one?.out ?? "", now);
  }
  const dropped = toDrop(sets, now, env().REQUIREMENTS_MAX_BYTES);
  for (const { place } of dropped) {
    await rm(path.join(place, "ready.json"), { force: true });
    await rm(place, { recursive: true, force: true });
  }
  return dropped.length;
}

/** What a worker that died has left of an installation; its own program is long at its end. */
async function dropTorn(place: string, whole: string, now: number): Promise<void> {
  for (const one of await readdir(place, { withFileTypes: true })) {
    const folder = path.join(place, one.name);
    if (!one.isDirectory() || whole.startsWith(`${folder}/`)) continue;
    if (now - (await stat(folder)).mtimeMs > surelyUsedMs) await rm(folder, { recursive: true, force: true });
  }
}
