import { randomBytes } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import { buildPerson, buildWarehouse } from "@/lib/testing/factories";
import { addReader, updateReader } from "./change-readers";
import { createWarehouse } from "./create-warehouse";
import { updateWarehouse } from "./update-warehouse";

/** SECURITY.md: a superuser is refused unless an admin insists, by the API as by the page. */

let ctx: Context;
const user = `test_super_${randomBytes(6).toString("hex")}`;

beforeAll(async () => {
  await testDatabase();
  ctx = await buildPerson({ role: "admin" });
  await asSuperuser(`create role ${user} superuser login password 'super'`);
  return () => asSuperuser(`drop role ${user}`);
});

it("is not stored by a save, and is when an admin insists", async () => {
  const { id, readerId } = await buildWarehouse();
  const row = await db().warehouse.findUniqueOrThrow({ where: { id } });
  const own = row.config as { host: string; port: number; database: string; tls: "disable" };
  const account = { user, password: "super" };
  const reader = await db().warehouseRole.findUniqueOrThrow({ where: { id: readerId } });
  const reads = { ...own, user: reader.username, password: "reader" };
  const saves: ((allowSuperuser?: boolean) => Promise<unknown>)[] = [
    (allowSuperuser) =>
      createWarehouse(ctx, { name: "new", engine: "postgres", config: { ...own, ...account }, allowSuperuser }),
    (allowSuperuser) =>
      createWarehouse(ctx, { name: "writes", engine: "postgres", config: reads, writer: account, allowSuperuser }),
    (allowSuperuser) => addReader(ctx, id, { name: "super", ...account, allowSuperuser }),
    (allowSuperuser) => updateReader(ctx, id, readerId, { ...account, allowSuperuser }),
    (allowSuperuser) => updateWarehouse(ctx, id, { config: account, allowSuperuser }),
    (allowSuperuser) => updateWarehouse(ctx, id, { writer: account, allowSuperuser }),
  ];
  const roles = () => db().warehouseRole.findMany({ orderBy: { id: "asc" } });
  const before = await roles();
  for (const save of saves) {
    await expect(save()).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("superuser") });
  }
  expect(await roles()).toEqual(before);
  for (const save of saves) await save(true);
  // What changes nothing of how Sluice signs in is asked nothing.
  await updateWarehouse(ctx, id, { slots: 3, config: { ...own, user } });
});

it("is asked by nobody of a server that does not answer: settings may come first", async () => {
  const config = { host: "127.0.0.1", port: 1, database: "x", tls: "disable" as const, user, password: "super" };
  expect(await createWarehouse(ctx, { name: "later", engine: "postgres", config })).toMatchObject({ name: "later" });
});
