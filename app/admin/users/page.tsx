import type { Metadata } from "next";
import { People } from "@/components/admin/people";
import { Teams } from "@/components/admin/teams";
import { may } from "@/lib/access/policy";
import { listTeams } from "@/lib/teams/data";
import { pageContext } from "@/lib/transport/page";
import { listUsers } from "@/lib/users/data";

export const metadata: Metadata = { title: "Users and teams" };

export default async function UsersPage() {
  const ctx = await pageContext();
  // The layout says so in words; it and its page are drawn side by side.
  if (!may(ctx, "person.manage")) return null;
  const [users, teams] = await Promise.all([listUsers(ctx, { limit: 1000 }), listTeams(ctx)]);
  // Service accounts stand with their tokens: /settings/tokens.
  const byName = users.items.filter(({ service }) => !service).toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <People users={byName} more={users.next !== null} teams={teams} me={ctx.user.id} />
      <Teams teams={teams} users={byName.filter(({ disabled }) => !disabled)} />
    </>
  );
}
