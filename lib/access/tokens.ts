import { sha256 } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId, newSecret } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { audit } from "./audit";
import { type Context, contextOf, type Person, personColumns } from "./context";
import { ExpiringCache } from "./expiring-cache";
import type { Scope } from "./policy";

interface Found extends Person {
  token_id: string;
  scopes: string[];
  expires_at: Date | null;
  /** The least of the limits that it stands under; null: none. */
  requests_per_minute: number | null;
}

// A revoked token may work for 5 s more in another process; in this one it stops at once.
const cache = new ExpiringCache<Found>(5_000);
const used = new ExpiringCache<true>(60_000);

/** Who a token speaks for; null when it is unknown, revoked, expired, or its person was disabled. */
export async function contextOfToken(value: string, address: string | null): Promise<Context | null> {
  const hash = sha256(value);
  let found = cache.get(hash);
  if (!found) {
    [found] = await sql<Found>(
      "token",
      `select t.id as token_id, t.scopes, t.expires_at, ${personColumns},
         (select min(l.value) from limits l where l.name = 'requestsPerMinute'
           and (l.scope = 'company' or l.scope = 'token' and l.scope_id = t.id)) as requests_per_minute
       from api_tokens t join users u on u.id = t.user_id
       where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
         and u.disabled_at is null`,
      [hash],
    );
    if (!found) return null;
    cache.set(hash, found);
  }
  if (found.expires_at && found.expires_at.getTime() <= Date.now()) return null;
  if (found.requests_per_minute !== null) await countRequest(found.token_id, found.requests_per_minute);
  if (!used.get(found.token_id)) {
    used.set(found.token_id, true);
    sql("token-used", "update api_tokens set last_used_at = now() where id = $1", [found.token_id]).catch((error) =>
      logger.warn({ error: String(error) }, "could not note when a token was last used"),
    );
  }
  return contextOf(found, { sessionId: null, tokenId: found.token_id, scopes: found.scopes, address });
}

/** By the database's minute, so that it holds over all processes. @throws SluiceError rate_limited */
async function countRequest(tokenId: string, most: number): Promise<void> {
  const [row] = await sql<{ requests: number; left: number }>(
    "token-minute",
    `with gone as (delete from token_minutes where token_id = $1 and minute < now() - interval '5 minutes')
     insert into token_minutes (token_id, minute, requests) values ($1, date_trunc('minute', now()), 1)
     on conflict (token_id, minute) do update set requests = token_minutes.requests + 1
     returning requests, ceil(60 - extract(second from now()))::int as left`,
    [tokenId],
  );
  if (!row || row.requests <= most) return;
  throw new SluiceError(
    "rate_limited",
    `This token may ask ${most.toLocaleString("en-US")} times a minute (limit requestsPerMinute). Wait ${row.left} s; an admin can raise it.`,
    { limit: { name: "requestsPerMinute", value: most }, retryAfter: Math.max(1, row.left) },
  );
}

export function forgetTokens(): void {
  cache.clear();
}

export interface TokenView {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  /** The token that came after it; both work until it expires. */
  replacedBy: string | null;
}

type Row = Awaited<ReturnType<ReturnType<typeof db>["apiToken"]["findFirstOrThrow"]>>;

export function tokenViewOf(row: Row): TokenView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    replacedBy: row.replacedById,
  };
}

export async function listTokens(ctx: Context): Promise<TokenView[]> {
  const rows = await db().apiToken.findMany({
    where: { userId: ctx.user.id, revokedAt: null },
    orderBy: { id: "desc" },
  });
  return rows.map(tokenViewOf);
}

/** When a token ends that `ctx` makes: one that a token makes does not outlive it. */
function endOf(ctx: Context, expiresInDays: number | null): Promise<Date | null> {
  return noLater(ctx, expiresInDays === null ? null : new Date(Date.now() + expiresInDays * 86_400_000));
}

async function noLater(ctx: Context, asked: Date | null): Promise<Date | null> {
  if (ctx.tokenId === null) return asked;
  const { expiresAt } = await db().apiToken.findUniqueOrThrow({ where: { id: ctx.tokenId } });
  return expiresAt && (asked === null || asked > expiresAt) ? expiresAt : asked;
}

