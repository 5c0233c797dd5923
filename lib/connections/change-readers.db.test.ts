import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { completer } from "@/lib/completion/complete";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildPerson,
  buildTeam,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { namedTables, searchTables } from "./catalog";
import { addReader, removeReader, updateReader } from "./change-readers";
import { connectionFor } from "./connection";
import { findTables } from "./find-tables";
import { grantWarehouse } from "./grant-warehouse";
import { tablesOf } from "./tables";

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

describe("a reader for each team", () => {
  /** The names of one warehouse's tables on the tree, in the palette, in forms and while typing. */
  async function shown(ctx: Context, { id, name }: BuiltWarehouse) {
    const { tables } = JSON.parse(await tablesOf(ctx, id, false));
    const complete = completer(tables, "postgres");
    const typed = (before: string, after = "") =>
      complete(before + after, before.length).flatMap(({ kind, label }) =>
        kind === "table" || kind === "column" || kind === "join" ? [label] : [],
      );
    const named = (found: { schema: string; name: string }[]) => found.map((one) => `${one.schema}.${one.name}`).sort();
    return {
      tree: named(tables),
      palette: named((await findTables(ctx, "pay", 50)).filter(({ warehouse }) => warehouse === name)),
      forms: named(await searchTables(ctx, id, { words: "pay", schemas: null, limit: 50 })),
      known: named(await namedTables(ctx, id, ["public.payments", "staff.payroll", "public.people"])),
      typed: typed("select * from ").sort(),
      joins: typed("select * from public.payments join "),
      columns: typed("select ", " from people").sort(),
    };
  }

  it("shows its people what the role may read and nothing else, and follows a changed grant at once", async () => {
    const shared = await buildWarehouse({
      teamIds: [team.id],
      sql: `create table people (id int primary key, name text, boss int references people);
        create schema staff; create table staff.payroll (id int primary key, person int references people, pay int);
        create table payments (id int, person int references people, in_run int references staff.payroll);
        create table nobodys_payments (n int)`,
    });
    const growth = (await db().warehouseRole.findUniqueOrThrow({ where: { id: shared.readerId } })).username;
    const finance = `${shared.database}_finance`;
    await asSuperuser(`create role ${finance} login password 'finance'`);
    await asSuperuser(
      `revoke select on nobodys_payments from ${growth};
       revoke usage on schema staff from public; grant usage on schema staff to ${finance};
       grant select on staff.payroll to ${finance}; grant select (id, name) on people to ${finance}`,
      shared.database,
    );
    const other = await buildTeam();
    const fay = await buildPerson({ teamIds: [other.id] });
    const { id } = await addReader(ctx, shared.id, { name: "finance", user: finance, password: "finance" });
    await expect(shown(fay, shared)).rejects.toMatchObject({ code: "not_found" });
    await grantWarehouse(ctx, shared.id, { team: other.id, reader: id });
    const ofGrowth = {
      tree: ["public.payments", "public.people"],
      palette: ["public.payments"],
      forms: ["public.payments"],
      known: ["public.payments", "public.people"],
      typed: ["payments", "people"],
      joins: expect.arrayContaining([expect.stringContaining("people")]),
      columns: ["boss", "id", "name"],
    };
    const ofFinance = {
      tree: ["public.people", "staff.payroll"],
      palette: ["staff.payroll"],
      forms: ["staff.payroll"],
      known: ["public.people", "staff.payroll"],
      typed: ["payroll", "people"],
      joins: expect.not.arrayContaining([expect.stringContaining("payments")]),
      columns: ["id", "name"],
    };
    for (let turn = 0; turn < 2; turn++) {
      expect(await shown(editor, shared)).toEqual(ofGrowth);
      expect(await shown(fay, shared)).toEqual(ofFinance);
    }
    // No name of what one may not read stands in what is sent, in a key either.
    expect(await tablesOf(editor, shared.id, true)).not.toMatch(/payroll|nobodys/);
    expect(await tablesOf(fay, shared.id, true)).not.toMatch(/payments|boss/);
    // Also where the reader itself signs in as another role, and not for a new name of it.
    await updateReader(ctx, shared.id, id, { user: growth, password: "reader" });
    expect(await shown(fay, shared)).toEqual(ofGrowth);
    const kept = () => db().catalog.count({ where: { readerId: id } });
    await updateReader(ctx, shared.id, id, { name: "money", user: growth });
    expect(await kept()).toBe(1);
    // A list that was being read as the former one, while an admin changed it, is not kept.
    const change = await pool().connect();
    await change.query("begin");
    await change.query("update warehouse_roles set username = $2 where id = $1", [id, finance]);
    await change.query("delete from catalogs where reader_id = $1", [id]);
    const reading = tablesOf(fay, shared.id, true);
    const waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    try {
      await expect.poll(async () => (await pool().query(waits)).rowCount, { timeout: 20_000 }).toBe(1);
    } finally {
      await change.query("commit");
      change.release();
    }
    expect(await reading).toContain("payments");
    expect(await kept()).toBe(0);
    await updateReader(ctx, shared.id, id, { password: "finance" });
    expect(await shown(fay, shared)).toEqual(ofFinance);
    await grantWarehouse(ctx, shared.id, { team: other.id, reader: shared.readerId });
    expect(await shown(fay, shared)).toEqual(ofGrowth);
    await grantWarehouse(ctx, shared.id, { team: other.id, reader: null });
    await expect(shown(fay, shared)).rejects.toMatchObject({ code: "not_found" });
    expect(await findTables(fay, "pay", 50)).toEqual([]);
  });
});
