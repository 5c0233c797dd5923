import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses } from "@/lib/access/reader";
import { encrypt } from "@/lib/platform/crypto";
import type { Prisma } from "@/lib/platform/db/generated/client";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { newId } from "@/lib/platform/ids";
import { connectedForm, refuseSettings, refuseWriter, signsIn } from "./accounts";
import type { createSchema } from "./schema";
import { refuseSuperuser } from "./test-connection";

/** Stores a warehouse with its first reader, and grants it to the admin's own teams. @throws SluiceError invalid for a superuser */
export async function createWarehouse(
  ctx: Context,
  input: z.infer<typeof createSchema>,
): Promise<{ id: string; name: string }> {
  allow(ctx, "warehouse.manage");
  const { name, engine, config, writer, allowSuperuser, ...settings } = input;
  const { user: named, password, ...open } = config;
  const form = connectedForm(engine);
  refuseSettings(form, open);
  if (writer) refuseWriter(form);
  const user = signsIn(form, { user: named, password }, open, "config");
  // Where Sluice keeps the tables, they are there to be written.
  const given = writer ?? (form.account === null ? { password } : undefined);
  const writes = given && { user: signsIn(form, given, open, "writer"), password: given.password };
  if (!allowSuperuser) {
    await refuseSuperuser({ engine, config: open, user, password }, "config.user");
    if (writes) await refuseSuperuser({ engine, config: open, ...writes }, "writer.user");
  }
  const id = newId();
  await db()
    .$transaction(async (tx) => {
      // docs/decisions/0023: those that are connected follow their load; the demo and what was there before do not.
      const data = { id, name, engine, config: open as Prisma.InputJsonObject, slowDown: true, slots: form.slots };
      await tx.warehouse.create({ data: { ...data, ...settings } });
      const readerId = await addRole(tx, id, "reader", "reader", user, password);
      if (writes) await addRole(tx, id, "writer", "writer", writes.user, writes.password);
      await tx.grant.createMany({ data: ctx.teamIds.map((teamId) => ({ teamId, warehouseId: id, readerId })) });
      await audit(tx, ctx, "warehouse.create", `warehouse:${id}`, {
        name,
        engine,
        config: open,
        user,
        writer: writes?.user,
      });
    })
    .catch(taken("name", `There is a warehouse called "${name}" already. Choose another name.`));
  forgetWarehouses();
  return { id, name };
}

/** A role's secret is sealed with its own row's id, so it opens nowhere else. */
export async function addRole(
  tx: Transaction,
  warehouseId: string,
  kind: "reader" | "writer",
  name: string,
  username: string,
  password: string,
): Promise<string> {
  const id = newId();
  await tx.warehouseRole.create({ data: { id, warehouseId, kind, name, username, secret: encrypt(password, id) } });
  return id;
}
