/** Admitted work on its way to a worker. PostgreSQL decides whether the lease still holds when it arrives. */
export interface QueuedWork {
  id: string;
  lease: string;
  warehouse: string;
  /** The role to sign in with, so that the worker can take a session before it asks the database anything. */
  reader: string;
}

export type WorkHandler = (work: QueuedWork) => Promise<void>;

/** Carries work; decides nothing. What it loses the reconciler (lib/gate/reconcile.ts) puts back. */
export interface JobQueue {
  /** Adding what is already there does nothing. */
  enqueue(work: QueuedWork[]): Promise<void>;
  consume(handler: WorkHandler, concurrency: number): Promise<void>;
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
export function jobOptions(work: QueuedWork) {
  return { jobId: `${work.id}-${work.lease}`, removeOnComplete: true, removeOnFail: true } as const;
}
