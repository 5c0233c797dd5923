import type { Context } from "@/lib/access/context";
import { allow, refuseWhileViewing } from "@/lib/access/policy";
import { sha256 } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { whyClosed } from "./data";
import { findObject, pathOf } from "./object";
import type { SharedKind } from "./schema";

/**
 * Follows a shared link: remembers that this person opened it, by which it names them from now on, and says where it
 * leads. @throws SluiceError not_found, gone with the reason in words
 */
export async function openLink(ctx: Context, token: string): Promise<{ path: string }> {
  allow(ctx, "share.read");
  const share = await db().share.findUnique({ where: { tokenHash: sha256(token) } });
  const ref = share && { kind: share.kind as SharedKind, id: share.objectId };
  const object = ref && (await findObject(ref));
  if (!share || !object) throw new SluiceError("not_found", "There is no such link. It may be incomplete.");
  const sharer = (await db().user.findUnique({ where: { id: share.sharerId } }))?.name ?? "Whoever made it";
  const closed = await whyClosed(object, {
    audience: share.audience,
    sharerId: share.sharerId,
    sharer,
    allows: share.allows as "see" | "run",
    expiresAt: share.expiresAt,
    revokedAt: share.revokedAt,
  });
  if (closed)
    throw new SluiceError("gone", `This link is closed. ${closed} Ask ${sharer} for a new one.`, {
      kind: object.kind,
      object: object.id,
    });
  // By following it a link comes to name a person: that is theirs to do.
  refuseWhileViewing(ctx);
  await db().shareOpening.create({
    data: { id: newId(), shareId: share.id, userId: ctx.user.id, address: ctx.address },
  });
  return { path: pathOf(object) };
}
