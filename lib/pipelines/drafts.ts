import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import type { PipelineDraft } from "./schema";

// A person's own unpublished text: nobody else reads it, and keeping it is no event for the audit log.
const most = 200;

const viewOf = (row: Omit<PipelineDraft, "updatedAt"> & { updatedAt: Date }): PipelineDraft => ({
  ...{ name: row.name, text: row.text, baseVersion: row.baseVersion, updatedAt: row.updatedAt.toISOString() },
});

/** @throws SluiceError not_found */
export async function readPipelineDraft(ctx: Context, name: string): Promise<PipelineDraft> {
  allow(ctx, "pipeline.read");
  const row = await db().pipelineDraft.findUnique({ where: { userId_name: { userId: ctx.user.id, name } } });
  if (row) return viewOf(row);
  throw new SluiceError("not_found", "You have no draft of this pipeline.");
}

/** @throws SluiceError conflict, for one more than a person may keep */
export async function savePipelineDraft(
  ctx: Context,
  name: string,
  { text, baseVersion }: Pick<PipelineDraft, "text" | "baseVersion">,
): Promise<PipelineDraft> {
  allow(ctx, "pipeline.write");
  const userId = ctx.user.id;
  return db().$transaction(async (tx) => {
    // Two windows of one person that save at once wait here: else both find room for their own.
    await tx.$queryRaw`select 1 from users where id = ${userId} for no key update`;
    const others = await tx.pipelineDraft.count({ where: { userId, name: { not: name } } });
    if (others >= most) throw new SluiceError("conflict", `You have ${most} drafts. Publish or remove some first.`);
    const data = { text, baseVersion, updatedAt: new Date() };
    const where = { userId_name: { userId, name } };
    return viewOf(await tx.pipelineDraft.upsert({ where, create: { userId, name, ...data }, update: data }));
  });
}

export async function removePipelineDraft(ctx: Context, name: string): Promise<void> {
  allow(ctx, "pipeline.write");
  await db().pipelineDraft.deleteMany({ where: { userId: ctx.user.id, name } });
}
