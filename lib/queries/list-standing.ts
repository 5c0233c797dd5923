import type { Context } from "@/lib/access/context";
import { opensQuery } from "@/lib/access/queries";
import type { Standing } from "@/lib/access/shares";
import { pool } from "@/lib/platform/db/pool";
import { queryFor } from "./row";
import { runStanding } from "./run-standing";

/**
 * By whose grant somebody reads the list of a field in a form that is shared with them to run, where they may not open
 * the list's own query. Null: they stand on their own right to it, or on none. As with the form itself, no text that
 * another wrote since it was shared is run under the sharer's grant.
 */
export async function listStanding(ctx: Context, listId: string, formId: string): Promise<Standing | null> {
  const form = await queryFor(ctx, formId);
  const names = form.parameters.some((one) => one.type === "queryList" && one.query === listId);
  if (!form.shared || !names) return null;
  const standing = await runStanding(ctx, form, form.version);
  if (!standing) return null;
  const { rows } = await pool().query<{ warehouse_id: string }>(
    `select q.warehouse_id from queries q join query_versions v on v.query_id = q.id and v.number = q.version
     join shares s on s.id = $2 where q.id = $1 and (v.author_id = s.sharer_id or v.created_at <= s.created_at)`,
    [listId, standing.share.id],
  );
  const [list] = rows;
  if (!list || (await opensQuery(ctx, listId, list.warehouse_id))) return null;
  return (await opensQuery(standing.grantor, listId, list.warehouse_id)) ? standing : null;
}
