import type { QueuedWork } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";

const untakenSeconds = 2;
const renewSeconds = 15;

/**
 * Puts right what was lost on the way: admitted work that no worker took goes on the queue again, and gates with
 * waiting work are asked again, for ageing changes the order, a slot elsewhere may have freed what a limit held, a pause
 * may have come to its end, and a process may have died between two steps.
 */
export async function reconcile(): Promise<void> {
  await sql("end_pauses", "select sluice_end_pauses()", []);
  const gates = await sql<{ id: string }>(
    "gates_waiting",
    "select distinct warehouse_id as id from work where state = 'waiting'",
    [],
  );
  const work: QueuedWork[] = [];
  // One transaction each: nobody holds the locks of two warehouses.
  for (const { id } of gates) {
    const [gate] = await sql<{ admitted: QueuedWork[] }>("regate", "select sluice_regate($1) as admitted", [id]);
    work.push(...(gate?.admitted ?? []));
  }
  const [late] = await sql<{ work: QueuedWork[] }>("untaken", "select sluice_untaken($1, $2) as work", [
    untakenSeconds,
    renewSeconds,
  ]);
  work.push(...(late?.work ?? []));
  if (work.length > 0) await openQueue().enqueue(work);
}
