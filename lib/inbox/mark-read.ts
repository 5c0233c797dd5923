import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import type { MarkRead } from "./schema";

/** One's own marks on one's own inbox. Of no concern to anybody else, so the audit log does not tell of it. */
export async function markRead(ctx: Context, { ids, read }: MarkRead): Promise<void> {
  allow(ctx, "inbox.own");
  const at = read ? "now()" : "null";
  const among = ids ? "and id = any($2)" : "";
  const values = ids ? [ctx.user.id, ids] : [ctx.user.id];
  await pool().query(
    `update notices set read_at = ${at} where user_id = $1 and (read_at is null) = ${read} ${among}`,
    values,
  );
  await pool().query(
    `update executions set failure_seen_at = ${at} where user_id = $1 and state = 'failed'
       and (failure_seen_at is null) = ${read} ${among}`,
    values,
  );
}
