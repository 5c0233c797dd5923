import { sql } from "@/lib/platform/db/pool";
import { sweepOrphans } from "@/lib/platform/store/sweep";

/** Removes what was exchanged for another file, and what attempts that were lost put there; not what a mail still takes along. */
export function sweepFiles(now?: number): Promise<{ removed: number }> {
  return sweepOrphans(
    "files",
    async (keys) => {
      const kept = await sql<{ key: string }>(
        "files_kept",
        `select store_key as key from stored_files where store_key = any($1) union
       select a ->> 'key' from mails, jsonb_array_elements(attached) a
         where attached is not null and sent_at is null and given_up_at is null and a ->> 'key' = any($1)`,
        [keys],
      );
      return new Set(kept.map(({ key }) => key));
    },
    now,
  );
}
