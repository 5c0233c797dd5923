import type { Context } from "@/lib/access/context";
import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { durable, sql } from "@/lib/platform/db/pool";

/** Few enough that the warehouse's lock, held until they are written, delays nobody by a felt time. */
const atOnce = 50;

/** Of an execution in one warehouse; who stops it (null: nobody, Sluice itself) stands in the audit log. */
interface Stop {
  warehouse: string;
  executions: string[];
  reason: string;
  by: (Pick<Context, "tokenId" | "address"> & { user: { id: string } }) | null;
  /** By Date.now(): what is not begun by then is left. */
  until: number;
}

/**
 * Stops them for good, in the order given, a few at a time under the warehouse's lock. What runs ends as any stop does,
 * confirmed by the warehouse. @returns how many had not ended, and how many of those named were left for want of time
 */
export async function stopExecutions(stop: Stop): Promise<{ stopped: number; left: number }> {
  const { warehouse, executions, reason, by, until } = stop;
  let stopped = 0;
  let from = 0;
  // The first few always: who asks again and again comes to an end.
  for (; from < executions.length && (from === 0 || Date.now() < until); from += atOnce) {
    const [row] = await sql<{ answer: { stopped: number; admitted: Admitted[] } }>(
      "stop",
      "select sluice_stop($1, $2, $3, $4, $5, $6) as answer",
      [warehouse, executions.slice(from, from + atOnce), reason, by?.user.id, by?.tokenId, by?.address],
    );
    stopped += row?.answer.stopped ?? 0;
    offer(row?.answer.admitted ?? []);
  }
  if (from > 0) await durable();
  return { stopped, left: Math.max(0, executions.length - from) };
}
