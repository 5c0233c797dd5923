import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { forgetTokens, usable } from "@/lib/access/tokens";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { endWorkOfTokens } from "@/lib/runs/ended-tokens";

/**
 * Revokes one's own token, or a service account's of one's team; an admin anybody's. What it asked for and has not ended is
 * stopped, and what held it (limits, pauses) goes. @throws SluiceError not_found
 */
export async function revokeToken(ctx: Context, id: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const whose = ctx.user.role === "admin" ? {} : usable(ctx);
    const [gone] = await tx.apiToken.updateManyAndReturn({
      where: { id, revokedAt: null, ...whose },
      data: { revokedAt: new Date(), revokedById: ctx.user.id },
      include: { user: { select: { name: true } } },
    });
    if (!gone) throw new SluiceError("not_found", "There is no such token, or it is revoked already.");
    await audit(tx, ctx, "token.revoke", `token:${id}`, { name: gone.name, of: gone.user.name });
  });
  forgetTokens();
  await endWorkOfTokens([id]);
}
