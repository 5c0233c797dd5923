import { sql } from "@/lib/platform/db/pool";
import { sweepOrphans } from "@/lib/platform/store/sweep";

/** Removes what killed uploads and failed removals left in the store. */
export function sweepUploads(now?: number): Promise<{ removed: number }> {
  return sweepOrphans(
    "uploads",
    async (keys) => {
      const kept = await sql<{ key: string }>(
        "uploads_kept",
        "select store_key as key from uploads where store_key = any($1) and deleted_at is null",
        [keys],
      );
      return new Set(kept.map(({ key }) => key));
    },
    now,
  );
}
