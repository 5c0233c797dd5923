import { liveShare } from "@/lib/access/share-sql";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";
import { forgetCopies } from "./local-sweep";

const batch = 200;
/** Younger ones may belong to a statement whose end is being written. */
const orphanAgeMs = 24 * 3600_000;

/**
 * Removes rows whose warehouse's retention is over, but for those that somebody shares or a board shows. The row is marked first, so that
 * nobody is promised rows that are going; counts, SQL and the rule stay. What a crash leaves in the store after that, the
 * sweep takes.
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
           and not exists (
             select 1 from executions e join shares s on s.execution_id = e.id join users u on u.id = s.sharer_id
             where e.statement_id = t.id and ${liveShare} and u.disabled_at is null)
           and not exists (select 1 from board_answers a where a.statement_id = t.id)
         order by t.id limit ${batch} for update of t skip locked)
       and w.id = s.warehouse_id
       returning s.id, 'results/' || s.id as folder`,
      [],
    );
    await removeRows(rows);
    expired += rows.length;
    if (rows.length < batch) break;
  }
  await forgetUnfinished();
  return { expired };
}

/** Of results that are marked as expired: their rows in the store, and what this machine has copied of them. */
export async function removeRows(expired: { id: string; folder: string }[]): Promise<void> {
  for (const { id, folder } of expired) {
    await forgetCopies(id).catch((error: Error) => logger.warn({ id, error: error.message }, "copies stay"));
    await store()
      .remove(folder)
      .catch((error: Error) =>
        logger.warn({ folder, error: error.message }, "an expired result stays in the store until the sweep"),
      );
  }
}

/** What did not succeed promises no rows: the first ones that were shown while it ran go in any case. */
async function forgetUnfinished(): Promise<void> {
  await sql(
    "results_unfinished",
    `update statements s set head = null, head_rows = 0 from warehouses w
     where w.id = s.warehouse_id and w.retention_days is not null and s.head is not null
       and s.state in ('failed', 'cancelled') and s.finished_at < now() - make_interval(days => w.retention_days)`,
    [],
  );
}

/**
 * Removes what aborted or killed writers left behind: objects older than a day that no statement refers to and none
 * that may still run, which can take a week, will refer to.
 */
export async function sweepStore(now = Date.now()): Promise<{ removed: number }> {
  const old = new Set<string>();
  let removed = 0;
  const flush = async () => {
    const folders = [...old];
    old.clear();
    if (folders.length === 0) return;
    const kept = await sql<{ key: string }>(
      "results_kept",
      `select result_key as key from statements where result_key = any($1)
       union all select 'results/' || id from statements where id = any($2) and state in ('running', 'cancelling')`,
      [folders, folders.map(statementFolder).map((folder) => folder.slice("results/".length))],
    );
    const referenced = new Set(kept.map(({ key }) => key));
    for (const folder of folders) {
      if (referenced.has(folder) || referenced.has(statementFolder(folder))) continue;
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
  return { removed };
}

const statementFolder = (folder: string) => folder.slice(0, folder.lastIndexOf("/"));
