import type { QueuedWork } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";

const untakenSeconds = 2;
const renewSeconds = 15;

/**
 * Puts right what was lost on the way: admitted work that no worker took goes on the queue again, and gates with
 * waiting work are asked again, for ageing changes the order and a process may have died between two steps.
 */
export async function reconcile(): Promise<void> {
  const gates = await sql<{ admitted: QueuedWork[] }>(
    "regate_waiting",
    "select sluice_regate(g.id) as admitted from (select distinct warehouse_id as id from work where state = 'waiting' order by id) g",
    [],
  );
  const [late] = await sql<{ work: QueuedWork[] }>("untaken", "select sluice_untaken($1, $2) as work", [
    untakenSeconds,
    renewSeconds,
  ]);
  const work = [...gates.flatMap((gate) => gate.admitted), ...(late?.work ?? [])];
  if (work.length > 0) await openQueue().enqueue(work);
}
