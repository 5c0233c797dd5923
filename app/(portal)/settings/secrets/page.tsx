import type { Metadata } from "next";
import { Secrets } from "@/components/secrets/secrets";
import { Empty } from "@/components/ui/empty";
import { may } from "@/lib/access/policy";
import { listSecrets } from "@/lib/secrets/data";
import { teamsOf } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Secrets" };

export default async function SecretsPage() {
  const ctx = await pageContext();
  if (!may(ctx, "secret.read"))
    return <Empty title="Secrets are for people who build pipelines">An admin can make you an editor.</Empty>;
  const [secrets, teams] = await Promise.all([listSecrets(ctx), teamsOf(ctx)]);
  return <Secrets secrets={secrets} teams={teams} forCompany={ctx.user.role === "admin"} />;
}
