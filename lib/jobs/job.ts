/** Admitted work on its way to a worker. PostgreSQL decides whether the lease still holds when it arrives. */
export interface QueuedWork {
  id: string;
  lease: string;
  warehouse: string;
  /** The role to sign in with, so that the worker can take a session before it asks the database anything. */
  reader: string;
}

/** An admitted attempt of a pipeline's stage; what it holds in which warehouse stands in its rows of `work`. */
export interface QueuedAttempt {
  attempt: string;
  lease: string;
}

/** What the gate admits, as its functions answer it. */
export type Admitted = QueuedWork | QueuedAttempt;

export const isAttempt = (one: Admitted): one is QueuedAttempt => "attempt" in one;

export type WorkHandler = (work: QueuedWork) => Promise<void>;
export type AttemptHandler = (attempt: QueuedAttempt) => Promise<void>;

/** Waits for a free hand, is in one (that of a worker which died, perhaps), or is not there. */
export type Standing = "waits" | "held" | "gone";

/** Carries work; decides nothing. What it loses the reconciler (lib/gate/reconcile.ts) puts back. */
export interface JobQueue {
  /** Adding what is already there does nothing. */
  enqueue(admitted: Admitted[]): Promise<void>;
  /** Where the job of each stands, in their order. */
  standing(admitted: Admitted[]): Promise<Standing[]>;
  consume(handler: WorkHandler, concurrency: number): Promise<void>;
  /** Attempts take hours where statements take seconds, so they have a queue and hands of their own. */
  consumeAttempts(handler: AttemptHandler, concurrency: number): Promise<void>;
  /** Takes no further work; what runs goes on. */
  pause(): Promise<void>;
  close(): Promise<void>;
  /** @throws when the queue cannot be reached. */
  check(): Promise<void>;
}

export const jobName = "work";

/**
 * The id carries the lease: a second admission of the same work is another job. (BullMQ ids must not contain a
 * colon.) Nothing is kept after the end, since adding an id that was kept does nothing and says nothing.
 */
export function jobOptions(one: Admitted) {
  return { jobId: jobId(one), removeOnComplete: true, removeOnFail: true } as const;
}

const jobId = (one: Admitted) => `${isAttempt(one) ? one.attempt : one.id}-${one.lease}`;

const ended = new Set(["unknown", "completed", "failed"]);

export async function standingIn(
  queue: { getJobState(id: string): Promise<string> },
  one: Admitted,
): Promise<Standing> {
  const state = await queue.getJobState(jobId(one));
  if (state === "active") return "held";
  return ended.has(state) ? "gone" : "waits";
}
