import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { getExecution } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import type { Lane } from "@/lib/executions/schema";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, drainLine } from "@/lib/testing/line";
import { beginStatement, endStatement, startWork } from "./lease";
import { getLoad } from "./load";
import { moveWork } from "./move-work";
import { addPause, endPause, listPauses } from "./pauses";
import { reconcile } from "./reconcile";
import type { PauseKind } from "./schema";
import { setGate } from "./settings";
import { executionsToStop, stopWork } from "./stop-work";

let team: string;
let ana: Context;
let ben: Context;
let admin: Context;
let token: Context;
let warehouse: string;

beforeAll(async () => {
  await testDatabase();
  ({ team, ana, ben, admin } = await buildColleagues());
  token = await contextFor(ben.user.id, await buildToken(ben.user.id));
});
afterAll(closeGate);
beforeEach(async () => {
  await db().pause.updateMany({ where: { endedAt: null }, data: { endedAt: new Date() } });
  warehouse = (await buildWarehouse({ slots: 4, teamIds: [team] })).id;
  forgetWarehouses();
});

const run = async (ctx: Context, sql: string, lane?: Lane) => (await runQuery(ctx, { warehouse, sql, lane })).id;
const admitted = () => admittedWork(warehouse);
const waiting = async (id: string) => (await getExecution(admin, id)).waiting;

/** Whose work is held by a pause of this, and by which one of another warehouse it is not. */
async function heldBy(of: PauseKind, targets: string[]) {
  const { id } = await addPause(admin, { warehouse, of, targets, reason: "Closing the month" });
  const ids = [
    await run(ana, "select 'ana'"),
    await run(ben, "select 'ben'"),
    await run(token, "select 'token'"),
    await run(ana, "select 'backfill'", "backfill"),
  ];
  const states = await Promise.all(ids.map(waiting));
  expect(states.filter((state) => state?.heldBy === "pause").map((state) => state?.reason)).not.toContain(undefined);
  const held = ["ana", "ben", "token", "backfill"].filter((_name, n) => states[n]?.heldBy === "pause");
  await endPause(admin, id);
  expect(await admitted()).toHaveLength(4);
  return held;
}

it("holds a lane, and lets it go on", async () => expect(await heldBy("lane", ["backfill"])).toEqual(["backfill"]));
it("holds one person's work", async () => expect(await heldBy("person", [ana.user.id])).toEqual(["ana", "backfill"]));
it("holds one token's work, not its person's", async () =>
  expect(await heldBy("token", [token.tokenId ?? ""])).toEqual(["token"]));
it("holds the work of a team's members", async () => {
  const other = await buildTeam({ userIds: [ben.user.id] });
  expect(await heldBy("team", [other.id])).toEqual(["ben", "token"]);
});
it("holds everything", async () => expect(await heldBy("everything", [])).toHaveLength(4));

it("holds every warehouse, also one that comes later, and is not ended at one of them", async () => {
  const { id } = await addPause(admin, { of: "everything", reason: "Network work" });
  const held = await run(ana, "select 1");
  expect(await waiting(held)).toMatchObject({ heldBy: "pause", reason: "Every warehouse is paused: Network work" });
  await expect(setGate(admin, warehouse, { paused: false })).rejects.toMatchObject({ code: "conflict" });
  warehouse = (await buildWarehouse({ teamIds: [team] })).id;
  expect(await waiting(await run(ana, "select 2"))).toMatchObject({ heldBy: "pause" });
  await endPause(admin, id);
  expect(await admitted()).toHaveLength(1);
  expect(await waiting(held)).toMatchObject({ heldBy: "worker" });
});

it("ends by itself when its time has come, and says when that is", async () => {
  const until = new Date(Date.now() + 600_000).toISOString();
  const { id } = await addPause(admin, { warehouse, of: "lane", targets: ["interactive"], until });
  const held = await run(ana, "select 1");
  expect(await waiting(held)).toMatchObject({ heldBy: "pause", until: expect.stringMatching(/^20/) });
  await reconcile();
  expect(await admitted()).toHaveLength(0);
  await pool().query("update pauses set until = now() - interval '1 second' where id = $1", [id]);
  await reconcile();
  expect(await admitted()).toHaveLength(1);
  const [ended] = (await listPauses(admin, { warehouse, ended: "true" })).items;
  expect(ended).toMatchObject({ id, endedAt: expect.any(String) });
  expect((await listPauses(admin, { warehouse, ended: "false" })).items).toEqual([]);
});

