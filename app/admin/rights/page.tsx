import type { Metadata } from "next";
import { Rights } from "@/components/admin/rights";
import { listRights } from "@/lib/access/allow-right";
import { may } from "@/lib/access/policy";
import { listTeams } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";
import { listUsers } from "@/lib/users/data";

export const metadata: Metadata = { title: "Rights" };

export default async function RightsPage() {
  const ctx = await pageContext();
  if (!may(ctx, "right.manage")) return null;
  const [rights, teams, users] = await Promise.all([listRights(ctx), listTeams(ctx), listUsers(ctx, { limit: 1000 })]);
  const named = (all: { id: string; name: string }[]) =>
    all.map(({ id, name }) => ({ id, name })).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <Rights items={rights.items} teams={named(teams)} people={named(users.items.filter(({ disabled }) => !disabled))} />
  );
}
