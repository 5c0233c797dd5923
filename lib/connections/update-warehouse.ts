import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses, warehouseFor } from "@/lib/access/reader";
import { encrypt } from "@/lib/platform/crypto";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { SluiceError } from "@/lib/platform/errors";
import { forgetConnections } from "./connection";
import { addRole } from "./create-warehouse";
import type { updateSchema } from "./schema";

/** Changes what is given and keeps the rest, passwords too. */
export async function updateWarehouse(
  ctx: Context,
  idOrName: string,
  input: z.infer<typeof updateSchema>,
): Promise<string> {
  allow(ctx, "warehouse.manage");
  const { id } = await warehouseFor(idOrName);
  const { config = {}, writer, ...rest } = input;
  const { user, password, ...open } = config;
  await db()
    .$transaction(async (tx) => {
      await tx.$queryRaw`select 1 from warehouses where id = ${id} for update`;
      const before = await tx.warehouse.findUniqueOrThrow({ where: { id } });
      const merged = { ...(before.config as object), ...open };
      await tx.warehouse.update({ where: { id }, data: { ...rest, config: merged } });
      if (user !== undefined || password !== undefined) await changeRole(tx, id, "reader", user, password);
      if (writer === null) await tx.warehouseRole.deleteMany({ where: { warehouseId: id, kind: "writer" } });
      else if (writer) await changeRole(tx, id, "writer", writer.user, writer.password);
      await audit(tx, ctx, "warehouse.update", `warehouse:${id}`, {
        ...rest,
        config: open,
        user,
        writer: writer === null ? null : writer?.user,
        passwordChanged: password !== undefined || writer?.password !== undefined,
      });
    })
    .catch(taken("name", `There is a warehouse called "${input.name}" already. Choose another name.`));
  forgetWarehouses();
  forgetConnections();
  return id;
}

async function changeRole(
  tx: Transaction,
  warehouseId: string,
  kind: "reader" | "writer",
  user: string | undefined,
  password: string | undefined,
): Promise<void> {
  const role = await tx.warehouseRole.findFirst({ where: { warehouseId, kind }, orderBy: { id: "asc" } });
  if (role) {
    const secret = password === undefined ? undefined : encrypt(password, role.id);
    await tx.warehouseRole.update({ where: { id: role.id }, data: { username: user, secret } });
    return;
  }
  if (user === undefined || password === undefined) {
    const message = `Give the ${kind}'s user and password.`;
    throw new SluiceError("invalid", message, {
      fields: [{ field: kind === "writer" ? "writer.password" : "config.password", message }],
    });
  }
  await addRole(tx, warehouseId, kind, kind, user, password);
}