it("takes back what has its slot but no worker yet, and the job that is on its way does nothing", async () => {
  const id = await run(ana, "select 1");
  const [job] = await admitted();
  await addPause(admin, { warehouse, of: "person", targets: [ana.user.id] });
  expect(job && (await startWork(job, "w1", null))).toBeNull();
  expect(await waiting(id)).toMatchObject({ heldBy: "pause" });
  expect((await getLoad(admin, warehouse)).used).toBe(0);
});

it("drains: what runs ends, a batch with all its statements, and nothing new starts", async () => {
  const batch = await runBatch(ana, { warehouse, statements: [{ sql: "select 1" }, { sql: "select 2" }] });
  const [work] = await admitted();
  const started = work ? await startWork(work, "w1", null) : null;
  await addPause(admin, { warehouse, of: "everything", drain: true, reason: "Upgrade" });
  const later = await run(ben, "select 3");
  expect((await getLoad(admin, warehouse)).gate).toMatchObject({ draining: true, running: 1, waiting: 1 });
  for (const statement of started?.statements ?? []) {
    await beginStatement(work?.lease ?? "", statement.id);
    await endStatement(work?.lease ?? "", statement.id, { state: "succeeded", rowCount: 0 }, null);
  }
  const states = await Promise.all(batch.executions.map(async ({ id }) => (await getExecution(ana, id)).state));
  expect(states).toEqual(["succeeded", "succeeded"]);
  expect((await getLoad(admin, warehouse)).gate).toMatchObject({ draining: true, running: 0, waiting: 1 });
  expect(await waiting(later)).toMatchObject({ heldBy: "pause" });
  expect(await setGate(admin, warehouse, { paused: false })).toMatchObject({ paused: false, draining: false });
  expect(await drainLine(warehouse)).toEqual([later]);
});

it("tells the people whose work a cool-down holds, once each, and not who set it", async () => {
  await setGate(admin, warehouse, { slots: 1 });
  await run(ben, "select 0");
  await run(ana, "select 1", "backfill");
  await run(ana, "select 2", "backfill");
  await run(admin, "select 3", "backfill");
  await run(ben, "select 4");
  const until = new Date(Date.now() + 1_800_000).toISOString();
  const targets = ["scheduled", "backfill"];
  await addPause(admin, { warehouse, of: "lane", targets, until, reason: "Redshift is hot", tell: true });
  const { rows } = await pool().query<{ user_id: string; text: string }>(
    "select user_id, text from notices where kind = 'gate'",
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ user_id: ana.user.id, text: expect.stringContaining("Redshift is hot") });
  expect(rows[0]?.text).toContain("scheduled and backfill work");
  expect((await drainLine(warehouse)).length).toBe(2);
});

it("tells those whose pipelines it holds: the team, or the owner of one without a team", async () => {
  const other = (await buildWarehouse({ teamIds: [team] })).id;
  const gone = await buildUser({ teamIds: [team] });
  await db().user.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
  const [cleo, dora] = [await buildUser(), await buildUser()];
  const scheduled = async (values: { ownerId: string; teamId?: string; warehouses: string[] }, minutes = 10) => {
    const pipelineId = newId();
    await db().pipeline.create({ data: { id: pipelineId, name: pipelineId, version: 1, ...values } });
    const nextAt = new Date(Date.now() + minutes * 60_000);
    await db().trigger.create({
      data: { id: newId(), pipelineId, ownerId: values.ownerId, cron: "0 * * * *", zone: "UTC", nextAt },
    });
  };
  await scheduled({ ownerId: cleo.id, teamId: team, warehouses: [other, warehouse] });
  await scheduled({ ownerId: cleo.id, warehouses: [other] });
  await scheduled({ ownerId: dora.id, warehouses: [warehouse] }, 45);
  const told = async (more: object) => {
    await pool().query("delete from notices");
    await addPause(admin, { warehouse, of: "everything", reason: "Hot", tell: true, ...more });
    const { rows } = await pool().query<{ user_id: string }>("select user_id from notices where kind = 'gate'");
    return rows.map((row) => row.user_id).sort();
  };
  const until = new Date(Date.now() + 1_800_000).toISOString();
  expect(await told({ until })).toEqual([ana.user.id, ben.user.id].sort());
  expect(await told({ of: "lane", targets: ["interactive"] })).toEqual([]);
  expect(await told({})).toEqual([ana.user.id, ben.user.id, dora.id].sort());
  await db().pipeline.deleteMany();
});

