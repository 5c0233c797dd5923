import type { z } from "zod";
import type { Lane } from "@/lib/executions/schema";
import { sha256 } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import type { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { type Context, contextOf, type Person, personColumns } from "./context";
import { ExpiringCache } from "./expiring-cache";
import type { tokenView } from "./schema";

interface PerMinute {
  value: number;
  scope: "company" | "token";
}

interface Found extends Person {
  token_id: string;
  scopes: string[];
  lane: Lane | null;
  expires_at: Date | null;
  /** The least of the limits that it stands under, its own before the company's; null: none. */
  per_minute: PerMinute | null;
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
      `select t.id as token_id, t.scopes, t.lane, t.expires_at, ${personColumns},
         (select jsonb_build_object('value', l.value, 'scope', l.scope) from limits l where l.name = 'requestsPerMinute'
           and (l.scope = 'company' or l.scope = 'token' and l.scope_id = t.id)
           order by l.value, l.scope = 'company' limit 1) as per_minute
       from api_tokens t join users u on u.id = t.user_id
       where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
         and u.disabled_at is null`,
      [hash],
    );
    if (!found) return null;
    cache.set(hash, found);
  }
  if (found.expires_at && found.expires_at.getTime() <= Date.now()) return null;
  if (found.per_minute) await countRequest(found.token_id, found.per_minute);
  if (!used.get(found.token_id)) {
    used.set(found.token_id, true);
    sql("token-used", "update api_tokens set last_used_at = now() where id = $1", [found.token_id]).catch((error) =>
      logger.warn({ error: String(error) }, "could not note when a token was last used"),
    );
  }
  const { token_id: tokenId, scopes, lane } = found;
  return contextOf(found, { sessionId: null, tokenId, scopes, lane, address });
}

/** By the database's minute, so that it holds over all processes. @throws SluiceError rate_limited */
async function countRequest(tokenId: string, { value: most, scope }: PerMinute): Promise<void> {
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
    `This token may ask ${most.toLocaleString("en-US")} times a minute, ${scope === "company" ? "as every token may" : "by its limit"} (limit requestsPerMinute). Wait ${row.left} s; an admin can raise it.`,
    { limit: { name: "requestsPerMinute", scope, value: most }, retryAfter: Math.max(1, row.left) },
  );
}

export function forgetTokens(): void {
  cache.clear();
}

export type TokenView = z.infer<typeof tokenView>;

type Row = Awaited<ReturnType<ReturnType<typeof db>["apiToken"]["findFirstOrThrow"]>>;

export function tokenViewOf(row: Row): TokenView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    lane: row.lane as Lane | null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    replacedBy: row.replacedById,
  };
}

/** One's own tokens, an editor's those of their teams' service accounts, an admin's those of all service accounts. */
export function usable(ctx: Context) {
  const own = { userId: ctx.user.id };
  if (ctx.user.role === "viewer") return own;
  const teams = ctx.user.role === "admin" ? { not: null } : { in: ctx.teamIds };
  return { OR: [own, { user: { serviceTeamId: teams } }] };
}
