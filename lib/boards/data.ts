import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { seesQuery } from "@/lib/access/queries";
import { warehousesOf } from "@/lib/access/reader";
import { namesPerson, opensNow } from "@/lib/access/share-sql";
import { throughShare } from "@/lib/access/shares";
import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";
import { type BoardRow, boardFor, itemColumns, itemOf, rowTables, viewOf } from "./row";
import type { BoardItem, BoardsQuery, BoardView } from "./schema";

/** @throws SluiceError not_found, also for one that they may not open */
export async function getBoard(ctx: Context, id: string): Promise<BoardView> {
  allow(ctx, "board.read");
  return viewOf(ctx, await boardFor(ctx, id));
}

/** Those that this person opens, by themselves or because they are shared with them, last changed first. */
export async function listBoards(
  ctx: Context,
  filter: Partial<BoardsQuery> = {},
): Promise<{ items: BoardItem[]; next: string | null }> {
  allow(ctx, "board.read");
  const limit = filter.limit ?? 50;
  const values: unknown[] = [ctx.user.id, ctx.teamIds];
  const place = (value: unknown) => `$${values.push(value)}`;
  const own = "(b.owner_id = $1 or b.team_id = any($2))";
  // The database wants each value that it is given to stand somewhere.
  const where = ["$2::text[] is not null", `b.archived_at is ${filter.archived === "true" ? "not null" : "null"}`];
  let opens = "true";
  if (ctx.user.role !== "admin") {
    opens = `(${own} or exists (select 1 from board_queries x join queries q on q.id = x.query_id
      where x.board_id = b.id and ${seesQuery("q", place(await warehousesOf(ctx)), "$1", "$2")}))`;
    where.push(`(${opens} or exists (select 1 from shares s
      where s.kind = 'board' and s.object_id = b.id and ${opensNow} and ${namesPerson}))`);
  }
  if (filter.mine === "true" && ctx.user.role !== "admin") where.push(own);
  if (filter.query)
    where.push(
      `exists (select 1 from board_queries x where x.board_id = b.id and x.query_id = ${place(filter.query)})`,
    );
  if (filter.favourite)
    where.push(`${filter.favourite === "true" ? "" : "not "}exists (select 1 from favourites f
      where f.kind = 'board' and f.object_id = b.id and f.user_id = $1)`);
  for (const word of (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean)) {
    const like = place(`%${likeText(word)}%`);
    where.push(`lower(b.title || ' ' || left(b.description, 1000) || ' ' || u.name) like ${like}`);
  }
  const [ms, id] = filter.cursor?.split("_") ?? [];
  if (ms && id)
    where.push(`(b.updated_at, b.id) < (to_timestamp(${place(Number(ms))}::bigint / 1000.0), ${place(id)})`);
  const { rows } = await pool().query<BoardRow & { opens: boolean }>(
    `select ${itemColumns}, ${opens} as opens from ${rowTables} where ${where.join(" and ")}
     order by b.updated_at desc, b.id desc limit ${limit + 1}`,
    values,
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  // Whether a share still stands on its sharer's own right is asked of each one.
  const open = await Promise.all(
    rows.slice(0, limit).map(async (row) => row.opens || (await throughShare(ctx, { board: row.id })) !== null),
  );
  return {
    items: rows.filter((_, at) => open[at]).map(itemOf),
    next: last ? `${last.updated_at.getTime()}_${last.id}` : null,
  };
}
