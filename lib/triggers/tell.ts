import { notify } from "@/lib/inbox/notify";
import { queueMail } from "@/lib/mail/queue-mail";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import type { MailWhen } from "./schema";

interface Ended {
  trigger_id: string;
  slot: Date;
  execution_id: string;
  state: "succeeded" | "failed" | "cancelled";
  row_count: bigint | null;
  title: string;
  owner_id: string;
  zone: string;
  mail_when: MailWhen;
  mail_to: string[];
}

/** Tells of scheduled runs that have ended, each once; safe in several workers at once. */
export async function tellOfEnds(): Promise<number> {
  let told = 0;
  while (await db().$transaction(tellOne)) told++;
  return told;
}

async function tellOne(tx: Transaction): Promise<boolean> {
  const [ended] = await tx.$queryRaw<Ended[]>`select s.trigger_id, s.slot, s.execution_id, e.state::text as state,
      st.row_count, q.title, t.owner_id, t.zone, t.mail_when, t.mail_to
    from trigger_slots s join executions e on e.id = s.execution_id join statements st on st.id = e.statement_id
      join triggers t on t.id = s.trigger_id join queries q on q.id = t.query_id
    where s.outcome = 'ran' and s.told_at is null and e.state in ('succeeded', 'failed', 'cancelled')
    limit 1 for update of s skip locked`;
  if (!ended) return false;
  const { trigger_id: triggerId, slot } = ended;
  await tx.triggerSlot.update({ where: { triggerId_slot: { triggerId, slot } }, data: { toldAt: new Date() } });
  const url = `/executions/${ended.execution_id}`;
  const when = slot.toLocaleString("en-GB", { timeZone: ended.zone, dateStyle: "medium", timeStyle: "short" });
  const words = { succeeded: "is there", failed: "failed", cancelled: "was cancelled" }[ended.state];
  const text = `The scheduled answer of “${ended.title}” for ${when} (${ended.zone}) ${words}.`;
  if (ended.state === "failed") await notify(tx, [ended.owner_id], { kind: "failure", text, url });
  if (isWanted(ended)) {
    // How many rows is for who may open it, which its page asks.
    const readers = await tx.user.findMany({ where: { id: { in: ended.mail_to }, disabledAt: null } });
    for (const { email } of readers) await queueMail(tx, { to: email, subject: text, text: `${text}\n\n${url}\n` });
  }
  return true;
}

function isWanted({ mail_when, state, row_count }: Ended): boolean {
  if (mail_when === "always") return true;
  if (mail_when === "failed") return state === "failed";
  return mail_when === "rows" && state === "succeeded" && Number(row_count ?? 0) > 0;
}
