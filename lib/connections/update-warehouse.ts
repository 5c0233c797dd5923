import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { forgetWarehouses, warehouseFor } from "@/lib/access/reader";
import { feel } from "@/lib/gate/feel";
import { gateChanges } from "@/lib/gate/gate-changes";
import { decrypt, encrypt } from "@/lib/platform/crypto";
import type { Prisma } from "@/lib/platform/db/generated/client";
import { db, type Transaction } from "@/lib/platform/db/prisma";
import { taken } from "@/lib/platform/db/taken";
import { SluiceError } from "@/lib/platform/errors";
import { formOf } from "@/lib/warehouses/config";
import { changedSettings, connectedForm, refuseSettings, refuseWriter, type Settings, userOf } from "./accounts";
import { forgetConnections } from "./connection";
import { addRole } from "./create-warehouse";
import { forgetLists, sightOf } from "./forget-lists";
import { refusePersonal } from "./personal";
import type { updateSchema } from "./schema";
import { refuseSuperuser } from "./test-connection";

/**
 * Changes what is given and keeps the rest. Passwords stay only while they go where they were meant for: another host or
 * port, or weaker encryption, asks for every role's again. @throws SluiceError invalid at each password that is missing
 */
export async function updateWarehouse(
  ctx: Context,
  idOrName: string,
  asked: z.infer<typeof updateSchema>,
): Promise<string> {
  allow(ctx, "warehouse.manage");
  const warehouse = await warehouseFor(idOrName);
  const { id } = warehouse;
  if (asked.config || asked.writer || asked.readers?.length || asked.openToCompany) refusePersonal(warehouse);
  const input = changeOf(warehouse, asked);
  const { config = {}, writer, readers = [], allowSuperuser, ...rest } = input;
  const { user, password, ...open } = config;
  if (!allowSuperuser) await refuseSuperusers(id, input);
  const changed = await db()
    .$transaction(async (tx) => {
      await tx.$queryRaw`select 1 from warehouses where id = ${id} for update`;
      const before = await tx.warehouse.findUniqueOrThrow({ where: { id } });
      const merged = { ...(before.config as object), ...open };
      if (formOf(before.engine)?.moves(before.config as Settings, merged)) await requirePasswords(tx, id, input);
      const sight = await sightOf(tx, id);
      const stored = merged as Prisma.InputJsonObject;
      await tx.warehouse.update({ where: { id }, data: { ...rest, config: stored } });
      if (user !== undefined || password !== undefined) await changeRole(tx, id, "reader", user, password);
      if (writer === null) await tx.warehouseRole.deleteMany({ where: { warehouseId: id, kind: "writer" } });
      else if (writer) await changeRole(tx, id, "writer", writer.user, writer.password);
      for (const reader of readers) await changePassword(tx, id, reader);
      await forgetLists(tx, id, sight);
      await audit(tx, ctx, "warehouse.update", `warehouse:${id}`, {
        ...rest,
        config: open,
        user,
        writer: writer === null ? null : writer?.user,
        passwordChanged: password !== undefined || writer?.password !== undefined || readers.length > 0,
      });
      const gate = gateChanges(before, rest);
      if (Object.keys(gate).length === 0) return false;
      // The gate's own word as well: what the load page changes is read under it, on its chart and in the audit log.
      await audit(tx, ctx, "gate.set", `warehouse:${id}`, gate);
      return true;
    })
    .catch(taken("name", `There is a warehouse called "${input.name}" already. Choose another name.`));
  forgetWarehouses();
  forgetConnections();
  if (changed) await feel(id);
  return id;
}

type Change = Omit<z.infer<typeof updateSchema>, "config" | "readers"> & {
  config?: ReturnType<typeof changedSettings>;
  readers?: { id: string; password: string; user?: string | undefined }[];
};

