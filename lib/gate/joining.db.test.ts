import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, waitForExecution } from "@/lib/executions/data";
import { runQuery, startQuery } from "@/lib/executions/run-query";
import type { Lane } from "@/lib/executions/schema";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildReader, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, beginWork, drainLine } from "@/lib/testing/line";
import { addPause, endPause } from "./pauses";
import { setGate } from "./settings";

let ana: Context;
let ben: Context;
let eve: Context;
let admin: Context;
let team: string;
let warehouse: string;

beforeAll(async () => {
  await testDatabase();
  ({ team, ana, ben, admin } = await buildColleagues());
  eve = await buildPerson({ teamIds: [team] });
});
afterAll(closeGate);

beforeEach(async () => {
  warehouse = (await buildWarehouse({ slots: 1, teamIds: [team] })).id;
  forgetWarehouses();
});

const same = "select 42";
const run = async (ctx: Context, sql: string, lane?: Lane) => (await runQuery(ctx, { warehouse, sql, lane })).id;
const seen = (id: string) => getExecution(admin, id);
const drain = () => drainLine(warehouse);

async function timesRun(sql: string): Promise<number> {
  const { rows } = await pool().query<{ state: string }>(
    "select state::text from statements where warehouse_id = $1 and sql = $2",
    [warehouse, sql],
  );
  expect(rows.every((row) => row.state === "succeeded")).toBe(true);
  return rows.length;
}

it("joins the same work under way, and runs it once", async () => {
  const one = await run(ana, "select 42");
  const two = await run(ben, "select 42");
  expect(await getExecution(ben, two)).toMatchObject({ via: "joined" });
  await drain();
  expect([(await seen(one)).state, (await seen(two)).state]).toEqual(["succeeded", "succeeded"]);
  expect((await pool().query("select 1 from statements where warehouse_id = $1", [warehouse])).rowCount).toBe(1);
});

it("does not join other values, limits or zones", async () => {
  await run(ana, "select 42");
  for (const more of [{ limit: 5 }, { timeZone: "Asia/Kathmandu" }]) {
    const { id } = await runQuery(ben, { warehouse, sql: "select 42", ...more });
    expect((await getExecution(ben, id)).via).toBeNull();
  }
  const value = (v: string) => runQuery(ana, { warehouse, sql: "select {{v}}", parameters: { v } });
  await value("a");
  expect((await getExecution(ana, (await value("b")).id)).via).toBeNull();
  expect((await getExecution(ana, (await value("b")).id)).via).toBe("joined");
});

/** Two people who read the warehouse by another reader than ana and ben, and so may see other rows. */
async function buildOthers(): Promise<[Context, Context]> {
  const { id } = await buildTeam();
  await buildReader(warehouse, [id]);
  forgetWarehouses();
  return [await buildPerson({ teamIds: [id] }), await buildPerson({ teamIds: [id] })];
}

it("joins what runs and what waits by the same reader, and never by another", async () => {
  const [cleo, dan] = await buildOthers();
  const anas = await startQuery(ana, { warehouse, sql: same });
  const [cleos, dans] = [await startQuery(cleo, { warehouse, sql: same }), await run(dan, same)];
  const bens = await startQuery(ben, { warehouse, sql: same });
  expect([anas.outcome, cleos.outcome, bens.outcome]).toEqual(["new", "new", "joined"]);
  expect(bens.statementId).toBe(anas.statementId);
  const order = await drain();
  expect(order.slice(0, 2).sort()).toEqual([anas.id, bens.id].sort());
  expect(order.slice(2).sort()).toEqual([cleos.id, dans].sort());
  expect((await seen(dans)).via).toBe("joined");
  expect(await timesRun(same)).toBe(2);
});

it("reuses what ran by the same reader, and never by another", async () => {
  const [cleo, dan] = await buildOthers();
  const ask = (ctx: Context) => startQuery(ctx, { warehouse, sql: same, maxAgeSeconds: 3_600 });
  const anas = await ask(ana);
  await drain();
  expect(await ask(ben)).toMatchObject({ outcome: "reused", statementId: anas.statementId });
  const cleos = await ask(cleo);
  expect(cleos.outcome).toBe("new");
  await drain();
  expect(await ask(dan)).toMatchObject({ outcome: "reused", statementId: cleos.statementId });
  expect(await ask(ben)).toMatchObject({ outcome: "reused", statementId: anas.statementId });
});

it("keeps the statement for those who stay; the last to leave stops it", async () => {
  const [one, two] = [await run(ana, "select 42"), await run(ben, "select 42")];
  const [work] = await admittedWork(warehouse);
  if (work) await beginWork(work);
  expect(await cancelExecution(ana, one)).toBe("left");
  expect([(await seen(one)).state, (await seen(two)).state]).toEqual(["cancelled", "running"]);
  expect(await cancelExecution(ben, two)).toBe("cancelling");
  expect(await getExecution(ben, two)).toMatchObject({ state: "running", stopping: true });
});

