import type { QueuedAttempt } from "@/lib/jobs/job";
import { lookAtAttempt } from "@/lib/runs/lease";

/** Why an attempt is stopped from outside. */
export type StageCause =
  | "cancelled"
  /** Somebody else holds the lease: end the program, write nothing. */
  | "lost"
  /** This worker shuts down; the program goes on where it can be taken up again. */
  | "leaving";

const lookEveryMs = 1_000;

/** One attempt in this process, and the way to stop it. The first cause stands. */
export class OwnAttempt {
  cause: StageCause | null = null;
  private readonly stopping = new AbortController();
  private looking: NodeJS.Timeout | undefined;

  constructor(readonly queued: QueuedAttempt) {}

  /** Aborted when a stop is asked for. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  stop(cause: StageCause): void {
    if (this.cause) return;
    this.cause = cause;
    this.stopping.abort();
  }

  /** Looks each second whether it is still its own and still wanted: a wake-up may be missed. */
  watch(): void {
    let busy = false;
    this.looking = setInterval(async () => {
      if (busy) return;
      busy = true;
      // A database that is away says nothing about the lease; whoever takes over ends the program's ways to a warehouse.
      const state = await lookAtAttempt(this.queued).catch(() => "running" as const);
      if (state !== "running") this.stop(state === null ? "lost" : "cancelled");
      busy = false;
    }, lookEveryMs);
  }

  unwatch(): void {
    clearInterval(this.looking);
  }
}
