import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import type { Context } from "./context";
import { allow } from "./policy";

export interface AuditFilter {
  user?: string;
  action?: string;
  object?: string;
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}

/** The log, newest first; ids sort by time, so the cursor is the last id. */
export async function listAudit(ctx: Context, filter: AuditFilter) {
  allow(ctx, "audit.read");
  const rows = await db().auditEntry.findMany({
    where: {
      id: filter.cursor ? { lt: filter.cursor } : undefined,
      userId: filter.user,
      action: filter.action ? { startsWith: filter.action } : undefined,
      object: filter.object,
      at: { gte: filter.from, lt: filter.to },
    },
    orderBy: { id: "desc" },
    take: filter.limit + 1,
  });
  const people = await db().user.findMany({
    where: { id: { in: rows.flatMap((row) => row.userId ?? []) } },
    select: { id: true, name: true, email: true },
  });
  const byId = new Map(people.map((person) => [person.id, person]));
  const names = await namesOf(rows.map((row) => row.object));
  const items = rows.slice(0, filter.limit).map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    user: (row.userId && byId.get(row.userId)) || null,
    tokenId: row.tokenId,
    action: row.action,
    object: row.object,
    objectName: names.get(row.object) ?? null,
    detail: row.detail,
    address: row.address,
  }));
  return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
}

/** What `user:…`, `warehouse:…`, `team:…` and `token:…` are called today; what is gone has no name any more. */
async function namesOf(objects: string[]): Promise<Map<string, string>> {
  const { rows } = await pool().query<{ object: string; name: string }>(
    `select 'user:' || id as object, name from users where id = any($1)
     union all select 'warehouse:' || id, name from warehouses where id = any($1)
     union all select 'team:' || id, name from teams where id = any($1)
     union all select 'token:' || id, name from api_tokens where id = any($1)`,
    [objects.map((object) => object.slice(object.indexOf(":") + 1))],
  );
  return new Map(rows.map((row) => [row.object, row.name]));
}
