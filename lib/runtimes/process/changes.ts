import { watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Where the system says nothing of changes, as on some network file systems, they are found by looking. */
const lookMs = 500;

/** A file's name (`rename`), or also what is in one. */
type Kind = "rename" | "all";

/** Tells when something in a folder may have changed. */
export class Changes {
  private readonly wakers = { rename: new Set<() => void>(), all: new Set<() => void>() };
  private readonly missed = { rename: false, all: false };
  private readonly watcher;

  constructor(folder: string) {
    this.watcher = watch(folder, { persistent: false }, (event) => {
      if (event === "rename") this.tell("rename");
      this.tell("all");
    });
    // The folder was removed: whoever looks next sees it.
    this.watcher.on("error", () => undefined);
  }

  /** Resolves at the next change, or at one since the last call, or after half a second. @throws the signal's reason */
  async next(kind: Kind, signal?: AbortSignal, atMostMs = lookMs): Promise<void> {
    signal?.throwIfAborted();
    if (!this.missed[kind]) {
      const over = new AbortController();
      const wake = () => over.abort();
      this.wakers[kind].add(wake);
      signal?.addEventListener("abort", wake);
      await delay(atMostMs, undefined, { signal: over.signal }).catch(() => undefined);
      this.wakers[kind].delete(wake);
      signal?.removeEventListener("abort", wake);
    }
    this.missed[kind] = false;
    signal?.throwIfAborted();
  }

  private tell(kind: Kind): void {
    this.missed[kind] = true;
    for (const wake of this.wakers[kind]) wake();
  }

  close(): void {
    this.watcher.close();
  }
}
