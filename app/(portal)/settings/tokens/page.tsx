import type { Metadata } from "next";
import { ServiceAccounts } from "@/components/admin/service-accounts";
import { Tokens } from "@/components/admin/tokens";
import { listTokens } from "@/lib/access/list-tokens";
import { may, scopes } from "@/lib/access/policy";
import type { TokenView } from "@/lib/access/tokens";
import { teamsOf } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";
import { listServiceAccounts } from "@/lib/users/service-accounts";

export const metadata: Metadata = { title: "API tokens" };

export default async function TokensPage() {
  const ctx = await pageContext();
  const now = Date.now();
  const shown = <Shown extends TokenView>(token: Shown) => ({
    ...token,
    expired: token.expiresAt !== null && Date.parse(token.expiresAt) <= now,
  });
  const accounts = may(ctx, "service.use") ? await listServiceAccounts(ctx) : [];
  const teams = may(ctx, "person.manage") ? await teamsOf(ctx) : null;
  const own = await listTokens(ctx, { all: "0", limit: 1_000 });
  const gives = may(ctx, "gate.write");
  return (
    <>
      <Tokens tokens={own.items.map(shown)} scopes={[...scopes]} gives={gives} />
      {accounts.length > 0 || teams ? (
        <ServiceAccounts
          accounts={accounts.map((account) => ({ ...account, tokens: account.tokens.map(shown) }))}
          scopes={[...scopes]}
          teams={teams}
          gives={gives}
        />
      ) : null}
    </>
  );
}
