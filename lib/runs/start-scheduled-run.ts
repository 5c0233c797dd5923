import { pipelineActor } from "@/lib/pipelines/doors";
import { intervalOfSlot, lastComplete } from "@/lib/pipelines/intervals";
import { pipelineFor } from "@/lib/pipelines/row";
import { mayPass } from "@/lib/platform/db/away";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { logger } from "@/lib/platform/logger";
import { lateMs } from "@/lib/triggers/due";
import { moveOn } from "./move-on";
import { runParams } from "./run-params";
import { createRun, publishedVersion } from "./start-run";
import { tell, tellerOf } from "./tell";

interface Schedule {
  id: string;
  pipelineId: string;
  cron: string | null;
  zone: string;
  missed: string;
  overlap: string;
  pausedAt: Date | null;
}

/**
 * Starts the run of a slot, under an id that is written before: whoever asks again, also after a process died in the middle,
 * finds it started. The slot's interval is the last complete unit before it, whenever it really starts.
 */
export async function startScheduledRun(schedule: Schedule, slot: Date): Promise<void> {
  const { id: triggerId, pipelineId, cron, zone, missed, overlap, pausedAt } = schedule;
  const settle = (outcome: "ran" | "failed" | "paused", error: string | null) =>
    db().triggerSlot.updateMany({
      where: { triggerId, slot, outcome: "due" },
      // Of a run's end its own owners are told (tell.ts).
      data: { outcome, error, toldAt: new Date() },
    });
  try {
    const [chosen] = await sql<{ run_id: string; error: string | null }>(
      "slot_run",
      `update trigger_slots set run_id = coalesce(run_id, $3) where trigger_id = $1 and slot = $2 and outcome = 'due'
       returning run_id, error`,
      [triggerId, slot, newId()],
    );
    if (!chosen) return;
    // It waited for room, and its schedule was paused meanwhile.
    if (chosen.error !== null && pausedAt !== null) return void (await settle("paused", null));
    const found = await db().pipeline.findUniqueOrThrow({ where: { id: pipelineId } });
    const actor = await pipelineActor(found.ownerId, found.teamId);
    const pipeline = await pipelineFor(actor, pipelineId);
    const version = await publishedVersion(pipelineId, pipeline.version);
    const { from, to } = cron === null ? lastComplete("day", slot, zone) : intervalOfSlot(cron, slot, zone);
    // One that was missed and is wanted all the same waits its turn.
    const waits = missed === "all" && Date.now() - slot.getTime() > lateMs;
    await createRun(actor, {
      ...{ id: chosen.run_id, pipeline, version, trigger: "cron", lane: "scheduled" },
      interval: { from, to, timeZone: zone },
      params: runParams(version.document, {}),
    });
    // Only now: nothing is cancelled for one that could not be started.
    if (overlap === "cancel" && !waits) await cancelOpen(pipelineId, chosen.run_id);
    await settle("ran", null);
  } catch (error) {
    if (!(error instanceof SluiceError)) {
      logger.error({ trigger: triggerId, error: String(error) }, "scheduled run not started");
      if (mayPass(error)) return;
    }
    const why = error instanceof SluiceError ? error.message : "Something went wrong inside Sluice.";
    // Too much waits already: so does the slot, and says why, until whoever comes next finds room (fire.ts).
    if (error instanceof SluiceError && error.code === "rate_limited") {
      await db().triggerSlot.updateMany({ where: { triggerId, slot, outcome: "due" }, data: { error: why } });
      return;
    }
    const { count } = await settle("failed", why);
    if (count > 0) await tellNotStarted(schedule, slot, why);
  }
}

/**
 * Of a pipeline that wants the newest alone: ids are in the order of time. Runs of slots that were missed stay, where its
 * trigger wants each of them.
 */
async function cancelOpen(pipelineId: string, but: string): Promise<void> {
  const open = await sql<{ id: string }>(
    "runs_open_of",
    `select r.id from runs r where r.pipeline_id = $1 and r.id < $2 and r.state in ('queued', 'running') and not exists (
       select 1 from trigger_slots s join triggers t on t.id = s.trigger_id
       where t.pipeline_id = $1 and t.missed = 'all' and s.run_id = r.id
         and r.created_at - s.slot > make_interval(secs => $3))`,
    [pipelineId, but, lateMs / 1_000],
  );
  for (const { id } of open) {
    await sql("cancel_run", "select sluice_cancel_run($1, $2)", [
      id,
      "Cancelled: the next scheduled run took its place.",
    ]);
    await moveOn(id);
  }
}

/** Once an incident: when the slot before it could be started, or nobody has looked at one. */
async function tellNotStarted({ id, pipelineId }: Schedule, slot: Date, why: string): Promise<void> {
  const before = await db().triggerSlot.findFirst({
    where: { triggerId: id, slot: { lt: slot } },
    orderBy: { slot: "desc" },
  });
  if (before?.outcome === "failed") return;
  await db().$transaction(async (tx) => {
    const pipeline = await tellerOf(tx, pipelineId);
    const text = `The pipeline “${pipeline.title ?? pipeline.name}” could not run: ${why}`;
    await tell(tx, pipeline, { event: "pipeline.failed", text, url: `/pipelines/${pipeline.name}` });
  });
}
