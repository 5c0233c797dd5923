import type { Context } from "@/lib/access/context";
import { personNow } from "@/lib/access/shares";
import { tileGroups } from "@/lib/boards/refresh-board";
import { notify } from "@/lib/inbox/notify";
import { mayPass } from "@/lib/platform/db/away";
import { durable, sql } from "@/lib/platform/db/pool";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { startSavedQuery } from "@/lib/queries/run-saved-query";
import type { GivenValues } from "@/lib/queries/schema";
import { startScheduledRun } from "@/lib/runs/start-scheduled-run";
import { tellMissed } from "@/lib/runs/tell-missed";
import { pathTo, triggeredBy } from "./data";
import { againSeconds, lateMs } from "./due";
import { nextFiring, type Timing } from "./firings";

/** Slots written in one transaction, after a long absence. */
const atOnce = 1_000;

interface Row extends Timing {
  id: string;
  paused_at: Date | null;
  next_at: Date;
  /** Of a pipeline: what is done about slots that were missed, and where one of its runs still goes on. */
  pipeline_id: string | null;
  missed: string;
  overlap: string;
}

interface Due {
  trigger_id: string;
  slot: Date;
}

/** Starts what is due; safe in several workers at once. Answers how many slots it dealt with. */
export async function fireTriggers(): Promise<number> {
  let done = 0;
  for (;;) {
    const taken = await db().$transaction(takeOne);
    if (!taken) break;
    done += taken.slots;
    for (const due of taken.due) await start(due);
  }
  const left = await sql<Due>(
    "slots-left",
    `update trigger_slots set noted_at = now() where outcome = 'due' and noted_at < now() - make_interval(secs => $1)
     returning trigger_id, slot`,
    [againSeconds],
  );
  // Of what waits for room the oldest goes first.
  for (const due of left.sort((a, b) => a.slot.getTime() - b.slot.getTime())) await start(due);
  return done + left.length;
}

/**
 * Gives every slot of one trigger up to now its outcome. After an absence the last one runs, late; those before it are
 * missed, and say so, where its pipeline does not want all of them, or none.
 */
