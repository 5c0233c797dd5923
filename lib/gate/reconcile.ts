import type { Admitted } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { endsUnwatched } from "./end-unwatched";
import { offerAgain } from "./offer-again";

const endUnwatched = endsUnwatched();

/**
 * Puts right what was lost on the way: admitted work that no worker took goes on the queue again, and gates with
 * waiting work are asked again, for ageing changes the order, a slot elsewhere may have freed what a limit held, a pause
 * may have come to its end, and a process may have died between two steps. And it ends what nobody watches any more.
 */
export async function reconcile(): Promise<void> {
  await sql("end_pauses", "select sluice_end_pauses()", []);
  const gates = await sql<{ id: string }>(
    "gates_waiting",
    "select distinct warehouse_id as id from work where state = 'waiting'",
    [],
  );
  const work: Admitted[] = await endUnwatched();
  // One transaction each: nobody holds the locks of two warehouses.
  for (const { id } of gates) {
    // One that cannot be asked now keeps no other from being asked.
    const [gate] = await sql<{ admitted: Admitted[] }>("regate", "select sluice_regate($1) as admitted", [id]).catch(
      (error: Error) => {
        logger.warn({ warehouse: id, error: error.message }, "a gate could not be asked again");
        return [];
      },
    );
    work.push(...(gate?.admitted ?? []));
  }
  if (work.length > 0) await openQueue().enqueue(work);
  await offerAgain("work");
}
