import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pipelineFor, requirePipelineEdit } from "@/lib/pipelines/row";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import type { UpdateTrigger } from "./schema";

/** Why a pipeline's schedule is not changed by itself. */
export const ofDocument = (name: string) =>
  `This schedule stands in the document of the pipeline ${name}. Change it there and publish it; here it can be paused and resumed.`;

/**
 * Pauses or resumes a schedule of a pipeline, for those who may change the pipeline, wherever its document lives. Its slots
 * are recorded as paused meanwhile.
 * @throws SluiceError forbidden, invalid at what its document says, conflict of one that is over
 */
export async function pauseSchedule(
  ctx: Context,
  id: string,
  pipelineId: string,
  { paused, ...rest }: UpdateTrigger,
): Promise<void> {
  allow(ctx, "pipeline.write");
  const pipeline = await pipelineFor(ctx, pipelineId);
  requirePipelineEdit(ctx, pipeline);
  const [other] = Object.keys(rest);
  if (other !== undefined) throw invalidAt(other, ofDocument(pipeline.name));
  if (paused === undefined) return;
  await db().$transaction(async (tx) => {
    // One that waits here for a publish finds what became of the schedule.
    const [row] = await tx.$queryRaw<{ paused: boolean; over: boolean }[]>`
      select paused_at is not null as paused, next_at is null as over from triggers where id = ${id} for update`;
    if (!row || row.over)
      throw new SluiceError("conflict", "This schedule is over: it has no time to come that could be paused.");
    if (row.paused === paused) return;
    await tx.trigger.update({ where: { id }, data: { pausedAt: paused ? new Date() : null, updatedAt: new Date() } });
    await audit(tx, ctx, "trigger.update", `trigger:${id}`, { pipeline: pipeline.name, paused });
  });
}
