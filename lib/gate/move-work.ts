import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { feel } from "./feel";

/**
 * Puts the waiting work of an execution (a batch as a whole) before all others of its warehouse, or back to the end of
 * the last lane, from where it rises as everything does. Pauses, limits and slots hold it as before.
 * @throws SluiceError not_found; conflict when it does not wait any more
 */
export async function moveWork(ctx: Context, executionId: string, to: "first" | "last"): Promise<void> {
  allow(ctx, "gate.write");
  const found = await db().execution.findUnique({
    where: { id: executionId },
    select: { warehouseId: true, statement: { select: { workId: true } } },
  });
  if (!found) throw new SluiceError("not_found", "There is no such execution.");
  await db().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ moved: boolean }[]>`
      select sluice_move(${found.statement.workId}, ${to === "first"}) as moved`;
    if (!rows[0]?.moved) throw new SluiceError("conflict", "It does not wait any more, so there is nothing to move.");
    await audit(tx, ctx, "gate.move", `execution:${executionId}`, { to });
  });
  await feel(found.warehouseId);
}
