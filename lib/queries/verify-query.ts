import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { getQuery } from "./data";
import { queryFor, requireEdit } from "./row";
import type { QueryView } from "./schema";

/**
 * An owner vouches for a version, or takes that back. The next edit makes a version that nobody has vouched for.
 * @throws SluiceError forbidden, not_found, conflict when there is a newer version than the one that was looked at
 */
export async function verifyQuery(
  ctx: Context,
  id: string,
  input: { verified: boolean; version?: number | undefined },
): Promise<QueryView> {
  allow(ctx, "query.write");
  const row = await queryFor(ctx, id);
  requireEdit(ctx, row);
  await db().$transaction(async (tx) => {
    const version = input.version ?? row.version;
    const { count } = await tx.query.updateMany({
      where: { id, version },
      data: input.verified
        ? { verifiedVersion: version, verifiedById: ctx.user.id, verifiedAt: new Date() }
        : { verifiedVersion: null, verifiedById: null, verifiedAt: null },
    });
    if (count === 0)
      throw new SluiceError(
        "conflict",
        "The query has changed since you looked at it. Look at the newest version first.",
      );
    await audit(tx, ctx, input.verified ? "query.verify" : "query.unverify", `query:${id}`, { version });
  });
  return getQuery(ctx, id);
}
