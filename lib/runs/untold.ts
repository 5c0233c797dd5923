import { sql } from "@/lib/platform/db/pool";

/** Whether a run has ended of which nobody has been told. */
export async function someEndIsUntold(): Promise<boolean> {
  const [row] = await sql<{ untold: boolean }>(
    "runs_untold",
    "select exists (select from runs where told_at is null and state in ('succeeded', 'failed', 'cancelled')) as untold",
    [],
  );
  return row?.untold === true;
}
