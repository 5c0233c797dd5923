import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";

export async function listTeams(ctx: Context) {
  allow(ctx, "team.manage");
  const rows = await db().team.findMany({
    orderBy: { name: "asc" },
    include: {
      members: {
        where: { user: { serviceTeamId: null } },
        include: { user: { select: { id: true, name: true, email: true } } },
      },
    },
  });
  return rows.map((row) => ({ id: row.id, name: row.name, members: row.members.map((member) => member.user) }));
}

/** The teams that this person is in, by name; an admin sees all. */
export async function teamsOf(ctx: Context): Promise<{ id: string; name: string }[]> {
  const where = ctx.user.role === "admin" ? {} : { id: { in: ctx.teamIds } };
  return db().team.findMany({ where, select: { id: true, name: true }, orderBy: { name: "asc" }, take: 1_000 });
}
