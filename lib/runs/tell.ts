import { notify } from "@/lib/inbox/notify";
import { queueMail } from "@/lib/mail/queue-mail";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { publicUrl } from "@/lib/platform/url";

interface Ended {
  id: string;
  name: string;
  title: string | null;
  owner_id: string;
  team_id: string | null;
  state: "succeeded" | "failed" | "cancelled";
  error: string | null;
  trigger: string;
  /** How the scheduled run before it ended; null: there was none. */
  before: string | null;
}

/** Of a pipeline: its team where it has one, else its owner. */
async function ownersOf(tx: Transaction, ownerId: string, teamId: string | null): Promise<string[]> {
  if (teamId === null) return [ownerId];
  const members = await tx.teamMember.findMany({
    where: { teamId, user: { disabledAt: null } },
    select: { userId: true },
  });
  return members.length > 0 ? members.map(({ userId }) => userId) : [ownerId];
}

/**
 * Tells of scheduled runs that have ended, once an incident: of the first that fails, and of the first that succeeds again.
 * Whoever started one by hand looks at it. Safe in several workers at once.
 */
export async function tellOfRuns(): Promise<number> {
  let told = 0;
  while (await db().$transaction(tellOne)) told++;
  return told;
}

async function tellOne(tx: Transaction): Promise<boolean> {
  const [run] = await tx.$queryRaw<Ended[]>`
    select r.id, p.name, p.title, p.owner_id, p.team_id, r.state::text, r.error, r.trigger, (
      select b.state::text from runs b where b.pipeline_id = r.pipeline_id and b.id <> r.id and b.finished_at <= r.finished_at
        and b.trigger in ('cron', 'retry') and b.state in ('succeeded', 'failed')
      order by b.finished_at desc, b.id desc limit 1) as before
    from runs r join pipelines p on p.id = r.pipeline_id
    where r.told_at is null and r.state in ('succeeded', 'failed', 'cancelled')
    order by r.id limit 1 for update of r skip locked`;
  if (!run) return false;
  await tx.run.update({ where: { id: run.id }, data: { toldAt: new Date() } });
  const message = messageOf(run);
  if (message) await tellOwners(tx, { ownerId: run.owner_id, teamId: run.team_id }, message, `/runs/${run.id}`);
  return true;
}

function messageOf({ state, before, trigger, error, name, title }: Ended): string | null {
  if (trigger !== "cron" && trigger !== "retry") return null;
  if (state === "failed" && before !== "failed") return `The pipeline “${title ?? name}” failed: ${error ?? ""}`;
  if (state === "succeeded" && before === "failed") return `The pipeline “${title ?? name}” runs again.`;
  return null;
}

/** In their inbox, and by mail. @param url below our own origin */
export async function tellOwners(
  tx: Transaction,
  { ownerId, teamId }: { ownerId: string; teamId: string | null },
  message: string,
  url: string,
): Promise<void> {
  const people = await ownersOf(tx, ownerId, teamId);
  await notify(tx, people, { kind: "failure", text: message.slice(0, 500), url });
  const readers = await tx.user.findMany({ where: { id: { in: people }, disabledAt: null, serviceTeamId: null } });
  const text = `${message}\n\n${publicUrl(url)}\n`;
  for (const { email } of readers) await queueMail(tx, { to: email, subject: message.slice(0, 150), text });
}
