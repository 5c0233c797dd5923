import { sql } from "@/lib/platform/db/pool";
import { store } from "@/lib/platform/store/open";
import { sweepOrphans } from "@/lib/platform/store/sweep";
import { lakePrefix } from "./catalogue";

/** An attempt that wakes up later than this is not kept out by its fence, but by its lease alone. */
const fenceDays = 60;
const atOnce = 500;

/**
 * Removes files that were taken out of their table a day ago, unless something that began before still runs and may read
 * them; and what writes that came to nothing have left.
 */
export async function sweepLakes(now = Date.now()): Promise<{ removed: number }> {
  let removed = 0;
  for (;;) {
    const old = await sql<{ id: string; key: string }>(
      "lake-retired",
      `select f.id, f.store_key as key from lake_files f join lake_tables t on t.id = f.table_id
       where f.retired_at < $1::timestamptz - interval '1 day'
         and not exists (select from statements s where s.warehouse_id = t.warehouse_id
           and s.state in ('running', 'cancelling') and s.started_at < f.retired_at)
         and not exists (select from attempts a where a.state in ('running', 'cancelling') and a.started_at < f.retired_at)
       order by f.id limit $2`,
      [new Date(now), atOnce],
    );
    for (const { key } of old) await store().remove(key);
    // After the files: what is ended in between is found again.
    await sql("lake-forget", "delete from lake_files where id = any($1)", [old.map(({ id }) => id)]);
    removed += old.length;
    if (old.length < atOnce) break;
  }
  await sql("lake-fences", "delete from lake_fences where at < $1::timestamptz - make_interval(days => $2)", [
    new Date(now),
    fenceDays,
  ]);
  const orphans = await sweepOrphans(
    lakePrefix,
    async (keys) => {
      const kept = await sql<{ key: string }>(
        "lake-kept",
        "select store_key as key from lake_files where store_key = any($1)",
        [keys],
      );
      return new Set(kept.map(({ key }) => key));
    },
    now,
  );
  return { removed: removed + orphans.removed };
}