it("tells those alone whom this pause holds", async () => {
  await addPause(admin, { warehouse, of: "lane", targets: ["backfill"] });
  await run(ana, "select 5", "backfill");
  await run(ben, "select 6");
  await pool().query("delete from notices");
  await addPause(admin, { warehouse, of: "person", targets: [ben.user.id], reason: "a runaway export", tell: true });
  await run(ben, "select 7");
  await addPause(admin, { warehouse, of: "person", targets: [ben.user.id], reason: "another", tell: true });
  const { rows } = await pool().query<{ user_id: string }>("select distinct user_id from notices where kind = 'gate'");
  expect(rows).toEqual([{ user_id: ben.user.id }]);
  await drainLine(warehouse);
});

it("holds nobody for asking the same as somebody whom a pause holds, and serves both", async () => {
  await addPause(admin, { warehouse, of: "person", targets: [ana.user.id] });
  const held = await run(ana, "select 42");
  expect(await waiting(held)).toMatchObject({ heldBy: "pause" });
  const own = await run(ben, "select 42");
  expect([(await getExecution(ben, own)).via, (await getExecution(ana, held)).via]).toEqual([null, "joined"]);
  expect(await drainLine(warehouse)).toEqual([held, own]);
});

it("refuses a pause of nobody, of the past, and by who is no admin", async () => {
  const pause = (asked: object) => addPause(admin, { warehouse, of: "person", ...asked });
  await expect(pause({})).rejects.toMatchObject({ code: "invalid" });
  await expect(pause({ targets: ["nobody"] })).rejects.toMatchObject({ code: "invalid" });
  await expect(pause({ of: "lane", targets: ["fast"] })).rejects.toMatchObject({ code: "invalid" });
  const past = { targets: [ana.user.id], until: "2020-01-01T00:00:00Z" };
  await expect(pause(past)).rejects.toMatchObject({ code: "invalid" });
  await expect(addPause(ana, { warehouse, of: "everything" })).rejects.toMatchObject({ code: "forbidden" });
});

it("puts one first, before lanes and turns, and another last", async () => {
  await setGate(admin, warehouse, { slots: 1 });
  await run(ana, "select 0");
  const [one, two, raised] = [
    await run(ana, "select 1"),
    await run(ben, "select 2"),
    await run(ana, "select 3", "backfill"),
  ];
  await moveWork(admin, raised, "first");
  await moveWork(admin, two, "last");
  expect(await waiting(raised)).toMatchObject({ position: 1 });
  const { waiting: line } = await getLoad(admin, warehouse);
  expect(line.map((item) => item.executionId)).toEqual([raised, one, two]);
  expect((await drainLine(warehouse)).slice(1)).toEqual([raised, one, two]);
  await expect(moveWork(admin, raised, "first")).rejects.toMatchObject({ code: "conflict" });
  await expect(moveWork(ana, one, "first")).rejects.toMatchObject({ code: "forbidden" });
});

it("stops one person's work in bulk, and one piece for all who wait for it, and keeps the reason", async () => {
  await setGate(admin, warehouse, { slots: 1 });
  const running = await run(ana, "select 0");
  const mine = [await run(ana, "select 1"), await run(ana, "select 2")];
  const joined = [await run(ben, "select 3"), await run(ben, "select 3")];
  const reason = "It reads the whole of events";
  const asked = { of: "person" as const, targets: [ana.user.id], state: "waiting" as const, reason };
  await expect(executionsToStop(ana, warehouse, asked)).rejects.toMatchObject({ code: "forbidden" });
  expect(await executionsToStop(admin, warehouse, asked)).toBe(2);
  // Looking stopped nothing.
  expect(await executionsToStop(admin, warehouse, { of: "everything" })).toBe(5);
  expect(await stopWork(admin, warehouse, asked)).toEqual({ stopped: 2, left: 0 });
  for (const id of mine) expect(await getExecution(ana, id)).toMatchObject({ state: "cancelled", stopReason: reason });
  expect((await getExecution(ana, running)).state).toBe("queued");
  const piece = { of: "execution" as const, targets: [joined[0] ?? ""], reason };
  expect(await stopWork(admin, warehouse, piece)).toEqual({ stopped: 2, left: 0 });
  for (const id of joined) expect((await getExecution(admin, id)).state).toBe("cancelled");
  await expect(stopWork(ana, warehouse, asked)).rejects.toMatchObject({ code: "forbidden" });
  const trail = await db().auditEntry.count({ where: { action: "execution.cancel", userId: admin.user.id } });
  expect(trail).toBe(4);
});
