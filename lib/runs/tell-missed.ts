import type { Transaction } from "@/lib/platform/db/prisma";
import { tell, tellerOf } from "./tell";

/**
 * Says which scheduled runs of a pipeline there were none of, since nobody was there to start them: once for an absence,
 * however many slots it took, so not where the slot before them was missed too.
 */
export async function tellMissed(
  tx: Transaction,
  { id, pipeline_id, zone }: { id: string; pipeline_id: string | null; zone: string },
  slots: Date[],
): Promise<void> {
  const [first, last] = [slots[0], slots.at(-1)];
  if (!first || !last || pipeline_id === null) return;
  const before = await tx.triggerSlot.findFirst({
    where: { triggerId: id, slot: { lt: first } },
    orderBy: { slot: "desc" },
  });
  if (before?.outcome === "missed") return;
  const pipeline = await tellerOf(tx, pipeline_id);
  const at = (slot: Date) => slot.toLocaleString("en-GB", { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
  const which =
    slots.length === 1 ? `the run of ${at(first)}` : `${slots.length} runs, from ${at(first)} to ${at(last)}`;
  const text = `The pipeline “${pipeline.title ?? pipeline.name}” missed ${which} (${zone}): Sluice was not running.`;
  await tell(tx, pipeline, { event: "pipeline.missed", text, url: `/pipelines/${pipeline.name}` });
}
