import { queueMail } from "@/lib/mail/queue-mail";
import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import type { NoticeKind } from "./schema";

/** A failure is seen by who waits for it; all else somebody else began. */
const mailed: ReadonlySet<NoticeKind> = new Set(["request", "answer", "mention", "share", "disk"]);

/** Puts a line into each of these people's inboxes, in the transaction of what it tells of, and has most kinds mailed. */
export async function notify(
  tx: Transaction,
  people: Iterable<string>,
  notice: { kind: NoticeKind; text: string; url: string; requestId?: string },
): Promise<void> {
  const ids = await readersOf(tx, [...new Set(people)]);
  if (ids.length === 0) return;
  await tx.notice.createMany({ data: ids.map((userId) => ({ id: newId(), userId, ...notice })) });
  if (!mailed.has(notice.kind)) return;
  const readers = await tx.user.findMany({ where: { id: { in: ids }, disabledAt: null }, select: { email: true } });
  const text = `${notice.text}\n\n${notice.url}\n`;
  for (const { email } of readers) await queueMail(tx, { to: email, subject: notice.text, text });
}

/** Nobody reads a service account's inbox: its team does. */
async function readersOf(tx: Transaction, ids: string[]): Promise<string[]> {
  const services = await tx.user.findMany({
    where: { id: { in: ids }, serviceTeamId: { not: null } },
    select: { id: true, serviceTeamId: true },
  });
  if (services.length === 0) return ids;
  const teams = services.flatMap(({ serviceTeamId }) => serviceTeamId ?? []);
  const members = await tx.user.findMany({
    where: { serviceTeamId: null, disabledAt: null, memberships: { some: { teamId: { in: teams } } } },
    select: { id: true },
  });
  const own = new Set(services.map(({ id }) => id));
  return [...new Set([...ids.filter((id) => !own.has(id)), ...members.map(({ id }) => id)])];
}
