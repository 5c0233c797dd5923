import type { Metadata } from "next";
import { Tokens } from "@/components/admin/tokens";
import { scopes } from "@/lib/access/policy";
import { listTokens } from "@/lib/access/tokens";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "API tokens" };

export default async function TokensPage() {
  const ctx = await pageContext();
  return <Tokens tokens={await listTokens(ctx)} scopes={[...scopes]} />;
}
