import type { QueuedWork } from "@/lib/jobs/job";
import { sql } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";

interface Unwatched {
  id: string;
  warehouse: string;
  minutes: number;
  executions: number;
}

/** Twice the 20 s within which every page that is there has said so, or has come back after an outage. */
const hearMs = 40_000;

export function unwatchedWords({ warehouse, minutes }: Pick<Unwatched, "warehouse" | "minutes">): string {
  const time = minutes === 1 ? "a minute" : `${minutes} minutes`;
  return `Nobody watched this for ${time}, and ${warehouse} ends such work. Run it again.`;
}

/**
 * A round that ends interactive work that nobody watched for as long as its warehouse's admin allows. It judges only
 * after it has come round without a gap for a while: while the database, or everything, was away, no page could say
 * that it is there.
 */
export function endsUnwatched(patienceMs = hearMs): (now?: number) => Promise<QueuedWork[]> {
  let last = Number.NEGATIVE_INFINITY;
  let judgesFrom = 0;
  return async (now = Date.now()) => {
    const found = await sql<Unwatched>(
      "unwatched",
      `select k.id, w.name as warehouse, w.unwatched_minutes as minutes, (select count(*)::int from statements s
         join executions e on e.statement_id = s.id where s.work_id = k.id) as executions
       from warehouses w join work k on k.warehouse_id = w.id
       where w.unwatched_minutes is not null and k.state in ('waiting', 'admitted', 'running') and sluice_is_unwatched(k)`,
      [],
    );
    if (now - last > patienceMs) judgesFrom = now + patienceMs;
    last = now;
    if (now < judgesFrom) return [];
    const admitted: QueuedWork[] = [];
    for (const work of found) {
      const entries = Array.from({ length: work.executions }, newId);
      const [row] = await sql<{ admitted: QueuedWork[] }>(
        "end_unwatched",
        "select sluice_end_unwatched($1, $2, $3) as admitted",
        [work.id, unwatchedWords(work), entries],
      );
      logger.info({ work: work.id, warehouse: work.warehouse }, "nobody watched it: ended");
      admitted.push(...(row?.admitted ?? []));
    }
    return admitted;
  };
}
