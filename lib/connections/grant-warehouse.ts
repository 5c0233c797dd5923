import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses, warehouseFor } from "@/lib/access/reader";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt, type SluiceError } from "@/lib/platform/errors";
import { refusePersonal } from "./personal";
import type { grantSchema } from "./schema";

/** Lets a team use a warehouse through one of its readers, or no longer. */
export async function grantWarehouse(
  ctx: Context,
  idOrName: string,
  input: z.infer<typeof grantSchema>,
): Promise<void> {
  allow(ctx, "warehouse.manage");
  const warehouse = await warehouseFor(idOrName);
  refusePersonal(warehouse);
  const { id: warehouseId } = warehouse;
  await db().$transaction(async (tx) => {
    const team = await tx.team.findFirst({ where: { OR: [{ id: input.team }, { name: input.team }] } });
    if (!team) throw missing("team", "There is no such team.");
    const key = { teamId: team.id, warehouseId };
    if (input.reader === null) {
      await tx.grant.deleteMany({ where: key });
      await audit(tx, ctx, "warehouse.revoke", `warehouse:${warehouseId}`, { team: team.id });
      return;
    }
    const which = input.reader === undefined ? {} : { OR: [{ id: input.reader }, { name: input.reader }] };
    const reader = await tx.warehouseRole.findFirst({
      where: { warehouseId, kind: "reader", ...which },
      orderBy: { id: "asc" },
    });
    if (!reader) throw missing("reader", "This warehouse has no such reader.");
    await tx.grant.upsert({
      where: { teamId_warehouseId: key },
      create: { ...key, readerId: reader.id },
      update: { readerId: reader.id },
    });
    await audit(tx, ctx, "warehouse.grant", `warehouse:${warehouseId}`, { team: team.id, reader: reader.id });
  });
  forgetWarehouses();
}

function missing(field: string, message: string): SluiceError {
  return invalidAt(field, message);
}
