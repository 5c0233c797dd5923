import type { Caps, Reserved } from "@/lib/gate/lease";
import type { JobBytes } from "@/lib/gate/relay";
import type { QueuedAttempt } from "@/lib/jobs/job";
import { sql } from "@/lib/platform/db/pool";

/**
 * What an attempt's jobs may read in a warehouse that is paid by bytes, as its limits stood when it began; those of a day as they
 * stand when a job begins, together with the same person's statements.
 */
export function bytesIn(warehouse: string, own: QueuedAttempt, caps: Caps | undefined): JobBytes {
  return {
    perJob: caps?.bytesPerQuery ?? null,
    byDay: caps?.bytesPerDay !== undefined,
    async enter(job, most) {
      const values = [own.attempt, own.lease, warehouse, job, most];
      const [row] = await sql<{ answer: Reserved | null }>(
        "enter_job",
        "select sluice_enter_job($1, $2, $3, $4, $5) as answer",
        values,
      );
      if (!row?.answer) throw new Error("the lease is lost");
      return row.answer;
    },
    async leave(job, bytes) {
      await sql("leave_job", "update stage_jobs set read_bytes = $2 where job = $1", [job, bytes]);
    },
  };
}
