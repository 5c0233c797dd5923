import type { Transaction } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { nextFiring, type Timing } from "@/lib/triggers/firings";
import { type PipelineDocument, unsaid } from "./schema";

interface Wanted extends Timing {
  missed: string;
  overlap: string;
}

/** The triggers of a document that a clock starts. */
function wanted(document: PipelineDocument): Wanted[] {
  const overlap = document.concurrency?.overlap ?? unsaid.overlap;
  return (document.triggers ?? []).flatMap((trigger): Wanted[] => {
    if ("cron" in trigger)
      return [
        { cron: trigger.cron, at: null, zone: trigger.timezone, missed: trigger.missed ?? unsaid.missed, overlap },
      ];
    if ("at" in trigger)
      return [
        {
          cron: null,
          at: new Date(trigger.at),
          zone: trigger.timezone ?? unsaid.timezone,
          missed: unsaid.missed,
          overlap,
        },
      ];
    return [];
  });
}

const keyOf = ({ cron, at, zone }: Timing) => `${cron ?? at?.toISOString()} ${zone}`;

/**
 * Makes the live version's schedules those that there are. One that stays keeps its ledger and its next slot, so that a
 * change of something else neither misses one nor runs one twice.
 */
export async function syncSchedules(
  tx: Transaction,
  pipelineId: string,
  ownerId: string,
  document: PipelineDocument,
): Promise<void> {
  const before = await tx.trigger.findMany({ where: { pipelineId } });
  const now = new Date();
  const next = new Map(wanted(document).map((one) => [keyOf(one), one]));
  for (const row of before) {
    const stays = next.get(keyOf(row));
    // Its ledger stays; it has no slot to come.
    if (!stays)
      await tx.trigger.update({ where: { id: row.id }, data: { nextAt: null, pausedAt: row.pausedAt ?? now } });
    else {
      // One with a slot to come was paused by somebody, who resumes it; one without comes back.
      const again = row.nextAt === null ? { pausedAt: null, nextAt: nextFiring(stays, now) } : {};
      await tx.trigger.update({
        where: { id: row.id },
        data: { missed: stays.missed, overlap: stays.overlap, ...again },
      });
      next.delete(keyOf(row));
    }
  }
  for (const { cron, at, zone, missed, overlap } of next.values())
    await tx.trigger.create({
      data: {
        id: newId(),
        pipelineId,
        ownerId,
        cron,
        at,
        zone,
        missed,
        overlap,
        nextAt: nextFiring({ cron, at, zone }, now),
      },
    });
}

/** Of one that is archived nothing starts by itself. */
export async function endSchedules(tx: Transaction, pipelineId: string): Promise<void> {
  await tx.trigger.updateMany({ where: { pipelineId }, data: { nextAt: null, pausedAt: new Date() } });
}
