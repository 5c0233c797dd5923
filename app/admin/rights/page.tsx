import type { Metadata } from "next";
import { Rights } from "@/components/admin/rights";
import { listRights } from "@/lib/access/allow-right";
import { may } from "@/lib/access/policy";
import { listTeams } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Rights" };

export default async function RightsPage() {
  const ctx = await pageContext();
  if (!may(ctx, "right.manage")) return null;
  const [rights, teams] = await Promise.all([listRights(ctx), listTeams(ctx)]);
  const named = teams.map(({ id, name }) => ({ id, name })).toSorted((a, b) => a.name.localeCompare(b.name));
  return <Rights items={rights.items} teams={named} />;
}
