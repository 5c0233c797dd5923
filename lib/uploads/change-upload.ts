import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { logger } from "@/lib/platform/logger";
import { store } from "@/lib/platform/store/open";
import { uploadFor, viewOf } from "./data";
import type { UploadView } from "./schema";
import { nameTaken } from "./upload-file";

/** @throws SluiceError not_found, conflict at `name` */
export async function renameUpload(ctx: Context, id: string, name: string): Promise<UploadView> {
  await uploadFor(ctx, id);
  const row = await db()
    .$transaction(async (tx) => {
      const changed = await tx.upload.update({ where: { id }, data: { name } });
      await audit(tx, ctx, "upload.rename", `upload:${id}`, { name });
      return changed;
    })
    .catch(nameTaken(name));
  return viewOf(row);
}

/** Its rows go; what was answered from them stays. @throws SluiceError not_found */
export async function removeUpload(ctx: Context, id: string): Promise<void> {
  const { storeKey, name } = await uploadFor(ctx, id);
  await db().$transaction(async (tx) => {
    await tx.upload.update({ where: { id }, data: { deletedAt: new Date() } });
    await audit(tx, ctx, "upload.remove", `upload:${id}`, { name });
  });
  await store()
    .remove(storeKey)
    .catch((error: Error) => logger.warn({ error: error.message, storeKey }, "a removed file is still in the store"));
}
