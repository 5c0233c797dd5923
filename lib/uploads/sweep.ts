import { sql } from "@/lib/platform/db/pool";
import { store } from "@/lib/platform/store/open";

/** Longer than it takes to write a row about what is stored. */
const orphanAgeMs = 24 * 3_600_000;
const atOnce = 500;

/** Removes what killed uploads and failed removals left in the store: files older than a day that nobody has. */
export async function sweepUploads(now = Date.now()): Promise<{ removed: number }> {
  let removed = 0;
  let old: string[] = [];
  const flush = async () => {
    const keys = old;
    old = [];
    const kept = await sql<{ key: string }>(
      "uploads_kept",
      "select store_key as key from uploads where store_key = any($1) and deleted_at is null",
      [keys],
    );
    const owned = new Set(kept.map(({ key }) => key));
    for (const key of keys) {
      if (owned.has(key)) continue;
      await store().remove(key);
      removed++;
    }
  };
  for await (const { key, modified } of store().list("uploads")) {
    if (modified.getTime() > now - orphanAgeMs) continue;
    old.push(key);
    if (old.length >= atOnce) await flush();
  }
  if (old.length > 0) await flush();
  return { removed };
}
