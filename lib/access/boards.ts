import { sql } from "@/lib/platform/db/pool";
import type { Context } from "./context";
import { readerOf } from "./reader";

/**
 * Whether this person opens that board by themselves: as its owner, in the team that owns it, as an admin, or because
 * they may use a warehouse of one of its queries.
 */
export async function opensBoard(ctx: Context, id: string): Promise<boolean> {
  const [board] = await sql<{ owner_id: string; team_id: string | null; warehouses: string[] }>(
    "board-opens",
    `select b.owner_id, b.team_id, array(select distinct q.warehouse_id from board_queries x
       join queries q on q.id = x.query_id where x.board_id = b.id) as warehouses from boards b where b.id = $1`,
    [id],
  );
  if (!board) return false;
  if (ctx.user.role === "admin" || board.owner_id === ctx.user.id) return true;
  if (board.team_id !== null && ctx.teamIds.includes(board.team_id)) return true;
  for (const warehouse of board.warehouses) if ((await readerOf(ctx, warehouse)) !== null) return true;
  return false;
}
