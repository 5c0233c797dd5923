import type { Context } from "@/lib/access/context";
import { ExpiringCache } from "@/lib/access/expiring-cache";
import { sql } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";

// Whoever opens a page reads it several times.
const noted = new ExpiringCache<true>(600_000);

/**
 * Notes that this person opened it today, by UTC; for the usage page, which tells refreshes that nobody looks at. Whoever opens
 * a run of a pipeline, or what its stages handed on, opens the pipeline. Never waited for: a page is not held up by it, nor refused with it.
 */
export function noteVisit(ctx: Context, kind: "query" | "board" | "execution" | "pipeline", id: string): void {
  if (ctx.viewedBy) return;
  const key = `${kind} ${id} ${ctx.user.id}`;
  if (noted.get(key)) return;
  noted.set(key, true);
  sql(
    "visit",
    `insert into visits (kind, object_id, day, user_id) values ($1, $2, (now() at time zone 'utc')::date, $3)
     on conflict do nothing`,
    [kind, id, ctx.user.id],
  ).catch((error) => {
    noted.delete(key);
    logger.warn({ error: String(error) }, "could not note that something was opened");
  });
}
