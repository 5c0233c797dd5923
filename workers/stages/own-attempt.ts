import type { QueuedAttempt } from "@/lib/jobs/job";
import { holderOf, lookAtAttempt } from "@/lib/runs/lease";
import type { StageError } from "@/lib/runs/schema";

/** Why an attempt is stopped from outside. */
export type StageCause =
  | "cancelled"
  /** The lease is lost and nobody goes on with the program: end it, write nothing. */
  | "lost"
  /** The lease is lost to a worker that goes on with the program, or ends it: leave it alone, write nothing. */
  | "taken"
  /** It held its slots for longer than a limit allows. */
  | "limit"
  /** This worker shuts down; the program goes on where it can be taken up again. */
  | "leaving";

const lookEveryMs = 1_000;
/** A timer holds 24 days. */
const longestMs = 2 ** 31 - 1;

/** One attempt in this process, and the way to stop it. The first cause stands. */
export class OwnAttempt {
  cause: StageCause | null = null;
  /** With the cause `limit`: which, in words. */
  overLimit: StageError | null = null;
  private readonly stopping = new AbortController();
  private looking: NodeJS.Timeout | undefined;
  private running: NodeJS.Timeout | undefined;

  constructor(
    readonly queued: QueuedAttempt,
    private readonly place: string,
  ) {}

  /** Of a runtime whose programs every worker finds. */
  anywhere = false;

  /** A store that is exchanged, or a disk that somebody makes room on, takes minutes; what a program has written waits for it. */
  patienceMs = 15 * 60_000;

  /** Aborted when a stop is asked for. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  stop(cause: StageCause): void {
    if (this.cause) return;
    this.cause = cause;
    this.stopping.abort();
  }

  /** Stops it after so long, unless its program has ended by then. */
  stopAfter(ms: number, error: StageError): void {
    this.running = setTimeout(
      () => {
        if (ms > longestMs) return this.stopAfter(ms - longestMs, error);
        if (!this.cause) this.overLimit = error;
        this.stop("limit");
      },
      Math.min(Math.max(ms, 0), longestMs),
    );
  }

  /** Its program is over, and with it what it did in a warehouse: what it has made is not lost to a limit of time. */
  exited(): void {
    clearTimeout(this.running);
  }

  /**
   * Somebody else holds the lease. Whoever wakes late must not end under its successor's hands what that one follows:
   * only what a worker elsewhere has given up, or nobody has any more, is this one's to put away.
   */
  async lose(): Promise<void> {
    const holder = await holderOf(this.queued.attempt);
    this.stop(holder && (this.anywhere || holder.place === this.place) ? "taken" : "lost");
  }

  /** Whether what stands of the program is for this worker to put away. */
  get isOver(): boolean {
    return this.cause !== "leaving" && this.cause !== "taken";
  }

  /** Looks each second whether it is still its own and still wanted: a wake-up may be missed. */
  watch(): void {
    let busy = false;
    this.looking = setInterval(async () => {
      if (busy) return;
      busy = true;
      // A database that is away says nothing about the lease; whoever takes over ends the program's ways to a warehouse.
      const state = await lookAtAttempt(this.queued).catch(() => "running" as const);
      if (state === "cancelling") this.stop("cancelled");
      if (state === null) await this.lose().catch(() => undefined);
      busy = false;
    }, lookEveryMs);
  }

  unwatch(): void {
    clearInterval(this.looking);
    clearTimeout(this.running);
  }
}
