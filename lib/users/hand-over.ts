import { notify } from "@/lib/inbox/notify";
import type { Transaction } from "@/lib/platform/db/prisma";
import { addServiceAccount } from "./service-accounts";

interface Leaving {
  id: string;
  name: string;
}

interface Scheduled {
  id: string;
  title: string;
  url: string;
  /** The team that takes it over; null: there is none that could run it. */
  team: string | null;
}

/**
 * Gives the schedules of somebody who leaves to the team of what they run, else to one of the leaver's teams that may
 * use its warehouse: from then on a service account of that team runs them. Those that no team can run, also because they
 * read what is only the leaver's own, are paused. The teams are told, and the admins of what was paused.
 */
export async function handOverSchedules(tx: Transaction, leaver: Leaving): Promise<{ moved: number; paused: number }> {
  const all = await tx.$queryRaw<Scheduled[]>`
    select t.id, coalesce(q.title, b.title) as title,
      case when t.board_id is null then '/queries/' || t.query_id else '/boards/' || t.board_id end as url,
      coalesce(q.team_id, b.team_id, (select min(g.team_id) from grants g join team_members m on m.team_id = g.team_id
        where m.user_id = ${leaver.id} and g.warehouse_id in (select q.warehouse_id union all select y.warehouse_id
          from board_queries x join queries y on y.id = x.query_id where x.board_id = b.id))) as team
    from triggers t left join queries q on q.id = t.query_id left join boards b on b.id = t.board_id
      left join warehouses w on w.id = q.warehouse_id
    where t.owner_id = ${leaver.id} and t.pipeline_id is null and coalesce(w.personal, false) is false
    union all
    select t.id, q.title, '/queries/' || q.id, null from triggers t join queries q on q.id = t.query_id
      join warehouses w on w.id = q.warehouse_id where t.owner_id = ${leaver.id} and w.personal`;
  const paused = all.filter(({ team }) => team === null);
  for (const team of new Set(all.flatMap(({ team }) => team ?? []))) {
    const theirs = all.filter((one) => one.team === team);
    const ownerId = await schedulerOf(tx, team);
    await tx.trigger.updateMany({ where: { id: { in: theirs.map(({ id }) => id) } }, data: { ownerId } });
    const text = `${leaver.name}’s account was closed. Your team runs now: ${titles(theirs)}.`;
    await notify(tx, [ownerId], { kind: "answer", text: text.slice(0, 500), url: theirs[0]?.url ?? "/schedules" });
  }
  if (paused.length > 0) {
    const ids = paused.map(({ id }) => id);
    await tx.trigger.updateMany({ where: { id: { in: ids }, pausedAt: null }, data: { pausedAt: new Date() } });
    const admins = await tx.user.findMany({ where: { role: "admin", disabledAt: null }, select: { id: true } });
    const text = `${leaver.name}’s account was closed, and no team can run: ${titles(paused)}. They are paused.`;
    await notify(
      tx,
      admins.map(({ id }) => id),
      { kind: "answer", text: text.slice(0, 500), url: paused[0]?.url ?? "/schedules" },
    );
  }
  return { moved: all.length - paused.length, paused: paused.length };
}

const titles = (list: Scheduled[]) => [...new Set(list.map(({ title }) => `“${title}”`))].join(", ");

/** The team's account that runs what was left to it; made when it is needed first. */
export async function schedulerOf(tx: Transaction, teamId: string): Promise<string> {
  // Two leavers at once do not make two.
  const [team] = await tx.$queryRaw<{ name: string }[]>`select name from teams where id = ${teamId} for update`;
  const name = `Schedules of ${team?.name ?? ""}`;
  const known = await tx.user.findFirst({ where: { serviceTeamId: teamId, disabledAt: null, role: "editor", name } });
  return known?.id ?? addServiceAccount(tx, teamId, name, "editor");
}