/** What is asked for, read by the warehouse's own engine: who a new secret signs in as is what the secret says. */
function changeOf(warehouse: { engine: string; config: unknown }, asked: z.infer<typeof updateSchema>): Change {
  const { config: given, writer, readers, ...rest } = asked;
  if (given === undefined && !writer && !readers?.length) return { ...rest, ...(writer === null ? { writer } : {}) };
  const form = connectedForm(warehouse.engine);
  const config = given === undefined ? undefined : changedSettings(form, given);
  const { user: _user, password: _password, ...open } = config ?? {};
  const merged = { ...(warehouse.config as Settings), ...open };
  refuseSettings(form, merged);
  if (writer) refuseWriter(form);
  return {
    ...rest,
    ...(config ? { config: { ...config, user: userOf(form, config, merged, "config") } } : {}),
    ...(writer === undefined ? {} : { writer: writer && { ...writer, user: userOf(form, writer, merged, "writer") } }),
    ...(readers
      ? { readers: readers.map((reader, at) => ({ ...reader, user: userOf(form, reader, merged, `readers.${at}`) })) }
      : {}),
  };
}

/** Asks of each role whose destination, user or password changes, and of no other. */
async function refuseSuperusers(id: string, input: Change): Promise<void> {
  const { user, password, ...open } = input.config ?? {};
  const include = { roles: { orderBy: { id: "asc" as const } } };
  const { engine, config, roles } = await db().warehouse.findUniqueOrThrow({ where: { id }, include });
  const before = config as Record<string, unknown>;
  const merged = { ...before, ...open };
  const moves = Object.entries(open).some(([name, value]) => before[name] !== value);
  const readers = roles.filter(({ kind }) => kind === "reader");
  const given = (role: { id: string }) => input.readers?.find((reader) => reader.id === role.id)?.password;
  type Asked = { role?: (typeof roles)[number]; user?: string; password?: string; field: string };
  const asked: Asked[] = readers.map((role, at) => ({
    role,
    user: at === 0 ? user : undefined,
    password: given(role) ?? (at === 0 ? password : undefined),
    field: at === 0 ? "config.user" : `readers.${at - 1}.password`,
  }));
  if (input.writer !== null) {
    const role = roles.find(({ kind }) => kind === "writer");
    asked.push({ ...input.writer, role, field: "writer.user" });
  }
  for (const { role, user: name = role?.username, password: secret, field } of asked) {
    if (!moves && secret === undefined && name === role?.username) continue;
    // A stored password goes nowhere new; that it is missing, the save itself says.
    if (secret === undefined && (!role || formOf(engine)?.moves(before, merged))) continue;
    const stored = secret ?? (role && decrypt(role.secret, role.id));
    if (name !== undefined && stored !== undefined)
      await refuseSuperuser({ engine, config: merged, user: name, password: stored }, field);
  }
}

/** @throws SluiceError invalid with a field for each role whose stored password would go somewhere new. */
async function requirePasswords(tx: Transaction, warehouseId: string, input: Change) {
  const roles = await tx.warehouseRole.findMany({ where: { warehouseId }, orderBy: { id: "asc" } });
  const [first, ...others] = roles.filter(({ kind }) => kind === "reader");
  const given = new Set(input.readers?.map(({ id }) => id));
  const missing: { field: string; name: string }[] = [];
  if (first && input.config?.password === undefined && !given.has(first.id))
    missing.push({ field: "config.password", name: first.name });
  others.forEach(({ id, name }, at) => {
    if (!given.has(id)) missing.push({ field: `readers.${at}.password`, name });
  });
  const writer = roles.find(({ kind }) => kind === "writer");
  if (writer && input.writer !== null && input.writer?.password === undefined)
    missing.push({ field: "writer.password", name: writer.name });
  if (missing.length === 0) return;
  const why = "Host, port or encryption changed, and a stored password is not sent somewhere new";
  throw new SluiceError("invalid", `${why}. Enter the passwords of ${missing.map(({ name }) => name).join(", ")}.`, {
    fields: missing.map(({ field, name }) => ({ field, message: `${why}. Enter ${name}'s again.` })),
  });
}

async function changePassword(
  tx: Transaction,
  warehouseId: string,
  { id, user, password }: NonNullable<Change["readers"]>[number],
): Promise<void> {
  const data = { secret: encrypt(password, id), username: user };
  const { count } = await tx.warehouseRole.updateMany({ where: { id, warehouseId, kind: "reader" }, data });
  if (count === 0) throw new SluiceError("not_found", "This warehouse has no such reader.");
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
