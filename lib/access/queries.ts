import { sql } from "@/lib/platform/db/pool";
import type { Context } from "./context";
import { isPersonal, readerOf } from "./reader";

/**
 * Who sees a saved query `q` by themselves, as a condition: who may use its warehouse; where everybody has a reader of their
 * own, only its owner and the team that owns it, admins no more than others. The places are those of the warehouses
 * that a person may use, of the person, and of their teams.
 */
export const seesQuery = (q: string, warehouses: string, user: string, teams: string) =>
  `(${q}.warehouse_id = any(${warehouses}) and (${q}.owner_id = ${user} or ${q}.team_id = any(${teams})
    or ${q}.warehouse_id not in (select p.id from warehouses p where p.personal)))`;

/** The same of one query in that warehouse. */
export async function opensQuery(ctx: Context, query: string, warehouse: string): Promise<boolean> {
  if ((await readerOf(ctx, warehouse)) === null) return false;
  if (!(await isPersonal(warehouse))) return true;
  const rows = await sql(
    "query-own",
    "select 1 from queries q where q.id = $1 and (q.owner_id = $2 or q.team_id = any($3))",
    [query, ctx.user.id, ctx.teamIds],
  );
  return rows.length > 0;
}
