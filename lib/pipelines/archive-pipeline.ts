import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { pipelineFor, requirePipelineEdit } from "./row";
import { endSchedules } from "./schedules";

/** Takes it out of lists, and starts nothing of it any more; publishing it again brings it back. Its runs stay. */
export async function archivePipeline(ctx: Context, name: string): Promise<void> {
  allow(ctx, "pipeline.write");
  const row = await pipelineFor(ctx, name);
  requirePipelineEdit(ctx, row);
  if (row.archived_at) return;
  await db().$transaction(async (tx) => {
    await tx.pipeline.update({ where: { id: row.id }, data: { archivedAt: new Date() } });
    await endSchedules(tx, row.id);
    await audit(tx, ctx, "pipeline.archive", `pipeline:${row.id}`, { name: row.name });
  });
}
