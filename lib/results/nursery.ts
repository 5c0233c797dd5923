import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { newId } from "@/lib/platform/ids";
import { places } from "@/lib/platform/store/open";

// The bundler of the pages follows a plain `fork` to the file it names; that file is another program, made by the build.
const { fork } = process.getBuiltinModule("node:child_process");

const refillMs = 1_000;

/** What a DuckDB child is for; it reads this once, at its start. */
export interface ChildKind {
  /** In dist/. */
  file: string;
  threads: number;
  /** DuckDB's own limit, above which it uses the disk: "300MB". */
  memory: string;
}

export function childPath(name: string): string {
  return path.join(process.cwd(), "dist", name);
}

/**
 * Starts children of one kind and keeps one ahead: loading DuckDB takes a tenth of a second, which nobody should wait
 * for. The one that is ahead costs some 25 MiB; one that has worked costs more and is not kept for long.
 */
export class Nursery {
  private spare: ChildProcess | null = null;
  private keeping = false;
  private refill: NodeJS.Timeout | undefined;

  constructor(private readonly kind: ChildKind) {}

  /** From now on one is kept ahead. */
  warm(): void {
    this.keeping = true;
    if (this.spare) return;
    const child = this.start();
    this.spare = child;
    const gone = () => {
      if (this.spare === child) this.spare = null;
    };
    child.once("exit", gone).once("error", gone);
    // It must not keep a process alive that is otherwise done.
    child.unref();
    child.channel?.unref();
  }

  take(): ChildProcess {
    const { spare } = this;
    this.spare = null;
    if (this.keeping) {
      clearTimeout(this.refill);
      // Not at once: whoever takes this one has work for the processor.
      this.refill = setTimeout(() => this.warm(), refillMs).unref();
    }
    if (!spare) return this.start();
    spare.ref();
    spare.channel?.ref();
    return spare;
  }

  /** Pid of the one that is ahead. */
  pid(): number | null {
    return this.spare?.pid ?? null;
  }

  close(): void {
    this.keeping = false;
    clearTimeout(this.refill);
    this.spare?.kill("SIGKILL");
    this.spare = null;
  }

  private start(): ChildProcess {
    const { folders, scratch } = places();
    const { file, threads, memory } = this.kind;
    // Not by pid: containers that share a home may have the same ones.
    const spill = path.join(scratch, `spill-${newId()}`);
    // A short environment of its own: a child that reads files needs none of our secrets.
    const child = fork(childPath(file), [JSON.stringify({ folders, spill, threads, memory })], {
      env: { NODE_ENV: "production", TZ: "UTC", TMPDIR: scratch },
      execArgv: ["--max-old-space-size=256", "--max-semi-space-size=2"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    // What DuckDB had no room for in memory; a child that is killed leaves it behind.
    child.once("exit", () => void rm(spill, { recursive: true, force: true }).catch(() => undefined));
    // Said to whoever waits for it; here only so that it is never unhandled.
    child.on("error", () => {});
    return child;
  }
}
