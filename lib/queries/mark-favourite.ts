import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { queryFor } from "./row";

/** One's own star on a query, or off it. Of no concern to anybody else, so the audit log does not tell of it. */
export async function markFavourite(ctx: Context, id: string, favourite: boolean): Promise<void> {
  allow(ctx, "query.favourite");
  await queryFor(ctx, id);
  const star = { userId: ctx.user.id, kind: "query", objectId: id };
  if (favourite) await db().favourite.createMany({ data: [star], skipDuplicates: true });
  else await db().favourite.deleteMany({ where: star });
}
