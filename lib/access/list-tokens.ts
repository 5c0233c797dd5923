import type { z } from "zod";
import { likeText } from "@/lib/platform/db/like";
import { sql } from "@/lib/platform/db/pool";
import type { Context } from "./context";
import { allow } from "./policy";
import type { listedToken, tokensQuery } from "./schema";

export type ListedToken = z.infer<typeof listedToken>;
type Row = Omit<ListedToken, "createdAt" | "expiresAt" | "lastUsedAt"> & {
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
};

/**
 * One's own that are not revoked, or with `all` everybody's and all service accounts', a page at a time; newest first.
 * `q` is a part of a token's name, its beginning or a scope of it, or of its owner's name, address or team.
 * @throws SluiceError forbidden where all are asked for by somebody who is no admin
 */
export async function listTokens(
  ctx: Context,
  asked: z.output<typeof tokensQuery>,
): Promise<{ items: ListedToken[]; next: string | null }> {
  const all = asked.all === "1";
  if (all) allow(ctx, "token.manage");
  const words = likeText(asked.q?.trim() ?? "");
  const rows = await sql<Row>(
    "tokens",
    `select t.id, t.name, t.prefix, t.scopes, t.lane, t.replaced_by_id as "replacedBy", t.created_at, t.expires_at, t.last_used_at,
       jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'service', s.name) as owner,
       coalesce((select jsonb_agg(jsonb_build_object('name', l.name, 'value', l.value) order by l.name)
         from limits l where l.scope = 'token' and l.scope_id = t.id), '[]') as limits,
       exists (select from pauses p where p.kind = 'token' and p.ended_at is null and t.id = any(p.targets)) as paused
     from api_tokens t join users u on u.id = t.user_id left join teams s on s.id = u.service_team_id
     where t.revoked_at is null and ($1::text is null or t.user_id = $1) and ($2::text is null or t.id < $2)
       and ($3 = '' or concat_ws(' ', t.name, u.name, u.email, s.name) ilike '%' || $3 || '%'
         or t.prefix ilike $3 || '%' or exists (select from unnest(t.scopes) scope where scope ilike '%' || $3 || '%'))
     order by t.id desc limit $4`,
    [all ? null : ctx.user.id, asked.cursor ?? null, words, asked.limit + 1],
  );
  const items = rows.slice(0, asked.limit).map(({ created_at, expires_at, last_used_at, ...token }) => ({
    ...token,
    createdAt: created_at.toISOString(),
    expiresAt: expires_at?.toISOString() ?? null,
    lastUsedAt: last_used_at?.toISOString() ?? null,
  }));
  return { items, next: rows.length > asked.limit ? (items.at(-1)?.id ?? null) : null };
}

/** What anybody's token is called, and whose it is, for admins; null where there is no such token. */
export async function tokenName(ctx: Context, id: string): Promise<string | null> {
  allow(ctx, "token.manage");
  const [row] = await sql<{ name: string }>(
    "token-name",
    "select t.name || ' of ' || u.name as name from api_tokens t join users u on u.id = t.user_id where t.id = $1 and t.revoked_at is null",
    [id],
  );
  return row?.name ?? null;
}
