import { personNow } from "@/lib/access/shares";
import { notify } from "@/lib/inbox/notify";
import { type Mail, queueMail } from "@/lib/mail/queue-mail";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { logger } from "@/lib/platform/logger";
import { publicUrl } from "@/lib/platform/url";
import { queueWebhook } from "@/lib/webhooks/queue-webhook";
import { pathTo, triggeredBy } from "./data";
import { conditionOf, type EndedSlot, viewsFor } from "./ended";
import { htmlOf, type Shown, shownTo, textOf } from "./message";
import type { Limit, TellWhen } from "./schema";

/** Who died while telling has lost its claim after so long; what could not be read is tried again then. */
const claimSeconds = 60;

interface Ended {
  trigger_id: string;
  slot: Date;
}

/** Tells of scheduled runs that have ended, each once; safe in several workers at once. */
export async function tellOfEnds(): Promise<number> {
  let told = 0;
  for (;;) {
    const [ended] = await sql<Ended>(
      "slots-ended",
      `update trigger_slots set telling_at = now() where (trigger_id, slot) in (
         select s.trigger_id, s.slot from trigger_slots s
         where s.outcome = 'ran' and s.told_at is null
           and (s.telling_at is null or s.telling_at < now() - make_interval(secs => $1))
           and not exists (select 1 from trigger_runs r join executions e on e.id = r.execution_id
             where r.trigger_id = s.trigger_id and r.slot = s.slot and e.state in ('queued', 'running', 'cancelling'))
         limit 1 for update of s skip locked)
       returning trigger_id, slot`,
      [claimSeconds],
    );
    if (!ended) return told;
    try {
      if (await tell(ended)) told++;
    } catch (error) {
      logger.warn({ trigger: ended.trigger_id, error: String(error) }, "could not tell of a scheduled run");
    }
  }
}

type Trigger = NonNullable<Awaited<ReturnType<typeof readTrigger>>>;
const readTrigger = (id: string) =>
  db().trigger.findUnique({
    where: { id },
    include: { query: { select: { title: true } }, board: { select: { title: true } } },
  });

async function tell({ trigger_id: triggerId, slot }: Ended): Promise<boolean> {
  const [trigger, runs] = await Promise.all([
    readTrigger(triggerId),
    db().triggerRun.findMany({ where: { triggerId, slot }, orderBy: { position: "asc" } }),
  ]);
  if (!trigger) return false;
  const ended: EndedSlot = {
    ...{ triggerId, slot, runs },
    tellWhen: trigger.tellWhen as TellWhen,
    limit: trigger.limit as Limit | null,
  };
  const owner = await personNow(trigger.ownerId);
  const views = owner ? await viewsFor(owner, runs) : [];
  const about = wordsOf(trigger, slot, ended, views);
  // Whose account was closed has nobody look for them.
  const condition = owner ? await conditionOf(owner, ended, views) : { tell: false, met: false, because: null };
  const said = condition.because ? `${about.said} ${condition.because}` : about.said;
  const started = await titled(trigger, runs);
  const several = trigger.boardId !== null;
  const readers = condition.tell
    ? (await Promise.all(trigger.mailTo.map(personNow))).filter((one) => one !== null)
    : [];
  const mails: Mail[] = [];
  for (const reader of readers) {
    const shown = await shownTo(reader, started);
    const html = htmlOf(said, about.path, shown, several);
    mails.push({ to: reader.user.email, subject: about.said, text: textOf(said, about.path, shown, several), html });
  }
  const posted =
    condition.tell && owner && trigger.webhook
      ? bodyOf(trigger, slot, about, said, await shownTo(owner, started))
      : null;
  return db().$transaction(async (tx) => {
    const { count } = await tx.triggerSlot.updateMany({
      where: { triggerId, slot, toldAt: null },
      data: { toldAt: new Date(), met: condition.met },
    });
    if (count === 0) return false;
    if (about.failed) await notify(tx, [trigger.ownerId], { kind: "failure", text: about.said, url: about.path });
    for (const mail of mails) await queueMail(tx, mail);
    const { webhook, webhookSecret } = trigger;
    if (posted && webhook && webhookSecret)
      await queueWebhook(tx, { id: triggerId, trigger: triggerId, webhook, webhookSecret }, posted);
    return true;
  });
}

function bodyOf(trigger: Trigger, slot: Date, { state, path }: Words, text: string, answers: Shown[]): object {
  const { id, queryId: query, boardId: board } = trigger;
  return {
    event: "schedule.ended",
    trigger: { id, query, board, title: titleOf(trigger) },
    ...{ slot: slot.toISOString(), state, text, url: publicUrl(path) },
    // What the schedule's owner may open, who chose where it goes.
    answers,
  };
}

const titleOf = ({ query, board }: Trigger) => query?.title ?? board?.title ?? "";

interface Words {
  said: string;
  path: string;
  state: "succeeded" | "failed" | "cancelled";
  failed: boolean;
}

function wordsOf(trigger: Trigger, slot: Date, { runs }: EndedSlot, views: { id: string; state: string }[]): Words {
  const { zone } = trigger;
  const when = slot.toLocaleString("en-GB", { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
  const bad = runs.length - views.filter(({ state }) => state === "succeeded").length;
  const cancelled = bad > 0 && views.length === runs.length && !views.some(({ state }) => state === "failed");
  const state = bad === 0 ? "succeeded" : cancelled ? "cancelled" : "failed";
  const [first] = runs;
  if (trigger.boardId === null) {
    const words = { succeeded: "is there", failed: "failed", cancelled: "was cancelled" }[state];
    const said = `The scheduled answer of “${titleOf(trigger)}” for ${when} (${zone}) ${words}.`;
    return { said, path: `/executions/${first?.executionId}`, state, failed: state === "failed" };
  }
  const words = { succeeded: "is new", failed: `failed in ${bad} of ${runs.length}`, cancelled: "was cancelled" }[
    state
  ];
  const said = `The board “${titleOf(trigger)}” for ${when} (${zone}) ${words}.`;
  return { said, path: pathTo(triggeredBy(trigger)), state, failed: state === "failed" };
}

/** The runs that were started, with the titles of their queries. */
async function titled(trigger: Trigger, runs: EndedSlot["runs"]): Promise<{ executionId: string; title: string }[]> {
  const ids = [...new Set(runs.map(({ queryId }) => queryId))];
  const queries = await db().query.findMany({ where: { id: { in: ids } }, select: { id: true, title: true } });
  return runs
    .filter(({ error }) => error === null)
    .map(({ executionId, queryId }) => ({
      executionId,
      title: queries.find(({ id }) => id === queryId)?.title ?? titleOf(trigger),
    }));
}