/** The answer is the only place where the value ever is. */
export async function createToken(
  ctx: Context,
  input: { name: string; scopes: Scope[]; expiresInDays: number | null },
  /** For whom it speaks: oneself, or a service account that its caller was found to use. */
  userId = ctx.user.id,
): Promise<TokenView & { value: string }> {
  refuseMore(ctx, input.scopes);
  const expiresAt = await endOf(ctx, input.expiresInDays);
  const { value, kept } = newValue();
  const row = await db().$transaction(async (tx) => {
    const made = await tx.apiToken.create({
      data: { ...kept, name: input.name, scopes: input.scopes, userId, expiresAt },
    });
    await audit(tx, ctx, "token.create", `token:${made.id}`, { name: made.name, scopes: made.scopes });
    return made;
  });
  return { ...tokenViewOf(row), value };
}

/** A token's value, and what is kept of it. */
function newValue() {
  const value = newSecret("slc");
  return { value, kept: { id: newId(), hash: sha256(value), prefix: value.slice(0, 8) } };
}

function refuseMore(ctx: Context, scopes: string[]): void {
  const beyond = ctx.scopes?.includes("*") === false && scopes.find((scope) => !ctx.scopes?.includes(scope));
  if (beyond) throw new SluiceError("forbidden", `A token cannot make one with a scope it lacks itself: ${beyond}.`);
}

/** One's own tokens, an editor's those of their teams' service accounts, an admin's those of all service accounts. */
function usable(ctx: Context) {
  const own = { userId: ctx.user.id };
  if (ctx.user.role === "viewer") return own;
  const teams = ctx.user.role === "admin" ? { not: null } : { in: ctx.teamIds };
  return { OR: [own, { user: { serviceTeamId: teams } }] };
}

/**
 * A new value with the same name, scopes and span; the old one works on for so many hours, so that no program stands
 * still while it is changed. Once a token. @throws SluiceError not_found, conflict
 */
export async function rotateToken(
  ctx: Context,
  id: string,
  overlapHours: number,
): Promise<TokenView & { value: string }> {
  const { value, kept } = newValue();
  const row = await db().$transaction(async (tx) => {
    // Two who rotate it at once: the second finds it replaced.
    await tx.$queryRaw`select 1 from api_tokens where id = ${id} for update`;
    const old = await tx.apiToken.findFirst({ where: { id, revokedAt: null, ...usable(ctx) } });
    const now = Date.now();
    if (!old || (old.expiresAt && old.expiresAt.getTime() <= now))
      throw new SluiceError("not_found", "There is no such token of yours that works. Make a new one.");
    if (old.replacedById)
      throw new SluiceError("conflict", "This token was rotated already. Rotate the one that came after it.");
    refuseMore(ctx, old.scopes);
    const span = old.expiresAt && old.expiresAt.getTime() - old.createdAt.getTime();
    const made = await tx.apiToken.create({
      data: {
        ...kept,
        ...{ name: old.name, scopes: old.scopes, userId: old.userId },
        expiresAt: await noLater(ctx, span === null ? null : new Date(now + span)),
      },
    });
    const ends = new Date(now + overlapHours * 3_600_000);
    const expiresAt = old.expiresAt && old.expiresAt < ends ? old.expiresAt : ends;
    await tx.apiToken.update({ where: { id }, data: { replacedById: made.id, expiresAt } });
    await audit(tx, ctx, "token.rotate", `token:${id}`, { name: old.name, by: made.id, overlapHours });
    return made;
  });
  // When the old one ends is in what was kept of it.
  forgetTokens();
  return { ...tokenViewOf(row), value };
}

/** Revokes one's own token, or a service account's of one's team; an admin anybody's. @throws SluiceError not_found */
export async function revokeToken(ctx: Context, id: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const whose = ctx.user.role === "admin" ? {} : usable(ctx);
    const { count } = await tx.apiToken.updateMany({
      where: { id, revokedAt: null, ...whose },
      data: { revokedAt: new Date() },
    });
    if (count === 0) throw new SluiceError("not_found", "There is no such token, or it is revoked already.");
    await audit(tx, ctx, "token.revoke", `token:${id}`);
  });
  forgetTokens();
}
