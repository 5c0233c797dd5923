import { sql } from "@/lib/platform/db/pool";
import type { Context } from "./context";
import { seesQuery } from "./queries";
import { warehousesOf } from "./reader";

/**
 * Whether this person opens that board by themselves: as its owner, in the team that owns it, as an admin, or because
 * they see one of its queries.
 */
export async function opensBoard(ctx: Context, id: string): Promise<boolean> {
  const admin = ctx.user.role === "admin";
  const rows = await sql(
    "board-opens",
    `select 1 from boards b where b.id = $1 and ($5 or b.owner_id = $3 or b.team_id = any($4) or exists (
       select 1 from board_queries x join queries q on q.id = x.query_id
       where x.board_id = b.id and ${seesQuery("q", "$2", "$3", "$4")}))`,
    [id, admin ? [] : await warehousesOf(ctx), ctx.user.id, ctx.teamIds, admin],
  );
  return rows.length > 0;
}
