import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, listExecutions, statementOf } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import type { QueuedWork } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, drainLine } from "@/lib/testing/line";
import { beginStatement, endStatement, showHead, startWork } from "./lease";
import { startLiveness } from "./liveness";
import { getLoad } from "./load";
import { reconcile } from "./reconcile";
import { getGate, setGate } from "./settings";

let team: string;
let ana: Context;
let ben: Context;
let admin: Context;
let warehouse: string;

beforeAll(async () => {
  await testDatabase();
  ({ team, ana, ben, admin } = await buildColleagues());
});
afterAll(closeGate);

beforeEach(async () => {
  warehouse = (await buildWarehouse({ slots: 1, teamIds: [team] })).id;
  forgetWarehouses();
});

const run = async (ctx: Context, sql: string) => (await runQuery(ctx, { warehouse, sql })).id;
const state = async (id: string) => (await getExecution(admin, id)).state;

const admitted = () => admittedWork(warehouse);
const drain = () => drainLine(warehouse);

async function start(work: QueuedWork) {
  const started = await startWork(work, "w1", { pid: 1, start: "x" });
  return started?.statements.find((statement) => statement.state === "running")?.id ?? "";
}

describe("admission", () => {
  it("gives no more slots than there are, and the next when one is free", async () => {
    await setGate(admin, warehouse, { slots: 2 });
    const ids = [await run(ana, "select 1"), await run(ana, "select 2"), await run(ana, "select 3")];
    expect(await admitted()).toHaveLength(2);
    expect((await getExecution(ana, ids[2] ?? "")).waiting).toMatchObject({ position: 1, heldBy: "slots" });
    expect(await drain()).toEqual(ids);
    expect(await state(ids[2] ?? "")).toBe("succeeded");
  });

  it("holds back what is over the limit per person, and only that person's", async () => {
    await setGate(admin, warehouse, { slots: 4, perUser: 1 });
    await run(ana, "select 1");
    const held = await run(ana, "select 2");
    await run(ben, "select 3");
    expect(await admitted()).toHaveLength(2);
    expect((await getExecution(ana, held)).waiting).toMatchObject({ heldBy: "perUser" });
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
    if (work) await start(work);
    await run(ben, "select 2");
    const load = await getLoad(admin, warehouse);
    expect(load.running).toMatchObject([{ user: { id: ana.user.id }, sql: "select 1", state: "running" }]);
    expect(load.waiting).toMatchObject([{ user: { id: ben.user.id }, position: 1, reason: "All slots in use" }]);
    expect(load.warehouseLoad).not.toBeNull();
    await expect(getLoad(ana, warehouse)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("joining", () => {
  it("joins the same work under way, and runs it once", async () => {
    const one = await run(ana, "select 42");
    const two = await run(ben, "select 42");
    expect(await getExecution(ben, two)).toMatchObject({ via: "joined" });
    await drain();
    expect([await state(one), await state(two)]).toEqual(["succeeded", "succeeded"]);
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

  it("keeps the statement for those who stay; the last to leave stops it", async () => {
    const [one, two] = [await run(ana, "select 42"), await run(ben, "select 42")];
    const [work] = await admitted();
    if (work) await start(work);
    expect(await cancelExecution(ana, one)).toBe("left");
    expect([await state(one), await state(two)]).toEqual(["cancelled", "running"]);
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
});

describe("ends", () => {
  it("cancels what waits at once, and frees no slot it never had", async () => {
    await run(ana, "select 1");
    const id = await run(ana, "select 2");
    expect(await cancelExecution(ana, id, "Wrong table")).toBe("cancelled");
    expect(await getExecution(ana, id)).toMatchObject({ state: "cancelled", stopReason: "Wrong table" });
    expect(await admitted()).toHaveLength(1);
    expect(await cancelExecution(ana, id)).toBe("ended");
  });

  it("tells two who cancel at once the truth", async () => {
    const id = await run(ana, "select 1");
    const [work] = await admitted();
    const statement = work ? await start(work) : "";
    const outcomes = await Promise.all([cancelExecution(ana, id), cancelExecution(admin, id)]);
    expect(outcomes).toEqual(["cancelling", "cancelling"]);
    await endStatement(work?.lease ?? "", statement, { state: "cancelled" }, null);
    expect(await state(id)).toBe("cancelled");
    await expect(cancelExecution(ben, id)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("does not deadlock a start with a cancel", async () => {
    for (let n = 0; n < 20; n++) {
      const id = await run(ana, `select ${n}`);
      const [work] = await admitted();
      if (!work) throw new Error("nothing admitted");
      const [outcome, statement] = await Promise.all([cancelExecution(ana, id), start(work)]);
      if (outcome === "cancelling") await endStatement(work.lease, statement, { state: "cancelled" }, null);
      expect(await state(id)).toBe("cancelled");
      expect(await admitted()).toHaveLength(0);
    }
  });

  it("stops a batch at its first failure, and frees one slot", async () => {
    const batch = await runBatch(ana, {
      warehouse,
      statements: [{ sql: "select 1" }, { sql: "select 1/0" }, { sql: "select 3" }],
    });
    const [work] = await admitted();
    const started = work ? await startWork(work, "w1", null) : null;
    const [first, second] = started?.statements ?? [];
    if (!work || !first || !second) throw new Error("no batch");
    const after = await run(ana, "select 'after'");
    await endStatement(work.lease, first.id, { state: "succeeded", rowCount: 1 }, null);
    expect(await admitted()).toHaveLength(0);
    await beginStatement(work.lease, second.id);
    await endStatement(
      work.lease,
      second.id,
      { state: "failed", error: { code: "22012", message: "division by zero", line: 1, column: 9 } },
      null,
    );
    const states = await Promise.all(batch.executions.map(({ id }) => state(id)));
    expect(states).toEqual(["succeeded", "failed", "cancelled"]);
    expect(await drain()).toEqual([after]);
  });

  it("ends a batch whose stop came too late for the running statement", async () => {
    const batch = await runBatch(ana, { warehouse, statements: [{ sql: "select 1" }, { sql: "select 2" }] });
    const [work] = await admitted();
    const statement = work ? await start(work) : "";
    await cancelExecution(ana, batch.executions[0]?.id ?? "");
    await endStatement(work?.lease ?? "", statement, { state: "succeeded", rowCount: 1 }, null);
    expect(await Promise.all(batch.executions.map(({ id }) => state(id)))).toEqual(["succeeded", "cancelled"]);
    expect(await beginStatement(work?.lease ?? "", statement)).toBe(false);
  });

  it("does nothing for a job that comes twice, or with an old lease", async () => {
    await run(ana, "select 1");
    const [work] = await admitted();
    if (!work) throw new Error("nothing admitted");
    const statement = await start(work);
    expect(await startWork(work, "w2", null)).toBeNull();
    expect(await endStatement("another lease", statement, { state: "succeeded" }, null)).toBe(false);
    expect(await endStatement(work.lease, statement, { state: "succeeded", rowCount: 0 }, null)).toBe(true);
    // Asked again, as after an answer that was lost on its way: it stands, and no other end takes its place.
    expect(await endStatement(work.lease, statement, { state: "succeeded", rowCount: 0 }, null)).toBe(true);
    expect(await endStatement(work.lease, statement, { state: "failed" }, null)).toBe(false);
  });

  it("tells who cancels while an end is being written that it has ended", async () => {
    const id = await run(ana, "select 1");
    const [work] = await admitted();
    const statement = work ? await start(work) : "";
    const client = await pool().connect();
    await client.query("begin");
    await client.query("select sluice_end($1, $2, $3, null)", [work?.lease, statement, { state: "succeeded" }]);
    const cancelling = cancelExecution(ana, id);
    await expect
      .poll(async () => (await pool().query("select 1 from pg_locks where not granted")).rowCount)
      .toBeGreaterThan(0);
    await client.query("commit");
    client.release();
    expect(await cancelling).toBe("ended");
    expect(await state(id)).toBe("succeeded");
  });

  it("ends work that a worker has by the database and not in its hands", async () => {
    const id = await run(ana, "select 1");
    const [work] = await admitted();
    const worker = newId();
    if (!work) throw new Error("nothing admitted");
    const held = new Set([work.lease]);
    const liveness = await startLiveness({ id: worker, host: "test", pid: 1 }, held);
    await startWork(work, worker, null);
    await delay(2_500);
    expect(await state(id)).toBe("running");
    held.clear();
    await expect.poll(() => state(id), { timeout: 10_000 }).toBe("failed");
    await expect.poll(() => held.size).toBe(0);
    await liveness.stop();
  });

  it("keeps no first rows of what did not come to its end", async () => {
    const id = await run(ana, "select 1");
    const [work] = await admitted();
    const statement = work ? await start(work) : "";
    await showHead(work?.lease ?? "", statement, [{ name: "a", type: "integer" }], Buffer.from("1\n2\n"), 2);
    expect(await statementOf(ana, id)).toMatchObject({ headRows: 2 });
    const error = { code: "connection", message: "lost" };
    await endStatement(work?.lease ?? "", statement, { state: "failed", error }, null);
    expect(await statementOf(ana, id)).toMatchObject({ state: "failed", head: null, headRows: 0 });
  });

  it("keeps an end whatever characters its error holds", async () => {
    const id = await run(ana, "select 1");
    const [work] = await admitted();
    const statement = work ? await start(work) : "";
    await endStatement(
      work?.lease ?? "",
      statement,
      { state: "failed", error: { code: "x", message: "a\u0000b\ud800" } },
      null,
    );
    expect((await getExecution(ana, id)).error?.message).toBe("ab\ufffd");
  });

  const longAgo = (work: QueuedWork) =>
    pool().query("update work set admitted_at = now() - interval '1 minute' where id = $1", [work.id]);

  it("leaves work on the queue as it is while no hand is free, and says so", async () => {
    const id = await run(ana, "select 1");
    const [before] = await admitted();
    if (!before) throw new Error("nothing admitted");
    await expect.poll(() => openQueue().standing([before])).toEqual(["waits"]);
    expect((await getExecution(ana, id)).waiting).toMatchObject({ reason: "It has its slot; a worker is taking it." });
    await longAgo(before);
    for (let n = 0; n < 3; n++) await reconcile();
    expect(await admitted()).toEqual([before]);
    expect(await openQueue().standing([before])).toEqual(["waits"]);
    const words = async () => (await getExecution(ana, id)).waiting;
    expect(await words()).toMatchObject({ reason: expect.stringContaining("no worker"), estimateSeconds: null });
    const live = await startLiveness({ id: newId(), host: "here", pid: process.pid }, new Set());
    await expect.poll(words).toMatchObject({ reason: expect.stringContaining("may be busy") });
    await live.stop();
  });

  it("renews the lease of work that is in a hand which does not begin it", async () => {
    await run(ana, "select 1");
    const [before] = await admitted();
    if (!before) throw new Error("nothing admitted");
    const hanging = openQueue({ databaseUrl: env().DATABASE_URL });
    await hanging.consume(async ({ id }) => (id === before.id ? new Promise(() => undefined) : undefined), 4);
    await expect.poll(() => openQueue().standing([before])).toEqual(["held"]);
    await reconcile();
    expect(await admitted()).toEqual([before]);
    await longAgo(before);
    await reconcile();
    const [after] = await admitted();
    expect(after?.id).toBe(before.id);
    expect(after?.lease).not.toBe(before.lease);
    expect(await startWork(before, "w1", null)).toBeNull();
    await hanging.close();
  });

  it("hands a dead worker's work over once, with its backend", async () => {
    await run(ana, "select 1");
    const [work] = await admitted();
    if (!work) throw new Error("nothing admitted");
    const statement = await start(work);
    const taker = newId();
    const { rows } = await pool().query<{ taken: { work: string; lease: string; pid: number }[] }>(
      "select sluice_take_over($1, 4) as taken",
      [taker],
    );
    const mine = rows[0]?.taken.find((taken) => taken.work === work.id);
    expect(mine).toMatchObject({ pid: 1, start: "x", statements: [{ id: statement, state: "running" }] });
    expect(await endStatement(work.lease, statement, { state: "succeeded" }, null)).toBe(false);
    const again = await pool().query<{ taken: unknown[] }>("select sluice_take_over($1, 4) as taken", [taker]);
    expect(again.rows[0]?.taken).toEqual([]);
    expect(
      await endStatement(
        mine?.lease ?? "",
        statement,
        { state: "failed", error: { code: "worker_lost", message: "" } },
        null,
      ),
    ).toBe(true);
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
