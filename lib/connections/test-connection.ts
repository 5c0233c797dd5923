import type { z } from "zod";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { decrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { invalidAt } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import type { TestReport } from "@/lib/warehouses/adapter";
import type { EngineForm } from "@/lib/warehouses/form";
import { adapterFor } from "@/lib/warehouses/registry";
import { connectedForm, refuseSettings, type Settings, signsIn } from "./accounts";
import type { testSchema } from "./schema";

/** Tries settings before they are saved, through the control door: also while the warehouse is paused. */
export async function testConnection(ctx: Context, input: z.infer<typeof testSchema>): Promise<TestReport> {
  allow(ctx, "warehouse.manage");
  const { user: named, password, ...config } = input.config;
  const form = connectedForm(input.engine);
  refuseSettings(form, config);
  const secret = password ?? (await storedPassword(form, input));
  const user = signsIn(form, { user: named, password: secret }, config, "config");
  await db().$transaction((tx) =>
    audit(tx, ctx, "warehouse.test", `host:${form.address(config)}`, { ...config, user }),
  );
  const found = await tryConnection(input.engine, config, user, secret);
  // The warnings are of what a reader should not be able to do.
  const report = input.writes ? { ...found, warnings: [] } : found;
  if (!report.ok || !report.superuser || input.allowSuperuser) return report;
  const message = superuserWords(user, input.writes ? "writer.user" : "config.user");
  return { ...report, ok: false, problem: { field: "config.user", message } };
}

async function tryConnection(engine: string, config: unknown, username: string, password: string): Promise<TestReport> {
  const adapter = await adapterFor(engine);
  // An id of its own: nothing of this may end in the pool of a stored warehouse.
  const id = newId();
  try {
    return await adapter.test({ warehouseId: id, roleId: id, engine, config, username, password, revision: id });
  } finally {
    await adapter.close(id);
  }
}

const superuserWords = (user: string, field: string) =>
  field.startsWith("writer")
    ? `"${user}" is a superuser, who may do more than write tables. Use a role that owns its schema and no more, or confirm that you want this one.`
    : `"${user}" is a superuser, whom no read-only session holds. Use a role that only reads, or confirm that you want this one.`;

/**
 * Signs in once before a role is stored, so that a superuser does not get in by a save without a test. A server that
 * does not answer is no reason to refuse: settings may be stored before it is there.
 * @throws SluiceError invalid at `field`
 */
export async function refuseSuperuser(
  to: { engine: string; config: unknown; user: string; password: string },
  field: string,
): Promise<void> {
  const report = await tryConnection(to.engine, to.config, to.user, to.password);
  if (!report.superuser) return;
  const message = superuserWords(to.user, field);
  throw invalidAt(field, message);
}

/** Only for where it was stored for: else a changed host would be sent somebody else's password. */
async function storedPassword(form: EngineForm, input: z.infer<typeof testSchema>): Promise<string> {
  // What is asked of such a secret is said when it is read; an emulator asks for none.
  if (!input.warehouse && form.userOf) return "";
  const message = "Enter the password.";
  const refuse = invalidAt("config.password", message);
  if (!input.warehouse) throw refuse;
  const { id, config } = await warehouseFor(input.warehouse);
  if (form.moves(config as Settings, input.config)) throw refuse;
  const role = await db().warehouseRole.findFirst({
    where: { warehouseId: id, ...(input.config.user === undefined ? {} : { username: input.config.user }) },
    orderBy: { id: "asc" },
  });
  if (!role) throw refuse;
  return decrypt(role.secret, role.id);
}
