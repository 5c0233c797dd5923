import { sql } from "@/lib/platform/db/pool";
import type { StartedAttempt } from "./lease";

/**
 * What the stage handed on in the latest run whose interval ended when this one's begins, or earlier. What runs of later intervals
 * found is no matter, so that the same interval again begins at the same place. Trials leave nothing behind.
 */
export async function handedBefore({ pipeline, stage, run }: StartedAttempt): Promise<Record<string, unknown>> {
  const [row] = await sql<{ handed: Record<string, unknown> | null }>(
    "handed-before",
    `select a.handed from runs r join run_stages s on s.run_id = r.id join attempts a on a.id = s.attempt_id
     where r.pipeline_id = $1 and s.stage = $2 and s.state = 'succeeded' and r.interval_to <= $3 and r.trigger <> 'try'
       and r.id <> $4
     order by r.interval_to desc, a.fencing_token desc limit 1`,
    [pipeline.id, stage, run.from, run.id],
  );
  return row?.handed ?? {};
}
