import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { queryFor, requireEdit } from "./row";

/** Takes a query out of lists and search. Its page, its executions and its versions stay. Twice is no error. */
export async function archiveQuery(ctx: Context, id: string): Promise<void> {
  allow(ctx, "query.write");
  requireEdit(ctx, await queryFor(ctx, id));
  await db().$transaction(async (tx) => {
    const { count } = await tx.query.updateMany({ where: { id, archivedAt: null }, data: { archivedAt: new Date() } });
    if (count > 0) await audit(tx, ctx, "query.archive", `query:${id}`);
  });
}
