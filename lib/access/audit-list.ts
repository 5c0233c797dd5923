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
  const items = rows.slice(0, filter.limit).map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    user: (row.userId && byId.get(row.userId)) || null,
    tokenId: row.tokenId,
    action: row.action,
    object: row.object,
    detail: row.detail,
    address: row.address,
  }));
  return { items, next: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
}
