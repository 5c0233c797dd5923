import { store } from "./open";

/** Longer than it takes to write a row about what is stored. */
const orphanAgeMs = 24 * 3_600_000;
const atOnce = 500;

/**
 * Removes objects below a prefix that are older than a day and that nobody has: what killed writes and failed removals left.
 * @param kept of these keys, those that somebody has
 */
export async function sweepOrphans(
  prefix: string,
  kept: (keys: string[]) => Promise<Set<string>>,
  now = Date.now(),
): Promise<{ removed: number }> {
  let removed = 0;
  let old: string[] = [];
  const flush = async () => {
    const keys = old;
    old = [];
    const owned = await kept(keys);
    for (const key of keys) {
      if (owned.has(key)) continue;
      await store().remove(key);
      removed++;
    }
  };
  for await (const { key, modified } of store().list(prefix)) {
    if (modified.getTime() > now - orphanAgeMs) continue;
    old.push(key);
    if (old.length >= atOnce) await flush();
  }
  if (old.length > 0) await flush();
  return { removed };
}
