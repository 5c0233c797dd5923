import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { places, store } from "@/lib/platform/store/open";
import { derivedFiles, forgetDerived } from "./derived";

const everyMs = 3_600_000;
const hourMs = 3_600_000;
/** Longer than an export may take, and for what a statement writes longer than one may run, which is seven days. */
const scratchAges = { write: 8 * 24 * hourMs, other: 48 * hourMs };

/** Pipes and half-written files of processes that were killed. */
export async function sweepScratch(now = Date.now()): Promise<void> {
  const { scratch } = places();
  for (const name of await readdir(scratch).catch(() => [])) {
    const folder = path.join(scratch, name);
    const info = await stat(folder).catch(() => null);
    const age = name.startsWith("write-") ? scratchAges.write : scratchAges.other;
    if (info && info.mtimeMs < now - age) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes what this machine keeps of results and artifacts that are gone: sorted copies, and copies of remote objects. Each machine
 * asks for itself, since whoever expires a result may be another.
 */
export async function sweepCaches(): Promise<{ removed: number }> {
  const ids = new Set([...(await derivedFiles()).keys(), ...(await store().copies()).flatMap(statementIn)]);
  if (ids.size === 0) return { removed: 0 };
  const kept = await sql<{ id: string }>(
    "results_cached",
    `select id from statements where id = any($1) and result_key is not null and expired_at is null
     union all select attempt_id from artifacts where attempt_id = any($1)`,
    [[...ids]],
  );
  for (const { id } of kept) ids.delete(id);
  for (const id of ids) await forgetCopies(id);
  return { removed: ids.size };
}

/** Removes what this machine keeps of one statement's rows. */
export async function forgetCopies(statementId: string): Promise<void> {
  await forgetDerived(statementId);
  await store().forget(`results/${statementId}`);
}

const statementIn = (key: string): string[] => {
  const [area, statement] = key.split("/");
  return area === "results" && statement ? [statement] : [];
};

/** Goes on for as long as the process does. */
export function startLocalSweep(): void {
  const go = () =>
    void Promise.all([sweepScratch(), sweepCaches()]).catch((error: Error) =>
      logger.warn({ error: error.message }, "what is kept on this machine could not be swept"),
    );
  go();
  setInterval(go, everyMs).unref();
}
