import { likeText } from "@/lib/platform/db/like";
import { pool, sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { describeObjects, objectsNamed } from "./audit-objects";
import type { Context } from "./context";
import { allow } from "./policy";

export interface AuditFilter {
  /** Words of what was given, or of the name of what it is about. */
  q?: string;
  user?: string;
  /** As it begins. */
  action?: string;
  /** `kind:id` */
  object?: string;
  address?: string;
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}

interface Row {
  id: string;
  at: Date;
  user_id: string | null;
  token_id: string | null;
  action: string;
  object: string;
  detail: unknown;
  address: string | null;
}

/** The log, newest first; ids sort by time, so the cursor is the last id. */
export async function listAudit(ctx: Context, filter: AuditFilter) {
  allow(ctx, "audit.read");
  const rows = await readAudit(filter, filter.limit + 1);
  const [people, objects] = await Promise.all([
    db().user.findMany({
      where: { id: { in: rows.flatMap((row) => row.user_id ?? []) } },
      select: { id: true, name: true, email: true },
    }),
    describeObjects(
      rows.map((row) => row.object),
      ctx.user.id,
    ),
  ]);
  const byId = new Map(people.map((person) => [person.id, person]));
  const items = rows.slice(0, filter.limit).map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    user: (row.user_id && byId.get(row.user_id)) || null,
    tokenId: row.token_id,
    action: row.action,
    object: row.object,
    objectName: objects.get(row.object)?.name ?? null,
    url: objects.get(row.object)?.url ?? null,
    detail: row.detail,
    address: row.address,
  }));
  return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Every action that the log has, without reading the log: from one to the next by the index. */
export async function auditActions(): Promise<string[]> {
  const rows = await sql<{ action: string }>(
    "audit-actions",
    `with recursive a as ((select action from audit_entries order by action limit 1)
       union all select (select e.action from audit_entries e where e.action > a.action order by e.action limit 1)
         from a where a.action is not null)
     select action from a where action is not null`,
    [],
  );
  return rows.map(({ action }) => action);
}

/** Fewer letters fit everything, and no index finds them. */
const leastLetters = 3;

/**
 * Each way of asking is a list of its own that an index has in order: an action's, an object's. What is asked for by
 * several ways (each action that begins so, each object of that name, the details) is merged from their newest.
 */
async function readAudit(filter: AuditFilter, limit: number): Promise<Row[]> {
  const values: unknown[] = [];
  const place = (value: unknown) => `$${values.push(value)}`;
  const where: string[] = [];
  if (filter.cursor) where.push(`e.id < ${place(filter.cursor)}`);
  if (filter.from) where.push(`e.at >= ${place(filter.from)}::timestamptz`);
  if (filter.to) where.push(`e.at < ${place(filter.to)}::timestamptz`);
  if (filter.user) where.push(`e.user_id = ${place(filter.user)}`);
  if (filter.object) where.push(`e.object = ${place(filter.object)}`);
  if (filter.address) where.push(`e.address = ${place(filter.address)}`);
  const newest = `order by e.id desc limit ${place(limit)}`;
  let ways: { from: string; where: string }[] = [{ from: "", where: "" }];
  const words = filter.q?.trim();
  if (words) {
    const named = `unnest(${place(await objectsNamed(words))}::text[]) o(object)`;
    ways = [{ from: named, where: "e.object = o.object" }];
    if (words.length >= leastLetters) {
      const like = place(`%${likeText(words)}%`);
      ways.push({ from: "", where: `e.detail::text ilike ${like}` });
    }
  }
  const { action } = filter;
  const actions = action ? (await auditActions()).filter((one) => one.startsWith(action)) : null;
  const among = actions && `unnest(${place(actions)}::text[]) x(action)`;
  const lists = ways.map((way) => {
    const sources = [way.from, among].filter(Boolean).join(" cross join ");
    const all = [...where, way.where, among && "e.action = x.action"].filter(Boolean).join(" and ");
    const list = `select e.* from audit_entries e ${all ? `where ${all}` : ""} ${newest}`;
    return sources ? `(select e.* from ${sources} cross join lateral (${list}) e ${newest})` : `(${list})`;
  });
  const { rows } = await pool().query<Row>(
    `select distinct on (e.id) e.* from (${lists.join(" union all ")}) e ${newest}`,
    values,
  );
  return rows;
}
