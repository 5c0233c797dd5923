import { notify } from "@/lib/inbox/notify";
import type { Transaction } from "@/lib/platform/db/prisma";
import { schedulerOf } from "./hand-over";

interface Left {
  id: string;
  name: string;
  title: string | null;
  /** The team that takes it over; null: there is none that could run it. */
  team: string | null;
}

/**
 * Gives the pipelines of somebody who leaves to the team that owns them, else to one of the leaver's teams that may use all
 * their warehouses: from then on they run as a service account of that team, and its members may change them. Those that no
 * team can run start no more by themselves. The teams are told, and the admins of what does not run.
 */
export async function handOverPipelines(
  tx: Transaction,
  leaver: { id: string; name: string },
): Promise<{ moved: number; paused: number }> {
  const all = await tx.$queryRaw<Left[]>`
    select p.id, p.name, p.title, coalesce(p.team_id, (
        select min(m.team_id) from team_members m where m.user_id = ${leaver.id} and not exists (
          select from unnest(p.warehouses) w(id) where not exists (
            select from grants g where g.team_id = m.team_id and g.warehouse_id = w.id)))) as team
    from pipelines p where p.owner_id = ${leaver.id} and p.archived_at is null order by p.name`;
  for (const team of new Set(all.flatMap((one) => one.team ?? []))) {
    const theirs = all.filter((one) => one.team === team);
    const ids = theirs.map(({ id }) => id);
    const ownerId = await schedulerOf(tx, team);
    await tx.pipeline.updateMany({ where: { id: { in: ids } }, data: { ownerId, teamId: team } });
    await tx.trigger.updateMany({ where: { pipelineId: { in: ids } }, data: { ownerId } });
    const members = await tx.teamMember.findMany({
      where: { teamId: team, userId: { not: leaver.id }, user: { disabledAt: null, serviceTeamId: null } },
      select: { userId: true },
    });
    const people = members.map(({ userId }) => userId);
    await say(tx, people, theirs, `${leaver.name}’s account was closed. Your team has now: ${titles(theirs)}.`);
  }
  const stopped = all.filter(({ team }) => team === null);
  if (stopped.length > 0) {
    const ids = stopped.map(({ id }) => id);
    await tx.trigger.updateMany({ where: { pipelineId: { in: ids }, pausedAt: null }, data: { pausedAt: new Date() } });
    const admins = await tx.user.findMany({ where: { role: "admin", disabledAt: null }, select: { id: true } });
    const people = admins.map(({ id }) => id);
    const text = `${leaver.name}’s account was closed, and no team can run: ${titles(stopped)}. They do not start any more.`;
    await say(tx, people, stopped, text);
  }
  return { moved: all.length - stopped.length, paused: stopped.length };
}

const titles = (list: Left[]) => list.map(({ name, title }) => `“${title ?? name}”`).join(", ");

async function say(tx: Transaction, people: string[], about: Left[], text: string): Promise<void> {
  const url = about.length === 1 ? `/pipelines/${about[0]?.name}` : "/pipelines";
  await notify(tx, people, { kind: "answer", text: text.slice(0, 500), url });
}
