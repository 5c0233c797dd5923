import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildPerson,
  buildTeam,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { addReader, removeReader, updateReader } from "./change-readers";
import { connectionFor } from "./connection";
import { findTables } from "./find-tables";
import { grantWarehouse } from "./grant-warehouse";

let ctx: Context;
let editor: Context;
let warehouse: BuiltWarehouse;
let team: { id: string };

beforeAll(async () => {
  await testDatabase();
  ctx = await buildPerson({ role: "admin" });
  const person = await buildUser();
  team = await buildTeam({ userIds: [person.id] });
  editor = await contextFor(person.id);
  warehouse = await buildWarehouse();
});

describe("readers", () => {
  it("keeps the password of one whose user changes, and signs in with a new one at once", async () => {
    const { id } = await addReader(ctx, warehouse.id, { name: "finance", user: "fin", password: "first" });
    await updateReader(ctx, warehouse.id, id, { user: "finance_reader" });
    expect(await connectionFor(id)).toMatchObject({ username: "finance_reader", password: "first" });
    await updateReader(ctx, warehouse.id, id, { password: "second" });
    expect(await connectionFor(id)).toMatchObject({ username: "finance_reader", password: "second" });
    const told = await db().auditEntry.findMany({ where: { object: `warehouse:${warehouse.id}` } });
    expect(JSON.stringify(told)).not.toMatch(/first|second/);
  });

  it("refuses a name that is taken, at the name", async () => {
    const { id } = await addReader(ctx, warehouse.id, { name: "spare", user: "x", password: "y" });
    await expect(updateReader(ctx, warehouse.id, id, { name: "finance" })).rejects.toMatchObject({
      code: "conflict",
      extra: { fields: [{ field: "name" }] },
    });
  });

  it("removes one that nobody uses, and neither one with a team nor the last", async () => {
    const { id } = await addReader(ctx, warehouse.id, { name: "marketing", user: "x", password: "y" });
    await grantWarehouse(ctx, warehouse.id, { team: team.id, reader: id });
    await expect(removeReader(ctx, warehouse.id, id)).rejects.toMatchObject({ code: "conflict" });
    await grantWarehouse(ctx, warehouse.id, { team: team.id, reader: warehouse.readerId });
    await removeReader(ctx, warehouse.id, id);
    await expect(connectionFor(id)).rejects.toMatchObject({ code: "not_found" });
    const alone = await buildWarehouse();
    await expect(removeReader(ctx, alone.id, alone.readerId)).rejects.toMatchObject({ code: "conflict" });
  });

  it("does not take a reader for another warehouse's", async () => {
    const other = await buildWarehouse();
    await expect(updateReader(ctx, other.id, warehouse.readerId, { user: "x" })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("tables by name", () => {
  it("finds those of one's own reader, the ones that begin with the words first, and takes % as it is", async () => {
    const hidden = await buildWarehouse({ name: "hidden" });
    const tables = ["old_orders", "orders", "a%b"].map((name) => ({ schema: "public", name }));
    for (const { id, readerId } of [warehouse, hidden]) {
      await pool().query(
        "insert into catalogs (warehouse_id, reader_id, fetched_at, tables) values ($1, $2, now(), $3)",
        [id, readerId, JSON.stringify(tables)],
      );
    }
    const found = await findTables(editor, "orders", 10);
    expect(found.map((each) => `${each.warehouse} ${each.name}`)).toEqual([
      `${warehouse.name} orders`,
      `${warehouse.name} old_orders`,
    ]);
    expect((await findTables(editor, "%", 10)).map(({ name }) => name)).toEqual(["a%b"]);
    expect(await findTables(editor, "orders", 1)).toHaveLength(1);
  });
});
