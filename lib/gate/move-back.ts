import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";
import { type Lane, lanes } from "./schema";

/**
 * Puts what waits of a token, and runs that it has begun with their later stages, into `lane` where it stands in front of
 * that. What runs in the warehouse stays as it is. A warehouse at a time: nobody holds the locks of two.
 */
export async function moveBack(token: string, lane: Lane): Promise<void> {
  const to = lanes.indexOf(lane);
  await sql(
    "move_runs_back",
    "update runs set lane = $2 where token_id = $1 and state in ('queued', 'running') and lane < $2",
    [token, to],
  );
  const waiting = await sql<{ attempt: string | null; warehouse: string | null }>(
    "move_back_what",
    `select distinct null as attempt, warehouse_id as warehouse from work
       where token_id = $1 and state = 'waiting' and attempt_id is null and lane < $2
     union all select id, null from attempts where token_id = $1 and state = 'waiting' and lane < $2`,
    [token, to],
  );
  for (const { attempt, warehouse } of waiting) {
    if (attempt) await sql("move_attempt_back", "select sluice_move_attempt_back($1, $2)", [attempt, to]);
    if (!warehouse) continue;
    const [row] = await sql<{ admitted: Admitted[] }>("move_back", "select sluice_move_back($1, $2, $3) as admitted", [
      ...[warehouse, token, to],
    ]);
    offer(row?.admitted ?? []);
  }
}
