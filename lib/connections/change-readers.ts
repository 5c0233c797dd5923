import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses, warehouseFor } from "@/lib/access/reader";
import { decrypt, encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { SluiceError } from "@/lib/platform/errors";
import { connectedForm, type Settings, signsIn, userOf } from "./accounts";
import { forgetConnections } from "./connection";
import { addRole } from "./create-warehouse";
import { forgetLists, sightOf } from "./forget-lists";
import { refusePersonal } from "./personal";
import type { readerSchema, updateReaderSchema } from "./schema";
import { refuseSuperuser } from "./test-connection";

const nameTaken = taken("name", "This warehouse has a reader of that name already.");

/** One more database role to read with, for teams that may see other things. */
export async function addReader(
  ctx: Context,
  idOrName: string,
  input: z.infer<typeof readerSchema>,
): Promise<{ id: string }> {
  allow(ctx, "warehouse.manage");
  const warehouse = await warehouseFor(idOrName);
  refusePersonal(warehouse);
  const { id: warehouseId, engine, config } = warehouse;
  const { password } = input;
  const user = signsIn(connectedForm(engine), input, config as Settings, "");
  if (!input.allowSuperuser) await refuseSuperuser({ engine, config, user, password }, "user");
  const id = await db()
    .$transaction(async (tx) => {
      const made = await addRole(tx, warehouseId, "reader", input.name, user, password);
      await audit(tx, ctx, "warehouse.add-reader", `warehouse:${warehouseId}`, { name: input.name, user });
      return made;
    })
    .catch(nameTaken);
  forgetWarehouses();
  return { id };
}

/** A new name, user or password of a reader; what is left out stays. */
export async function updateReader(
  ctx: Context,
  idOrName: string,
  readerId: string,
  input: z.infer<typeof updateReaderSchema>,
): Promise<void> {
  allow(ctx, "warehouse.manage");
  const warehouse = await warehouseFor(idOrName);
  refusePersonal(warehouse);
  const { id: warehouseId, engine, config } = warehouse;
  const user = userOf(connectedForm(engine), input, config as Settings, "");
  if (!input.allowSuperuser && (user !== undefined || input.password !== undefined)) {
    const before = await db().warehouseRole.findFirst({ where: { id: readerId, warehouseId, kind: "reader" } });
    if (!before) throw noReader();
    const password = input.password ?? decrypt(before.secret, before.id);
    if (input.password !== undefined || user !== before.username)
      await refuseSuperuser({ engine, config, user: user ?? before.username, password }, "user");
  }
  await db()
    .$transaction(async (tx) => {
      const sight = await sightOf(tx, warehouseId);
      const { count } = await tx.warehouseRole.updateMany({
        where: { id: readerId, warehouseId, kind: "reader" },
        data: {
          name: input.name,
          username: user,
          secret: input.password === undefined ? undefined : encrypt(input.password, readerId),
        },
      });
      if (count === 0) throw noReader();
      await forgetLists(tx, warehouseId, sight);
      await audit(tx, ctx, "warehouse.update-reader", `warehouse:${warehouseId}`, {
        reader: readerId,
        name: input.name,
        user,
        passwordChanged: input.password !== undefined,
      });
    })
    .catch(nameTaken);
  forgetWarehouses();
  forgetConnections();
}

/** Removes a reader that no team uses and through which nothing was ever run: executions keep theirs. */
export async function removeReader(ctx: Context, idOrName: string, readerId: string): Promise<void> {
  allow(ctx, "warehouse.manage");
  const warehouse = await warehouseFor(idOrName);
  refusePersonal(warehouse);
  const { id: warehouseId } = warehouse;
  await db().$transaction(async (tx) => {
    // Two who remove the last two readers at once meet here.
    await tx.$queryRaw`select 1 from warehouses where id = ${warehouseId} for update`;
    const readers = await tx.warehouseRole.findMany({
      where: { warehouseId, kind: "reader" },
      include: { grants: { include: { team: { select: { name: true } } } }, _count: { select: { statements: true } } },
    });
    const reader = readers.find(({ id }) => id === readerId);
    if (!reader) throw noReader();
    if (readers.length === 1) throw new SluiceError("conflict", "A warehouse keeps at least one reader.");
    const teams = reader.grants.map(({ team }) => team.name).join(", ");
    if (teams) throw new SluiceError("conflict", `${teams} still read through it. Give them another reader first.`);
    if (reader._count.statements > 0) {
      throw new SluiceError("conflict", "Executions ran through it, and they keep it. It serves no team any more.");
    }
    await tx.warehouseRole.delete({ where: { id: readerId } });
    await audit(tx, ctx, "warehouse.remove-reader", `warehouse:${warehouseId}`, { name: reader.name });
  });
  forgetWarehouses();
  forgetConnections();
}

function noReader(): SluiceError {
  return new SluiceError("not_found", "This warehouse has no such reader.");
}
