import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { updateWarehouse } from "@/lib/connections/update-warehouse";
import { getExecution, listExecutions } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildReader, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, beginWork, drainLine, finishWork } from "@/lib/testing/line";
import { getLoad } from "./load";
import { getGate, setGate } from "./settings";

let team: string;
let ana: Context;
let ben: Context;
let admin: Context;
let warehouse: string;
let reader: string;

beforeAll(async () => {
  await testDatabase();
  ({ team, ana, ben, admin } = await buildColleagues());
});
afterAll(closeGate);

beforeEach(async () => {
  ({ id: warehouse, readerId: reader } = await buildWarehouse({ slots: 1, teamIds: [team] }));
  forgetWarehouses();
});

const run = async (ctx: Context, sql: string) => (await runQuery(ctx, { warehouse, sql })).id;
const state = async (id: string) => (await getExecution(admin, id)).state;

const admitted = () => admittedWork(warehouse);
const drain = () => drainLine(warehouse);

describe("admission", () => {
  it("gives no more slots than there are, and the next when one is free", async () => {
    await setGate(admin, warehouse, { slots: 2 });
    const ids = [await run(ana, "select 1"), await run(ana, "select 2"), await run(ana, "select 3")];
    expect(await admitted()).toHaveLength(2);
    expect((await getExecution(ana, ids[2] ?? "")).waiting).toMatchObject({ position: 1, heldBy: "slots" });
    expect(await drain()).toEqual(ids);
    expect(await state(ids[2] ?? "")).toBe("succeeded");
  });

  it("gives what waits the slots that a warehouse's own page adds, at once", async () => {
    await setGate(admin, warehouse, { perUser: 1 });
    for (const [ctx, n] of [
      [ana, 1],
      [ana, 2],
      [ben, 3],
      [ben, 4],
    ] as const)
      await run(ctx, `select ${n}`);
    expect(await admitted()).toHaveLength(1);
    await updateWarehouse(admin, warehouse, { slots: 9 });
    expect(await admitted()).toHaveLength(2);
    await updateWarehouse(admin, warehouse, { perUser: 0 });
    expect(await admitted()).toHaveLength(4);
  });

  it("holds back what is over the limit per person, and only that person's", async () => {
    await setGate(admin, warehouse, { slots: 4, perUser: 1 });
    await run(ana, "select 1");
    const held = await run(ana, "select 2");
    await run(ben, "select 3");
    expect(await admitted()).toHaveLength(2);
    expect((await getExecution(ana, held)).waiting).toMatchObject({ heldBy: "perUser" });
  });

  it("counts the slots of a warehouse over all its readers", async () => {
    const { id: others } = await buildTeam();
    const second = await buildReader(warehouse, [others]);
    forgetWarehouses();
    const cleo = await buildPerson({ teamIds: [others] });
    const before = await run(ana, "select 0");
    const [cleos, anas, last] = [await run(cleo, "select 1"), await run(ana, "select 2"), await run(cleo, "select 3")];
    expect((await getExecution(cleo, cleos)).waiting).toMatchObject({ position: 1, heldBy: "slots" });
    // Each slot that is free goes to who is next, by whichever reader.
    const served: [string, string[]][] = [];
    for (let [work] = await admitted(); work; [work] = await admitted()) {
      expect(await admitted()).toHaveLength(1);
      served.push([work.reader, await finishWork(work)]);
    }
    expect(served).toEqual([
      [reader, [before]],
      [second, [cleos]],
      [reader, [anas]],
      [second, [last]],
    ]);
  });

  it("takes turns by person: many of one delay the first of another by one", async () => {
    const first = await run(ana, "select 0");
    for (let n = 1; n <= 20; n++) await run(ana, `select ${n}`);
    const bens = await run(ben, "select 'ben'");
    const order = await drain();
    expect(order[0]).toBe(first);
    expect(order.indexOf(bens)).toBeLessThanOrEqual(1);
    expect(order).toHaveLength(22);
  });

  it("puts interactive before api, and lets who waits long enough rise", async () => {
    await run(ana, "select 0");
    const token = { ...ben, source: "api" as const };
    const late = await run(token, "select 'api'");
    const quick = await run(ana, "select 'web'");
    expect((await getExecution(ana, quick)).waiting?.position).toBe(1);
    await pool().query(
      "update work set queued_at = now() - interval '11 minutes' where warehouse_id = $1 and lane = 1",
      [warehouse],
    );
    const order = await drain();
    expect(order.indexOf(late)).toBeLessThan(order.indexOf(quick));
  });

  it("lets nobody but an admin take a better lane than their own", async () => {
    const token = { ...ben, source: "api" as const };
    await expect(runQuery(token, { warehouse, sql: "select 1", lane: "interactive" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(runQuery(token, { warehouse, sql: "select 1", lane: "backfill" })).resolves.toBeTruthy();
  });

  it("holds everything while paused, says why, and goes on", async () => {
    await setGate(admin, warehouse, { paused: true, reason: "Vacuum until noon" });
    const id = await run(ana, "select 1");
    expect(await admitted()).toHaveLength(0);
    expect((await getExecution(ana, id)).waiting).toMatchObject({
      heldBy: "pause",
      reason: expect.stringContaining("Vacuum until noon"),
    });
    expect(await getGate(ana, warehouse)).toEqual({
      slots: 1,
      perUser: 0,
      running: 0,
      waiting: 1,
      paused: true,
      reason: "Vacuum until noon",
      pausedBy: admin.user.name,
      pausedAt: expect.any(String),
      until: null,
      draining: false,
      slotsNow: 1,
      slowedSince: null,
      slowReason: null,
      unwatchedMinutes: null,
    });
    expect(await setGate(admin, warehouse, { paused: false })).toMatchObject({ pausedBy: null, reason: null });
    expect(await admitted()).toHaveLength(1);
    await expect(setGate(ana, warehouse, { paused: true })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("never gives more slots than there are when many come at once", async () => {
    await setGate(admin, warehouse, { slots: 3 });
    await Promise.all(Array.from({ length: 30 }, (_, n) => run(n % 2 ? ana : ben, `select ${n}`)));
    expect(await admitted()).toHaveLength(3);
    expect(await drain()).toHaveLength(30);
  });

  it("shows an admin who holds the slots and who waits", async () => {
    await run(ana, "select 1");
    const [work] = await admitted();
    if (work) await beginWork(work);
    await run(ben, "select 2");
    const load = await getLoad(admin, warehouse);
    expect(load.running).toMatchObject([{ user: { id: ana.user.id }, sql: "select 1", state: "running" }]);
    expect(load.waiting).toMatchObject([{ user: { id: ben.user.id }, position: 1, reason: "All slots in use" }]);
    expect(load.warehouseLoad).not.toBeNull();
    await expect(getLoad(ana, warehouse)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("who sees what", () => {
  it("refuses what is no single statement, and storing what PostgreSQL cannot keep", async () => {
    await expect(run(ana, "select 1; select 2")).rejects.toMatchObject({
      code: "invalid",
      extra: { reason: "several_commands" },
    });
    await expect(run(ana, "-- nothing")).rejects.toMatchObject({ code: "invalid" });
    await expect(run(ana, "select ';' -- ;\n;")).resolves.toBeTruthy();
  });

  it("lists only what the reader may open, newest first, page by page", async () => {
    const stranger = await buildPerson();
    const ids = [await run(ana, "select 'a%b'"), await run(ben, "select 2"), await run(ana, "select 3")];
    expect((await listExecutions(stranger, { warehouse })).items).toEqual([]);
    await expect(getExecution(stranger, ids[0] ?? "")).rejects.toMatchObject({ code: "not_found" });
    const first = await listExecutions(ben, { warehouse, limit: 2 });
    expect(first.items.map((item) => item.id)).toEqual([ids[2], ids[1]]);
    const second = await listExecutions(ben, { warehouse, limit: 2, cursor: first.next ?? "" });
    expect(second.items.map((item) => item.id)).toEqual([ids[0]]);
    expect(second.next).toBeNull();
    expect((await listExecutions(ben, { warehouse, q: "A%B" })).items.map((item) => item.id)).toEqual([ids[0]]);
    expect((await listExecutions(ben, { warehouse, user: "me" })).items.map((item) => item.id)).toEqual([ids[1]]);
    expect((await listExecutions(ben, { warehouse, state: "failed" })).items).toEqual([]);
  });
});
