import { beforeAll, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "./database";
import { buildTeam, buildUser, buildWarehouse, contextFor } from "./factories";

beforeAll(async () => void (await testDatabase()));

it("gives each file a migrated database and people who may use a warehouse", async () => {
  const user = await buildUser({ role: "viewer" });
  const team = await buildTeam({ userIds: [user.id] });
  const warehouse = await buildWarehouse({ teamIds: [team.id], sql: "create table one as select 1 as n" });
  expect((await contextFor(user.id)).teamIds).toEqual([team.id]);
  expect(await db().grant.count({ where: { warehouseId: warehouse.id } })).toBe(1);
});

it("runs as a role that adds to the audit log and can never rewrite it", async () => {
  await db().auditEntry.create({ data: { id: newId(), action: "test", object: "test" } });
  await expect(pool().query("update audit_entries set action = 'other'")).rejects.toThrow(/permission denied/);
  await expect(pool().query("delete from audit_entries")).rejects.toThrow(/permission denied/);
  await expect(pool().query("truncate audit_entries")).rejects.toThrow(/permission denied/);
  // Nor a month of it by its own name, nor one that it had made itself.
  await pool().query("select audit_months(36)");
  const { rows } = await pool().query<{ part: string }>(
    "select inhrelid::regclass::text as part from pg_inherits where inhparent = 'audit_entries'::regclass",
  );
  expect(rows.length).toBeGreaterThan(36);
  for (const { part } of rows) {
    await expect(pool().query(`update ${part} set action = 'other'`)).rejects.toThrow(/permission denied/);
    await expect(pool().query(`delete from ${part}`)).rejects.toThrow(/permission denied/);
    await expect(pool().query(`truncate ${part}`)).rejects.toThrow(/permission denied/);
    await expect(pool().query(`drop table ${part}`)).rejects.toThrow(/must be owner/);
  }
});
