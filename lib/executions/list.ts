import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { type ItemRow, itemColumns, itemOf, itemTables } from "./row";
import type { ExecutionItem, ExecutionsQuery } from "./schema";

/** History, newest first: only what this person may open. Ids sort by time, so the cursor is the last id. */
export async function listExecutions(
  ctx: Context,
  filter: Partial<ExecutionsQuery>,
): Promise<{ items: ExecutionItem[]; next: string | null }> {
  allow(ctx, "execution.read");
  const limit = filter.limit ?? 50;
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  if (ctx.user.role !== "admin") {
    values.push(ctx.user.id, ctx.teamIds);
    where.push(`(e.user_id = $1 or w.open_to_company
      or s.reader_id in (select g.reader_id from grants g where g.team_id = any($2) and g.warehouse_id = e.warehouse_id))`);
  }
  if (filter.q?.trim()) {
    const like = `%${filter.q.trim().replace(/[\\%_]/g, "\\$&")}%`;
    add((place) => `(e.sql ilike ${place} or e.id = trim(both '%' from ${place}))`, like);
  }
  if (filter.user)
    add(
      (place) => `(u.id = ${place} or lower(u.email) = lower(${place}))`,
      filter.user === "me" ? ctx.user.id : filter.user,
    );
  if (filter.warehouse) add((place) => `(w.id = ${place} or w.name = ${place})`, filter.warehouse);
  if (filter.state)
    add(
      (place) => `e.state = any(${place}::state[])`,
      filter.state === "running" ? ["running", "cancelling"] : [filter.state],
    );
  if (filter.from) add((place) => `e.submitted_at >= ${place}::timestamptz`, filter.from);
  if (filter.to) add((place) => `e.submitted_at < ${place}::timestamptz`, filter.to);
  if (filter.cursor) add((place) => `e.id < ${place}`, filter.cursor);
  values.push(limit + 1);
  const { rows } = await pool().query<ItemRow>(
    `select ${itemColumns} from ${itemTables} ${where.length ? `where ${where.join(" and ")}` : ""}
     order by e.id desc limit $${values.length}`,
    values,
  );
  const items = rows.slice(0, limit).map(itemOf);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
