import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { answersFor, findObject } from "./object";
import type { SharedKind } from "./schema";

/** Closes a share for everybody at once: its sharer, whoever answers for the object, an admin. @throws SluiceError not_found */
export async function revokeShare(ctx: Context, id: string): Promise<void> {
  allow(ctx, "share.write");
  const share = await db().share.findFirst({ where: { id, revokedAt: null } });
  const object = share && (await findObject({ kind: share.kind as SharedKind, id: share.objectId }));
  const may = share?.sharerId === ctx.user.id || ctx.user.role === "admin" || (object && answersFor(ctx, object));
  if (!share || !may) throw new SluiceError("not_found", "There is no such share of yours, or it is revoked already.");
  await db().$transaction(async (tx) => {
    const { count } = await tx.share.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    if (count > 0)
      await audit(tx, ctx, "share.revoke", `share:${id}`, {
        of: `${share.kind}:${share.objectId}`,
        audience: share.audience,
      });
  });
}