it("reuses a young enough result only where that was asked for", async () => {
  await run(ana, "select 42");
  await drain();
  const fresh = await runQuery(ana, { warehouse, sql: "select 42" });
  expect(fresh.state).toBe("queued");
  await drain();
  const reused = await runQuery(ana, { warehouse, sql: "select 42", maxAgeSeconds: 60 });
  expect(reused.state).toBe("succeeded");
  expect((await getExecution(ana, reused.id)).via).toBe("reused");
});

it("waits at one's own place for what another waits for too, and takes them along", async () => {
  const first = await run(ana, "select 0");
  for (let n = 1; n <= 20; n++) await run(ana, `select ${n}`);
  const late = await run(ana, same);
  const bens = await run(ben, same);
  expect(await seen(bens)).toMatchObject({ via: null, waiting: { heldBy: "slots" } });
  const order = await drain();
  expect(order.slice(0, 3).sort()).toEqual([first, late, bens].sort());
  expect(order).toHaveLength(23);
  expect([(await seen(late)).via, (await seen(bens)).via]).toEqual(["joined", null]);
  expect(await timesRun(same)).toBe(1);
});

it("is not held by the number that another may run", async () => {
  await setGate(admin, warehouse, { slots: 2, perUser: 1 });
  await run(ana, "select 0");
  const late = await run(ana, same);
  expect((await seen(late)).waiting).toMatchObject({ heldBy: "perUser" });
  const bens = await run(ben, same);
  expect(await seen(bens)).toMatchObject({ via: null, waiting: { heldBy: "worker" } });
  expect(await seen(late)).toMatchObject({ via: "joined", waiting: { heldBy: "worker" } });
});

it("shares a place with one's own in the same lane alone", async () => {
  await run(ana, "select 0");
  const slow = await run(ana, same, "backfill");
  const again = await run(ana, same, "backfill");
  const quick = await run(ana, same);
  expect(await Promise.all([slow, again, quick].map(async (id) => (await seen(id)).via))).toEqual([
    null,
    "joined",
    null,
  ]);
  await addPause(admin, { warehouse, of: "lane", targets: ["backfill"] });
  expect((await drain()).slice(1)).toEqual([slow, again, quick]);
  expect(await timesRun(same)).toBe(1);
});

it("says so where another came first at the moment of asking", async () => {
  await run(ana, "select 0");
  const eves = await run(eve, same);
  // As if a slot had just become free, and nobody had asked the gate since.
  await pool().query("update warehouses set slots = 2, slots_now = 2 where id = $1", [warehouse]);
  const bens = await startQuery(ben, { warehouse, sql: same });
  expect(bens.outcome).toBe("joined");
  await drain();
  expect([(await seen(eves)).state, (await seen(bens.id)).state]).toEqual(["succeeded", "succeeded"]);
  expect(await timesRun(same)).toBe(1);
});

it("tells who waits of the end of what they were taken along by, and lets each leave alone", async () => {
  await setGate(admin, warehouse, { slots: 2, perUser: 1 });
  await run(ana, "select 0");
  await run(eve, "select 1");
  const [anas, eves] = [await startQuery(ana, { warehouse, sql: same }), await run(eve, same)];
  expect([anas.outcome, (await seen(eves)).via]).toEqual(["new", null]);
  const end = waitForExecution(ana, anas.id, 20, undefined, anas);
  await setGate(admin, warehouse, { slots: 3 });
  const bens = await run(ben, same);
  expect([(await seen(anas.id)).via, (await seen(eves)).via, (await seen(bens)).via]).toEqual([
    "joined",
    "joined",
    null,
  ]);
  expect(await cancelExecution(eve, eves)).toBe("left");
  expect(await cancelExecution(ben, bens)).toBe("left");
  await drain();
  expect((await end).state).toBe("succeeded");
  expect([(await seen(eves)).state, (await seen(bens)).state]).toEqual(["cancelled", "cancelled"]);
});

it("goes apart again where a pause takes the slot of the one that was joined", async () => {
  const anas = await run(ana, same);
  const [bens, again] = [await run(ben, same), await run(ben, same)];
  expect((await seen(bens)).via).toBe("joined");
  const everything = await addPause(admin, { warehouse, of: "everything", reason: "the night's load" });
  expect((await seen(bens)).waiting).toMatchObject({ heldBy: "pause" });
  expect(await Promise.all([anas, bens, again].map(async (id) => (await seen(id)).via))).toEqual([
    null,
    null,
    "joined",
  ]);
  await addPause(admin, { warehouse, of: "person", targets: [ana.user.id] });
  await endPause(admin, everything.id);
  const [work] = await admittedWork(warehouse);
  const { rows } = await pool().query("select user_id from work where id = $1", [work?.id]);
  expect(rows).toEqual([{ user_id: ben.user.id }]);
  expect((await drain()).sort()).toEqual([anas, bens, again].sort());
  expect(await timesRun(same)).toBe(1);
});

it("counts for those who stay where the one that was joined has left before the pause", async () => {
  const anas = await run(ana, same);
  const bens = await run(ben, same);
  expect(await cancelExecution(ana, anas)).toBe("left");
  await addPause(admin, { warehouse, of: "person", targets: [ana.user.id] });
  expect(await seen(bens)).toMatchObject({ waiting: { heldBy: "worker" } });
  expect(await drain()).toContain(bens);
  expect((await seen(anas)).state).toBe("cancelled");
});
