import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { newId } from "@/lib/platform/ids";
import { isAlive, startOf } from "@/lib/platform/processes";
import { places } from "@/lib/platform/store/open";
import type { Backend } from "@/lib/warehouses/adapter";
import type { SandboxSettings } from "./requests";
import { shutInProcess } from "./shut-in";

const limits = { threads: 2, memory: "1GB", spillLimit: "10GB" };

export interface SandboxChild {
  process: ChildProcess;
  /** The rows of its statement, as CSV. */
  rows: Readable;
  backend: Backend;
  /** A folder of its own; what stands there goes with it. */
  folder: string;
  gone: Promise<void>;
}

/** A process for the statements of one session, shut in before it reads any SQL (docs/decisions). */
export async function startChild(schemas: string[] | null): Promise<SandboxChild> {
  const folder = path.join(places().scratch, `sandbox-${newId()}`);
  const settings: SandboxSettings = { ...limits, spill: path.join(folder, "spill"), schemas };
  await mkdir(path.join(folder, "links"), { recursive: true, mode: 0o700 });
  const child = shutInProcess("duckdb-sandbox.mjs", folder, settings);
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  void gone.then(() => rm(folder, { recursive: true, force: true }).catch(() => undefined));
  const rows = child.stdio[4] as Readable;
  rows.on("error", () => {
    // Said by the child's end.
  });
  try {
    const [hello] = await Promise.race([once(child, "message"), gone.then(() => [null])]);
    if (hello?.kind !== "ready" || child.pid === undefined) throw new Error("the process for this SQL did not start");
    return { process: child, rows, backend: { pid: child.pid, start: startOf(child.pid) ?? newId() }, folder, gone };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/**
 * A child of another process of this machine. It ends with its parent by itself, so one that cannot be found here, or on
 * another machine, is gone or about to be.
 */
export const isOurs = ({ pid, start }: Backend): boolean => pid !== null && isAlive({ pid, start });
