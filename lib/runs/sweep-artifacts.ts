import { sql } from "@/lib/platform/db/pool";
import { sweepOrphans } from "@/lib/platform/store/sweep";

/**
 * Removes what attempts handed to the store that did not succeed, and what could not be removed when it expired; not what
 * an attempt puts there that still goes on.
 */
export function sweepArtifacts(now?: number): Promise<{ removed: number }> {
  return sweepOrphans(
    "artifacts",
    async (keys) => {
      const attemptOf = (key: string) => key.split("/")[1] ?? "";
      const kept = await sql<{ id: string }>(
        "artifacts_kept",
        `select attempt_id as id from artifacts where attempt_id = any($1) and expired_at is null
         union select id from attempts where id = any($1) and finished_at is null`,
        [[...new Set(keys.map(attemptOf))]],
      );
      const ids = new Set(kept.map(({ id }) => id));
      return new Set(keys.filter((key) => ids.has(attemptOf(key))));
    },
    now,
  );
}
