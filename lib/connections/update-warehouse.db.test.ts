import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildWarehouse } from "@/lib/testing/factories";
import { addReader } from "./change-readers";
import { connectionFor } from "./connection";
import { testConnection } from "./test-connection";
import { updateWarehouse } from "./update-warehouse";

let ctx: Context;
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  ctx = await buildPerson({ role: "admin" });
  warehouse = await buildWarehouse();
});

const configOf = async (id: string) =>
  (await db().warehouse.findUniqueOrThrow({ where: { id } })).config as {
    host: string;
    port: number;
    database: string;
    tls: "disable" | "prefer" | "require" | "verify-full";
  };

describe("a stored password", () => {
  it.each([{ host: "evil.example" }, { port: 1 }, { tls: "disable" as const }])(
    "is not kept for %o, and nothing changes",
    async (config) => {
      const { id, readerId } = await buildWarehouse();
      await updateWarehouse(ctx, id, { config: { tls: "require" } });
      const before = await connectionFor(readerId);
      await expect(updateWarehouse(ctx, id, { config })).rejects.toMatchObject({
        code: "invalid",
        extra: { fields: [{ field: "config.password" }] },
      });
      expect(await connectionFor(readerId)).toEqual(before);
      await updateWarehouse(ctx, id, { config: { ...config, password: "another" } });
      expect(await connectionFor(readerId)).toMatchObject({ config, password: "another" });
    },
  );

  it("stays while its destination does, also when encryption becomes stronger", async () => {
    await updateWarehouse(ctx, warehouse.id, { slots: 3, config: { database: warehouse.database, tls: "prefer" } });
    expect(await connectionFor(warehouse.readerId)).toMatchObject({ password: "reader", config: { tls: "prefer" } });
  });

  it("is asked of every role: further readers and the writer", async () => {
    const { id, readerId } = await buildWarehouse();
    const further = await addReader(ctx, id, { name: "finance", user: "fin", password: "first" });
    await updateWarehouse(ctx, id, { writer: { user: "writes", password: "first" } });
    const config = { host: "127.0.0.2", password: "second" };
    await expect(updateWarehouse(ctx, id, { config, writer: { user: "writes" } })).rejects.toMatchObject({
      code: "invalid",
      extra: { fields: [{ field: "readers.0.password" }, { field: "writer.password" }] },
    });
    await updateWarehouse(ctx, id, {
      config,
      readers: [{ id: further.id, password: "third" }],
      writer: { user: "writes", password: "fourth" },
    });
    const writer = await db().warehouseRole.findFirstOrThrow({ where: { warehouseId: id, kind: "writer" } });
    for (const [role, password] of [
      [readerId, "second"],
      [further.id, "third"],
      [writer.id, "fourth"],
    ] as const)
      expect(await connectionFor(role)).toMatchObject({ password, config: { host: "127.0.0.2" } });
  });

  it("is not tried over weaker encryption than it was stored for", async () => {
    const { id, readerId } = await buildWarehouse();
    await updateWarehouse(ctx, id, { config: { tls: "verify-full" } });
    const { username: user } = await connectionFor(readerId);
    const config = { ...(await configOf(id)), tls: "disable" as const, user };
    await expect(
      testConnection(ctx, { engine: "postgres", config, warehouse: id, allowSuperuser: true }),
    ).rejects.toMatchObject({ extra: { fields: [{ field: "config.password" }] } });
  });
});

it("drops the list of tables that was read elsewhere, and keeps it for other settings", async () => {
  const [{ id, readerId }, other] = [await buildWarehouse(), await buildWarehouse()];
  await db().catalog.create({ data: { warehouseId: id, readerId, fetchedAt: new Date(), tables: [] } });
  const kept = () => db().catalog.count({ where: { warehouseId: id } });
  await updateWarehouse(ctx, id, {
    name: `renamed ${id}`,
    slots: 5,
    config: { database: (await configOf(id)).database },
  });
  expect(await kept()).toBe(1);
  await updateWarehouse(ctx, id, { config: { database: other.database }, allowSuperuser: true });
  expect(await kept()).toBe(0);
});
