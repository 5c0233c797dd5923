import { sql } from "@/lib/platform/db/pool";
import { readShownDays, unreadKeptDays } from "./schema";

/**
 * Forgets what no inbox shows any more: a notice that was read and is old, and one that nobody read for half a year, but
 * not while the request that it tells of waits for an answer.
 */
export async function forgetOldNotices(): Promise<void> {
  await sql(
    "notices-forget",
    `delete from notices n where n.created_at < now() - make_interval(days => case when n.read_at is null then $1::int else $2::int end)
       and not exists (select 1 from access_requests r where r.id = n.request_id and r.state = 'open')`,
    [unreadKeptDays, readShownDays],
  );
}
