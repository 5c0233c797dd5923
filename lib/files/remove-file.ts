import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { mayEditPipeline } from "@/lib/pipelines/row";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";
import { fileFor } from "./data";

/** @throws SluiceError not_found, forbidden */
export async function removeFile(ctx: Context, id: string): Promise<void> {
  allow(ctx, "pipeline.write");
  const row = await fileFor(ctx, id);
  if (!mayEditPipeline(ctx, row))
    throw new SluiceError("forbidden", `Only those who may change the pipeline ${row.pipeline} remove what it keeps.`);
  await db().$transaction(async (tx) => {
    await tx.storedFile.deleteMany({ where: { id } });
    await audit(tx, ctx, "file.remove", `file:${id}`, { path: row.path, pipeline: row.pipeline });
  });
  const { store_key: key } = row;
  // One that a mail takes along is swept up later.
  if (
    (
      await db().$queryRaw<unknown[]>`select 1 from mails, jsonb_array_elements(attached) a
      where sent_at is null and given_up_at is null and a ->> 'key' = ${key} limit 1`
    ).length > 0
  )
    return;
  await store()
    .remove(key)
    .catch((error: Error) => logger.warn({ error: error.message, key }, "a removed file is still in the store"));
}
