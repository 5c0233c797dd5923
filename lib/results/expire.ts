import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { places, store } from "@/lib/platform/store/open";

const batch = 200;
/** No statement runs for longer than this between its first stored byte and its end. */
const orphanAgeMs = 24 * 3600_000;

/**
 * Removes rows whose warehouse's retention is over. The row is marked first, so that nobody is promised rows that are
 * going; counts, SQL and the rule stay. What a crash leaves in the store after that, the sweep takes.
 */
export async function expireResults(): Promise<{ expired: number }> {
  let expired = 0;
  for (;;) {
    const rows = await sql<{ id: string; folder: string }>(
      "results_expire",
      `update statements s set head = null, result_key = null, expired_at = now(),
         expired_by = 'retention of ' || w.retention_days || case w.retention_days when 1 then ' day' else ' days' end
       from warehouses w
       where s.id in (
         select t.id from statements t join warehouses v on v.id = t.warehouse_id
         where v.retention_days is not null and t.expired_at is null and t.state = 'succeeded'
           and t.finished_at < now() - make_interval(days => v.retention_days)
         order by t.id limit ${batch} for update of t skip locked)
       and w.id = s.warehouse_id
       returning s.id, 'results/' || s.id as folder`,
      [],
    );
    for (const { folder } of rows) {
      await store()
        .remove(folder)
        .catch((error: Error) =>
          logger.warn({ folder, error: error.message }, "an expired result stays in the store until the sweep"),
        );
    }
    expired += rows.length;
    if (rows.length < batch) return { expired };
  }
}

/** Pipes and half-written files of processes that were killed. */
async function sweepScratch(now: number): Promise<void> {
  const { scratch } = places();
  for (const name of await readdir(scratch).catch(() => [])) {
    const folder = path.join(scratch, name);
    const info = await stat(folder).catch(() => null);
    if (info && info.mtimeMs < now - 2 * orphanAgeMs) await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what aborted or killed writers left behind: objects older than a day that no statement refers to. */
export async function sweepStore(now = Date.now()): Promise<{ removed: number }> {
  const old = new Set<string>();
  let removed = 0;
  const flush = async () => {
    const folders = [...old];
    old.clear();
    if (folders.length === 0) return;
    const kept = await sql<{ key: string }>(
      "results_kept",
      "select result_key as key from statements where result_key = any($1)",
      [folders],
    );
    const referenced = new Set(kept.map(({ key }) => key));
    for (const folder of folders) {
      if (referenced.has(folder)) continue;
      await store().remove(folder);
      removed++;
    }
  };
  for await (const { key, modified } of store().list("results")) {
    const [, statement, lease] = key.split("/");
    if (!statement || !lease || modified.getTime() > now - orphanAgeMs) continue;
    old.add(`results/${statement}/${lease}`);
    if (old.size >= 500) await flush();
  }
  await flush();
  await sweepScratch(now);
  return { removed };
}
