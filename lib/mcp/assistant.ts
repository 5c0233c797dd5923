import type { Context } from "@/lib/access/context";
import { allow, type Scope } from "@/lib/access/policy";
import { sql } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";

/** All that an assistant may do, whatever else its token may: look, and run what its person may run. */
const granted: Scope[] = ["warehouses:read", "queries:read", "executions:read", "executions:run"];

/**
 * Who asks, as an assistant of theirs. A browser's cookie is not taken: a page could otherwise lead an assistant to act
 * as whoever is signed in. @throws SluiceError unauthenticated, forbidden
 */
export function assistantOf(ctx: Context): Context {
  if (!ctx.tokenId) throw new SluiceError("unauthenticated", "Assistants sign in with a token of the scope mcp:use.");
  allow(ctx, "mcp.use");
  return { ...ctx, scopes: granted };
}

const hourMs = 3_600_000;

/** @throws SluiceError rate_limited when this token has run all that an assistant may run in an hour */
export async function spend(ctx: Context): Promise<void> {
  const most = env().MCP_STATEMENTS_PER_HOUR;
  // Ids begin with their time, so the index on a person's executions finds an hour of them.
  const [row] = await sql<{ n: number }>(
    "mcp-spent",
    "select count(*)::int as n from executions where user_id = $1 and id >= $2 and token_id = $3",
    [ctx.user.id, newId(Date.now() - hourMs).slice(0, 10), ctx.tokenId],
  );
  if ((row?.n ?? 0) < most) return;
  throw new SluiceError(
    "rate_limited",
    `This token has run ${most} statements within an hour, which is all that an assistant may. Wait, or ask an admin to raise MCP_STATEMENTS_PER_HOUR.`,
    { retryAfter: 300 },
  );
}
