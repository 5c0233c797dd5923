import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { isAlive, place } from "@/lib/platform/processes";
import { type Exit, maxLogBytes, type Runtime, type StageSpec, type StageState, scratchFolder } from "../runtime";
import { Changes } from "./changes";
import { commandHere, identityHere } from "./command";
import { claim, endedBy, has, noteAsked, read, wasLate, write } from "./files";
import { followLog } from "./follow";
import { Keeper } from "./keeper";
import { membersOf, signal as tell } from "./processes";

const lostKeeper = "The process that watched over this program was ended from outside, so nobody knows how it went.";
/** Claims what shall never start. */
const nobody = { pid: 0, start: "" };
const neverStarted: Exit = { ...endedBy(""), platform: null, signal: "SIGTERM" };
const abandonedMs = 7 * 24 * 3_600_000;
const killedMs = 5_000;

export interface ProcessSettings {
  /** SLUICE_HOME, absolute. */
  home: string;
  /** Of the worker: where commands are looked for. */
  path: string;
  /** What is kept of one log; by default `maxLogBytes`. */
  logBytes?: number;
  /** How long what watches over programs stays when none is started. */
  keeperMs?: number;
}

/** Folders of another machine, or of this one before it was started again, are nothing to us: the handles there are `gone`. */
async function openBase(home: string): Promise<string> {
  const all = path.join(home, "stages");
  const here = createHash("sha256")
    .update(place() ?? hostname())
    .digest("hex")
    .slice(0, 12);
  const base = path.join(all, here);
  await mkdir(base, { recursive: true, mode: 0o700 });
  for (const name of await readdir(all)) {
    const folder = path.join(all, name);
    const changed = await stat(folder).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (name !== here && !name.includes(".") && Date.now() - changed > abandonedMs)
      await rm(folder, { recursive: true, force: true });
  }
  return base;
}

function folderIn(base: string, handle: string): string {
  if (!/^[0-9a-z]{26}$/.test(handle)) throw new SluiceError("not_found", `There is no stage process ${handle}.`);
  return path.join(base, handle);
}

/** Where all that is known of a program stands (files.ts). */
export const folderOf = async (home: string, handle: string): Promise<string> => folderIn(await openBase(home), handle);

/** Child processes of this machine: for our own operators, and for a quickstart without an engine. They are not isolated. */
export function processRuntime(settings: ProcessSettings): Runtime {
  const keeper = new Keeper(path.join(settings.home, "stages", "keeper.log"), settings.keeperMs);
  let opened: Promise<string> | undefined;

  async function folderOf(handle: string): Promise<string> {
    opened ??= openBase(settings.home);
    return folderIn(await opened, handle);
  }

  /** Nobody watches over it any more: what is left of it is ended, and its end written down by us. */
  async function endLost(folder: string): Promise<void> {
    await killAll(folder);
    const never = read(folder, "claim")?.pid === nobody.pid;
    if (!has(folder, "exit")) write(folder, "exit", never ? neverStarted : endedBy(lostKeeper));
  }

  async function killAll(folder: string): Promise<void> {
    const running = read(folder, "running");
    const session = running && isAlive(running) ? running.pid : null;
    for (const until = performance.now() + killedMs; performance.now() < until; await delay(20)) {
      const left = await membersOf(session, path.basename(folder));
      if (left.length === 0) return;
      for (const pid of left) tell(pid, "SIGKILL");
    }
    throw new SluiceError("unavailable", `Processes of the stage ${path.basename(folder)} cannot be ended.`);
  }

  const isLost = (folder: string) => {
    const by = read(folder, "claim");
    return by !== null && !isAlive(by) && !has(folder, "exit");
  };

  async function wait(handle: string, signal?: AbortSignal, late?: () => void): Promise<Exit> {
    const folder = await folderOf(handle);
    if (!existsSync(folder)) return endedBy("The program's folder is gone from this machine.");
    const changes = new Changes(folder);
    try {
      for (;;) {
        const exit = read(folder, "exit");
        if (exit) return exit;
        if (!existsSync(folder)) return endedBy("The program's folder was removed while it ran.");
        if (wasLate(folder)) late?.();
        if (isLost(folder)) await endLost(folder);
        else await changes.next("rename", signal);
      }
    } finally {
      changes.close();
    }
  }

  async function stop(handle: string, graceSeconds: number): Promise<void> {
    const folder = await folderOf(handle);
    if (!existsSync(folder) || has(folder, "exit")) return;
    // Taken before anybody has started it, it never is.
    if (claim(folder, nobody)) return write(folder, "exit", neverStarted);
    noteAsked(folder);
    const until = performance.now() + graceSeconds * 1_000;
    let asked = false;
    const changes = new Changes(folder);
    try {
      while (!has(folder, "exit")) {
        const running = read(folder, "running");
        if (running && isAlive(running) && !asked) {
          asked = true;
          for (const pid of await membersOf(running.pid, handle)) tell(pid, "SIGTERM");
        }
        if (isLost(folder)) await endLost(folder);
        else if (performance.now() >= until && running) await killAll(folder);
        if (!has(folder, "exit")) await changes.next("rename");
      }
    } finally {
      changes.close();
    }
  }

  async function reattach(handle: string): Promise<StageState> {
    const folder = await folderOf(handle);
    if (!has(folder, "plan")) return "gone";
    if (has(folder, "exit")) return "exited";
    return has(folder, "claim") ? "running" : "created";
  }

  return {
    name: "process",
    isolated: false,
    anywhere: false,
    relays: "sockets",
    seenAs: (folders) => folders,

    identity: ({ command }) => identityHere(command, settings),

    async create(spec: StageSpec) {
      const command = commandHere(spec.command, { ...settings, program: spec.program });
      const handle = newId();
      const folder = await folderOf(handle);
      await mkdir(folder, { mode: 0o700 });
      const cwd = path.dirname(spec.folders.in);
      await mkdir(path.join(cwd, scratchFolder), { recursive: true, mode: 0o700 });
      write(folder, "plan", {
        labels: spec.labels,
        command,
        folder: cwd,
        env: {
          PATH: `${path.dirname(process.execPath)}:${settings.path}`,
          HOME: cwd,
          LANG: "C.UTF-8",
          TZ: "UTC",
          ...(spec.packages ? { PYTHONPATH: spec.packages } : {}),
          ...spec.env,
          SLUICE_IN: spec.folders.in,
          SLUICE_OUT: spec.folders.out,
          SLUICE_SCRATCH: path.join(cwd, scratchFolder),
        },
        limits: { ...spec.limits, logBytes: settings.logBytes ?? maxLogBytes },
      });
      return handle;
    },

    async start(handle) {
      const folder = await folderOf(handle);
      if (!has(folder, "plan")) throw new SluiceError("unavailable", "The stage's folder is gone from this machine.");
      await keeper.start(folder);
    },

    follow: async (handle, from, sink, signal) => followLog(await folderOf(handle), from, sink, signal),
    wait,
    stop,
    reattach,

    async remove(handle) {
      const folder = await folderOf(handle);
      await stop(handle, 0);
      await rm(folder, { recursive: true, force: true });
    },

    async list() {
      opened ??= openBase(settings.home);
      const base = await opened;
      const found = (await readdir(base)).map((handle) => ({ handle, plan: read(path.join(base, handle), "plan") }));
      return found.flatMap(({ handle, plan }) => (plan ? [{ handle, labels: plan.labels }] : []));
    },

    async check() {
      return existsSync(path.join(process.cwd(), "dist", "stage-keeper.mjs"))
        ? null
        : "dist/stage-keeper.mjs is missing. Run `npm run build`.";
    },
  };
}
