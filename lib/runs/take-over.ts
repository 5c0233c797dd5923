import type { QueuedAttempt } from "@/lib/jobs/job";
import { sql } from "@/lib/platform/db/pool";

/** As for work: after so long without a sign a worker is lost. */
const lostAfterSeconds = 4;
/** Where a program is, its worker may come back to; after so long those elsewhere give it up. */
const awaySeconds = 20;

export interface TakenAttempt extends QueuedAttempt {
  place: string | null;
  runtime: string | null;
  handle: string | null;
  /** Backends of its relays, by the role that they signed in with. */
  backends: { role: string; pid: number | null; start: string }[];
}

/**
 * Attempts that change hands: those of lost workers, and those that are this worker's by the database and under none of
 * the leases it holds.
 */
export async function takeOverAttempts(
  worker: { id: string; place: string },
  leases: Set<string>,
): Promise<TakenAttempt[]> {
  const own = await sql<{ lease: string }>(
    "own_attempts",
    "select lease_token as lease from attempts where worker_id = $1 and state in ('running', 'cancelling')",
    [worker.id],
  );
  // Looked up after it was read: a lease is held here before the database knows, and until it knows the end.
  const adrift = own.map(({ lease }) => lease).filter((lease) => !leases.has(lease));
  const [row] = await sql<{ taken: TakenAttempt[] }>(
    "take_over_attempts",
    "select sluice_take_over_attempts($1, $2, $3, $4, $5) as taken",
    [worker.id, worker.place, lostAfterSeconds, awaySeconds, adrift],
  );
  return row?.taken ?? [];
}
