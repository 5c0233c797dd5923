import { sql } from "@/lib/platform/db/pool";

/** What was taken and not started by then was taken by a process that died, or could not begin yet. */
export const againSeconds = 10;

/** A slot that is dealt with so much later was missed: Sluice was down. */
export const lateMs = 60_000;

/** Whether a moment of some schedule has come, or one that was taken is to be tried again. */
export async function someSlotIsDue(): Promise<boolean> {
  const [row] = await sql<{ due: boolean }>(
    "slots-due",
    `select exists (select 1 from triggers where next_at <= now())
       or exists (select 1 from trigger_slots where outcome = 'due' and noted_at < now() - make_interval(secs => $1)) as due`,
    [againSeconds],
  );
  return row?.due === true;
}

/** Whether a scheduled run goes on, or ended and nobody was told. */
export async function someRunIsUntold(): Promise<boolean> {
  const [row] = await sql<{ untold: boolean }>(
    "slots-untold",
    "select exists (select 1 from trigger_slots where outcome = 'ran' and told_at is null) as untold",
    [],
  );
  return row?.untold === true;
}
