import { watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Where the system says nothing of changes, as on some network file systems, they are found by looking. */
const lookMs = 500;

/** Tells when something in a folder may have changed: a file's name (`rename`), or also what is in one. */
export class Changes {
  private readonly wakers = new Set<() => void>();
  private readonly watcher;
  private missed = false;

  constructor(folder: string, kind: "rename" | "all") {
    this.watcher = watch(folder, { persistent: false }, (event) => {
      if (kind === "rename" && event !== "rename") return;
      this.missed = true;
      for (const wake of this.wakers) wake();
    });
    // The folder was removed: whoever looks next sees it.
    this.watcher.on("error", () => undefined);
  }

  /** Resolves at the next change, or at one since the last call, or after half a second. @throws the signal's reason */
  async next(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.missed) {
      this.missed = false;
      return;
    }
    const over = new AbortController();
    const wake = () => over.abort();
    this.wakers.add(wake);
    signal?.addEventListener("abort", wake);
    await delay(lookMs, undefined, { signal: over.signal }).catch(() => undefined);
    this.wakers.delete(wake);
    signal?.removeEventListener("abort", wake);
    this.missed = false;
    signal?.throwIfAborted();
  }

  close(): void {
    this.watcher.close();
  }
}