async function takeOne(tx: Transaction): Promise<{ slots: number; due: Due[] } | null> {
  const [row] = await tx.$queryRaw<
    Row[]
  >`select id, cron, at, zone, paused_at, next_at, pipeline_id, missed, overlap from triggers
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
  const newest = behind ? null : (slots.at(-1) as Date);
  const busy = !row.paused_at && (await isUnderWay(tx, row.id, row.pipeline_id));
  const outcomes = slots.map((slot) => ({
    slot,
    outcome: outcomeOf(row, slot, { isNewest: slot === newest, busy, now }),
  }));
  await tx.triggerSlot.createMany({
    data: outcomes.map(({ slot, outcome }) => ({ triggerId: row.id, slot, outcome })),
  });
  await tx.trigger.update({ where: { id: row.id }, data: { nextAt: next } });
  const missed = outcomes.flatMap(({ slot, outcome }) => (outcome === "missed" ? [slot] : []));
  if (row.pipeline_id !== null && missed.length > 0) await tellMissed(tx, row, missed);
  const due = outcomes.filter(({ outcome }) => outcome === "due").map(({ slot }) => ({ trigger_id: row.id, slot }));
  return { slots: slots.length, due };
}

function outcomeOf(
  row: Row,
  slot: Date,
  { isNewest, busy, now }: { isNewest: boolean; busy: boolean; now: Date },
): "due" | "paused" | "missed" | "skipped" {
  if (row.paused_at) return "paused";
  const late = now.getTime() - slot.getTime() > lateMs;
  // Each of them is wanted, so each waits its turn.
  if (row.missed === "all" && (late || !isNewest)) return "due";
  if (!isNewest || (row.missed === "none" && late)) return "missed";
  return busy && row.overlap === "skip" ? "skipped" : "due";
}

async function isUnderWay(tx: Transaction, triggerId: string, pipelineId: string | null): Promise<boolean> {
  if (pipelineId !== null) {
    const open = await tx.$queryRaw<unknown[]>`select 1 from runs
      where pipeline_id = ${pipelineId} and state in ('queued', 'running', 'cancelling') limit 1`;
    if (open.length > 0) return true;
  }
  const rows = await tx.$queryRaw<unknown[]>`select 1 from trigger_slots s
    where s.trigger_id = ${triggerId} and (s.outcome = 'due' or s.outcome = 'ran' and s.told_at is null and exists (
      select 1 from trigger_runs r join executions e on e.id = r.execution_id
      where r.trigger_id = s.trigger_id and r.slot = s.slot and e.state in ('queued', 'running', 'cancelling'))) limit 1`;
  return rows.length > 0;
}

type Trigger = NonNullable<Awaited<ReturnType<typeof readTrigger>>>;
const readTrigger = (id: string) =>
  db().trigger.findUnique({ where: { id }, include: { query: true, board: { select: { title: true } } } });

/** Starts the slot's executions, whose ids are written before, so that none is ever started twice. */
async function start({ trigger_id: triggerId, slot }: Due): Promise<void> {
  const trigger = await readTrigger(triggerId);
  if (!trigger) return;
  if (trigger.pipelineId !== null) return startScheduledRun({ ...trigger, pipelineId: trigger.pipelineId }, slot);
  const settle = (outcome: string, error: string | null) =>
    db().triggerSlot.updateMany({ where: { triggerId, slot, outcome: "due" }, data: { outcome, error } });
  try {
    const owner = await personNow(trigger.ownerId);
    if (!owner) throw new SluiceError("forbidden", "The account of whoever set up this schedule was closed.");
    const runs = await planned(owner, trigger, slot);
    let refused: SluiceError | null = null;
    // Those that were refused before a process died stay refused.
    for (const run of runs.filter(({ error }) => error === null)) {
      const problem = await startRun(owner, trigger, run);
      refused ??= problem;
      if (problem) await db().triggerRun.update({ where: keyOf(run), data: { error: problem.message } });
    }
    await durable();
    const none = await db().triggerRun.count({ where: { triggerId, slot, error: null } });
    if (none === 0) throw refused ?? new SluiceError("conflict", "Nothing stands on it that could be run.");
    await settle("ran", null);
  } catch (error) {
    if (!(error instanceof SluiceError)) {
      logger.error({ trigger: triggerId, error: String(error) }, "scheduled run not started");
      // Tried again by whoever comes next: it may have been started all the same, and that is looked at first.
      if (mayPass(error)) return;
    }
    const why = error instanceof SluiceError ? error.message : "Something went wrong inside Sluice.";
    await settle("failed", why);
    const title = trigger.query?.title ?? trigger.board?.title ?? "";
    const notice = {
      kind: "failure" as const,
      text: `The schedule of “${title}” could not run: ${why}`.slice(0, 500),
      url: pathTo(triggeredBy(trigger)),
    };
    await db().$transaction((tx) => notify(tx, [trigger.ownerId], notice));
  }
}

type Run = Awaited<ReturnType<typeof runsOf>>[number];
const runsOf = (triggerId: string, slot: Date, tx: Pick<Transaction, "triggerRun"> = db()) =>
  tx.triggerRun.findMany({ where: { triggerId, slot }, orderBy: { position: "asc" } });
const keyOf = ({ triggerId, slot, executionId }: Run) => ({
  triggerId_slot_executionId: { triggerId, slot, executionId },
});

/** What this slot runs: as it was planned once, whoever asks again. */
async function planned(owner: Context, trigger: Trigger, slot: Date): Promise<Run[]> {
  const { id: triggerId } = trigger;
  const before = await runsOf(triggerId, slot);
  if (before.length > 0) return before;
  const parameters = trigger.parameters as GivenValues;
  const wanted =
    trigger.boardId === null
      ? [{ query: trigger.queryId ?? "", values: parameters, tiles: [] }]
      : (await tileGroups(owner, trigger.boardId, parameters)).groups;
  return db().$transaction(async (tx) => {
    // Of two who plan at once the second finds the first one's.
    await tx.$queryRaw`select 1 from trigger_slots where trigger_id = ${triggerId} and slot = ${slot} for update`;
    const there = await runsOf(triggerId, slot, tx);
    if (there.length > 0) return there;
    await tx.triggerRun.createMany({
      data: wanted.map(({ query: queryId, values, tiles }, position) => ({
        ...{ triggerId, slot, executionId: newId(), position, queryId, parameters: values },
        tiles: tiles.map(({ id }) => id),
      })),
    });
    return runsOf(triggerId, slot, tx);
  });
}

/** Why it could not be started; null when it was, now or before. */
async function startRun(owner: Context, { zone }: Trigger, run: Run): Promise<SluiceError | null> {
  if (await db().execution.findUnique({ where: { id: run.executionId }, select: { id: true } })) return null;
  try {
    const how = { parameters: run.parameters as GivenValues, timeZone: zone, lane: "scheduled" as const };
    await startSavedQuery(owner, run.queryId, how, run.executionId);
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}
