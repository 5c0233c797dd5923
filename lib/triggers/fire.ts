import { personNow } from "@/lib/access/shares";
import { notify } from "@/lib/inbox/notify";
import { mayPass } from "@/lib/platform/db/away";
import { durable, sql } from "@/lib/platform/db/pool";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { startSavedQuery } from "@/lib/queries/run-saved-query";
import type { GivenValues } from "@/lib/queries/schema";
import { nextFiring, type Timing } from "./firings";

/** Slots written in one transaction, after a long absence. */
const atOnce = 1_000;
/** What was taken and not started by then was taken by a process that died. */
const againSeconds = 10;

interface Row extends Timing {
  id: string;
  query_id: string;
  owner_id: string;
  paused_at: Date | null;
  next_at: Date;
}

interface Due {
  trigger_id: string;
  slot: Date;
  execution_id: string;
}

/** Starts what is due; safe in several workers at once. Answers how many slots it dealt with. */
export async function fireTriggers(): Promise<number> {
  let done = 0;
  for (;;) {
    const taken = await db().$transaction(takeOne);
    if (!taken) break;
    done += taken.slots;
    if (taken.due) await start(taken.due);
  }
  const left = await sql<Due>(
    "slots-left",
    `update trigger_slots set noted_at = now() where outcome = 'due' and noted_at < now() - make_interval(secs => $1)
     returning trigger_id, slot, execution_id`,
    [againSeconds],
  );
  for (const due of left) await start(due);
  return done + left.length;
}

/**
 * Gives every slot of one trigger up to now its outcome. After an absence the last one runs, late; those before it are
 * missed, and say so.
 */
async function takeOne(tx: Transaction): Promise<{ slots: number; due: Due | null } | null> {
  const [row] = await tx.$queryRaw<
    Row[]
  >`select id, query_id, owner_id, cron, at, zone, paused_at, next_at from triggers
    where next_at <= now() order by next_at limit 1 for update skip locked`;
  if (!row) return null;
  const now = new Date();
  const slots = [row.next_at];
  let next = nextFiring(row, row.next_at);
  while (next && next <= now && slots.length < atOnce) {
    slots.push(next);
    next = nextFiring(row, next);
  }
  const behind = next !== null && next <= now;
  const last = slots.at(-1) as Date;
  const outcome = row.paused_at ? "paused" : behind ? "missed" : (await isUnderWay(tx, row.id)) ? "skipped" : "due";
  const due = outcome === "due" ? { trigger_id: row.id, slot: last, execution_id: newId() } : null;
  await tx.triggerSlot.createMany({
    data: slots.map((slot) => ({
      triggerId: row.id,
      slot,
      outcome: slot === last ? outcome : row.paused_at ? "paused" : "missed",
      executionId: slot === last ? (due?.execution_id ?? null) : null,
    })),
  });
  await tx.trigger.update({ where: { id: row.id }, data: { nextAt: next } });
  return { slots: slots.length, due };
}

async function isUnderWay(tx: Transaction, triggerId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`select 1 from trigger_slots s left join executions e on e.id = s.execution_id
    where s.trigger_id = ${triggerId} and (s.outcome = 'due'
      or s.outcome = 'ran' and s.told_at is null and e.state in ('queued', 'running', 'cancelling')) limit 1`;
  return rows.length > 0;
}

/** Starts the slot's execution, whose id was written before, so that it is never started twice. */
async function start({ trigger_id, slot, execution_id }: Due): Promise<void> {
  const trigger = await db().trigger.findUnique({ where: { id: trigger_id }, include: { query: true } });
  if (!trigger) return;
  const settle = (outcome: string, error: string | null) =>
    db().triggerSlot.updateMany({ where: { triggerId: trigger_id, slot, outcome: "due" }, data: { outcome, error } });
  if (await db().execution.findUnique({ where: { id: execution_id }, select: { id: true } })) {
    await settle("ran", null);
    return;
  }
  try {
    const owner = await personNow(trigger.ownerId);
    if (!owner) throw new SluiceError("forbidden", "The account of whoever set up this schedule was closed.");
    const parameters = trigger.parameters as GivenValues;
    await startSavedQuery(
      owner,
      trigger.queryId,
      { parameters, timeZone: trigger.zone, lane: "scheduled" },
      execution_id,
    );
    await durable();
    await settle("ran", null);
  } catch (error) {
    if (!(error instanceof SluiceError)) {
      logger.error({ trigger: trigger_id, error: String(error) }, "scheduled query not started");
      // Tried again by whoever comes next: it may have been started all the same, and that is looked at first.
      if (mayPass(error)) return;
    }
    const why = error instanceof SluiceError ? error.message : "Something went wrong inside Sluice.";
    await settle("failed", why);
    const notice = {
      kind: "failure" as const,
      text: `The schedule of “${trigger.query.title}” could not run: ${why}`.slice(0, 500),
      url: `/queries/${trigger.queryId}`,
    };
    await db().$transaction((tx) => notify(tx, [trigger.ownerId], notice));
  }
}
