import { offerAgain } from "@/lib/gate/offer-again";
import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";

/** After a change that may let a run go on: moves it, and puts what the gate then admits on the queue. */
export async function moveOn(runId: string): Promise<void> {
  await sql("move_on", "call sluice_move_on($1)", [runId]);
  await openDoors();
}

async function openDoors(): Promise<void> {
  const [row] = await sql<{ admitted: Admitted[] | null }>("open", "call sluice_open('{}', null)", []);
  offer(row?.admitted ?? []);
}

/**
 * Puts right what was lost on the way: runs whose next try is due or that nobody has moved on, attempts that wait at a
 * door or that no worker has taken. Asks one question where there is nothing of the kind.
 */
export async function reconcileRuns(): Promise<void> {
  const [open] = await sql<{ runs: boolean; waiting: boolean; admitted: boolean }>(
    "runs_open",
    `select exists (select from runs where state in ('queued', 'running', 'cancelling')) as runs,
       exists (select from attempts where state = 'waiting') as waiting,
       exists (select from attempts where state = 'admitted') as admitted`,
    [],
  );
  if (open?.runs) {
    const due = await sql<{ id: string }>("runs_due", "select id from sluice_runs_due() as due(id)", []);
    for (const { id } of due) await sql("move_on", "call sluice_move_on($1)", [id]);
    if (due.length > 0 || open.waiting) await openDoors();
  }
  if (open?.admitted) await offerAgain("attempts");
}
