import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { audit } from "./audit";
import { type Context, contextOf, type Person, personColumns } from "./context";
import { ExpiringCache } from "./expiring-cache";
import type { Provider } from "./single-sign-on";

export const sessionDays = 30;

/** With the admin behind it, where one looks as that person. */
interface Found extends Person {
  viewer: { id: string; name: string; until: string } | null;
}

// Ending a session is felt within a second everywhere.
const cache = new ExpiringCache<Found>(1_000);
const seen = new ExpiringCache<true>(60_000);

/** The person behind a browser's session; null when it ended, ran out, or the person was disabled. */
export async function contextOfSession(id: string, address: string | null): Promise<Context | null> {
  let found = cache.get(id);
  if (!found) {
    [found] = await sql<Found>(
      "session",
      `select ${personColumns}, case when u.id <> own.id then
         jsonb_build_object('id', own.id, 'name', own.name, 'until', s.view_until) end as viewer
       from sessions s join users own on own.id = s.user_id
         left join users v on v.id = s.view_as_id and s.view_until > now() and v.disabled_at is null and own.role = 'admin'
         join users u on u.id = coalesce(v.id, own.id)
       where s.id = $1 and s.ended_at is null and s.expires_at > now() and own.disabled_at is null`,
      [id],
    );
    if (!found) return null;
    cache.set(id, found);
    if (!seen.get(id)) {
      seen.set(id, true);
      sql("session-seen", "update sessions set last_seen_at = now() where id = $1", [id]).catch((error) =>
        logger.warn({ error: String(error) }, "could not note when a session was last seen"),
      );
    }
  }
  const ctx = contextOf(found, { sessionId: id, tokenId: null, scopes: null, address });
  const { viewer } = found;
  return viewer ? { ...ctx, viewedBy: { id: viewer.id, name: viewer.name, until: new Date(viewer.until) } } : ctx;
}

export function forgetSessions(): void {
  cache.clear();
}

/** Begins a session for somebody who proved who they are; `how` is for the audit log. */
export async function startSession(
  user: { id: string },
  from: { userAgent: string | null; address: string | null },
  how: "password" | "link" | Provider,
): Promise<string> {
  const id = newId();
  await db().$transaction(async (tx) => {
    await tx.session.create({
      data: {
        id,
        userId: user.id,
        expiresAt: new Date(Date.now() + sessionDays * 86_400_000),
        userAgent: from.userAgent?.slice(0, 300),
        address: from.address,
      },
    });
    await tx.auditEntry.create({
      data: {
        id: newId(),
        userId: user.id,
        action: "session.start",
        object: `session:${id}`,
        detail: { how },
        address: from.address,
      },
    });
  });
  return id;
}

export async function listSessions(ctx: Context) {
  const rows = await db().session.findMany({
    where: { userId: ctx.user.id, endedAt: null, expiresAt: { gt: new Date() } },
    orderBy: { lastSeenAt: "desc" },
  });
  return rows.map((row) => ({
    id: row.id,
    current: row.id === ctx.sessionId,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    userAgent: row.userAgent,
    address: row.address,
  }));
}

/** Ends one's own session; an admin may end anybody's. @throws SluiceError not_found */
export async function endSession(ctx: Context, id: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const whose = ctx.user.role === "admin" ? {} : { userId: ctx.user.id };
    const { count } = await tx.session.updateMany({
      where: { id, endedAt: null, ...whose },
      data: { endedAt: new Date() },
    });
    if (count === 0) throw new SluiceError("not_found", "There is no such session, or it has ended already.");
    await audit(tx, ctx, "session.end", `session:${id}`);
  });
  forgetSessions();
}

/** Signs a person out everywhere: oneself, or anybody as an admin. */
export async function endAllSessions(ctx: Context, userId: string = ctx.user.id): Promise<number> {
  if (userId !== ctx.user.id && ctx.user.role !== "admin") {
    throw new SluiceError("forbidden", "Only an admin may sign other people out.");
  }
  const ended = await db().$transaction(async (tx) => {
    const { count } = await tx.session.updateMany({ where: { userId, endedAt: null }, data: { endedAt: new Date() } });
    await audit(tx, ctx, "session.end-all", `user:${userId}`, { count });
    return count;
  });
  forgetSessions();
  return ended;
}
