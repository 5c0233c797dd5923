import type { Metadata } from "next";
import { Tokens } from "@/components/admin/tokens";
import { scopes } from "@/lib/access/policy";
import { listTokens } from "@/lib/access/tokens";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "API tokens" };

export default async function TokensPage() {
  const ctx = await pageContext();
  const now = Date.now();
  const tokens = (await listTokens(ctx)).map((token) => ({
    ...token,
    expired: token.expiresAt !== null && Date.parse(token.expiresAt) <= now,
  }));
  return <Tokens tokens={tokens} scopes={[...scopes]} />;
}
