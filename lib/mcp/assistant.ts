import type { Context } from "@/lib/access/context";
import { allow, type Scope } from "@/lib/access/policy";
import { SluiceError } from "@/lib/platform/errors";

/** All that an assistant may do, whatever else its token may: look, and run what its person may run. */
const granted: Scope[] = ["warehouses:read", "queries:read", "executions:read", "executions:run"];

/**
 * Who asks, as an assistant of theirs: with less than its token may, further back in the line, and under a budget of
 * statements an hour (decision 0082). A browser's cookie is not taken: a page could otherwise lead an assistant to act
 * as whoever is signed in. @throws SluiceError unauthenticated, forbidden
 */
export function assistantOf(ctx: Context): Context {
  if (!ctx.tokenId) throw new SluiceError("unauthenticated", "Assistants sign in with a token of the scope mcp:use.");
  allow(ctx, "mcp.use");
  return { ...ctx, scopes: granted, assistant: true };
}
