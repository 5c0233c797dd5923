import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses, warehouseFor } from "@/lib/access/reader";
import { db } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { SluiceError } from "@/lib/platform/errors";
import { addRole } from "./create-warehouse";
import type { grantSchema, readerSchema } from "./schema";

/** Lets a team use a warehouse through one of its readers, or no longer. */
export async function grantWarehouse(
  ctx: Context,
  idOrName: string,
  input: z.infer<typeof grantSchema>,
): Promise<void> {
  allow(ctx, "warehouse.manage");
  const { id: warehouseId } = await warehouseFor(idOrName);
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

/** One more database role to read with, for teams that may see other things. */
export async function addReader(
  ctx: Context,
  idOrName: string,
  input: z.infer<typeof readerSchema>,
): Promise<{ id: string }> {
  allow(ctx, "warehouse.manage");
  const { id: warehouseId } = await warehouseFor(idOrName);
  const id = await db()
    .$transaction(async (tx) => {
      const made = await addRole(tx, warehouseId, "reader", input.name, input.user, input.password);
      await audit(tx, ctx, "warehouse.add-reader", `warehouse:${warehouseId}`, { name: input.name, user: input.user });
      return made;
    })
    .catch(taken("name", "This warehouse has a reader of that name already."));
  forgetWarehouses();
  return { id };
}

function missing(field: string, message: string): SluiceError {
  return new SluiceError("invalid", message, { fields: [{ field, message }] });
}
