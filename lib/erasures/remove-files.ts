import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";
import { forgetCopies } from "@/lib/results/local-sweep";

/** At once, so that a slow store does not make many wait one by one. */
const width = 8;

/** Removes what an erasure left in the store, and when all is gone says so. Doing it again is fine. */
export async function removeErasedFiles(erasure: string): Promise<Date | null> {
  const rows = await sql<{ id: string }>("erased-statements", "select id from statements where erasure_id = $1", [
    erasure,
  ]);
  const left = rows.map(({ id }) => id);
  const next = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      await forgetCopies(id);
      await store().remove(`results/${id}`);
    }
  };
  await Promise.all(Array.from({ length: width }, next));
  const [done] = await sql<{ at: Date }>(
    "erasure-done",
    "update erasures set files_gone_at = coalesce(files_gone_at, now()) where id = $1 returning files_gone_at as at",
    [erasure],
  );
  return done?.at ?? null;
}

/** What a process that died, or a store that was away, left behind. */
export async function finishErasures(): Promise<void> {
  const rows = await sql<{ id: string }>("erasures-left", "select id from erasures where files_gone_at is null", []);
  for (const { id } of rows)
    await removeErasedFiles(id).catch((error: Error) =>
      logger.warn({ erasure: id, error: error.message }, "erased files are still in the store"),
    );
}
