import type { Context } from "@/lib/access/context";
import { sql } from "@/lib/platform/db/pool";
import type { StaleQuery } from "./schema";

/** Days without a run or an opening that make a query stale. */
const staleDays = 90;

/**
 * Saved queries of these warehouses that nobody has run, opened or changed of late: one's own first, for they are the
 * ones that one can archive.
 */
export function staleQueries(ctx: Context, warehouses: string[]): Promise<StaleQuery[]> {
  return sql<StaleQuery>(
    "usage-stale",
    `select q.id, q.title, coalesce(t.name, o.name) as owner, greatest(
         (select max(day) from usage_days d where d.query_id = q.id),
         (select max(day) from visits v where v.kind = 'query' and v.object_id = q.id))::text as "lastUsed"
     from queries q join users o on o.id = q.owner_id left join teams t on t.id = q.team_id
     where q.archived_at is null and q.warehouse_id = any($2) and q.updated_at < now() - make_interval(days => $3)
       and not exists (select 1 from usage_days d where d.query_id = q.id and d.query_id <> '' and d.day > current_date - $3::int)
       and not exists (select 1 from visits v where v.kind = 'query' and v.object_id = q.id and v.day > current_date - $3::int)
       and not exists (select 1 from board_queries b where b.query_id = q.id)
     order by q.owner_id <> $1, q.updated_at, q.id limit 20`,
    [ctx.user.id, warehouses, staleDays],
  );
}
