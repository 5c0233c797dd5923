import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { isFinal, type ViewRow } from "./row";

const everyMs = 20_000;
const atMost = 1_000;

/** When this process last wrote it, by statement; the oldest first. */
const written = new Map<string, number>();

/**
 * Somebody looks at an execution. Where its warehouse ends what nobody watches, that is written down, at most every
 * 20 s: whoever holds an event stream or a long poll reads more often than that. A look that could not be written is
 * made good by the next.
 */
export function noteWatched(row: Pick<ViewRow, "statement_id" | "state" | "lane" | "unwatched_minutes">): void {
  if (row.unwatched_minutes === null || row.lane !== 0 || isFinal(row.state)) return;
  const { statement_id: id } = row;
  const now = Date.now();
  if (now - (written.get(id) ?? 0) < everyMs) return;
  written.delete(id);
  written.set(id, now);
  if (written.size > atMost) written.delete(written.keys().next().value as string);
  sql("watch", "select sluice_watch($1)", [id]).catch((error) => {
    written.delete(id);
    logger.warn({ error: String(error) }, "could not note that an execution is watched");
  });
}
