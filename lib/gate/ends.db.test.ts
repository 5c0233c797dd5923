import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, statementOf } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import type { QueuedWork } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, beginWork, drainLine } from "@/lib/testing/line";
import { beginStatement, endStatement, showHead, startWork } from "./lease";
import { startLiveness } from "./liveness";
import { reconcile } from "./reconcile";

/** How work ends: by its worker, by who cancels it, and where a worker is lost or does not begin. */

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
  const statement = work ? await beginWork(work) : "";
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
    const [outcome, statement] = await Promise.all([cancelExecution(ana, id), beginWork(work)]);
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
  const statement = work ? await beginWork(work) : "";
  await cancelExecution(ana, batch.executions[0]?.id ?? "");
  await endStatement(work?.lease ?? "", statement, { state: "succeeded", rowCount: 1 }, null);
  expect(await Promise.all(batch.executions.map(({ id }) => state(id)))).toEqual(["succeeded", "cancelled"]);
  expect(await beginStatement(work?.lease ?? "", statement)).toBe(false);
});

it("does nothing for a job that comes twice, or with an old lease", async () => {
  await run(ana, "select 1");
  const [work] = await admitted();
  if (!work) throw new Error("nothing admitted");
  const statement = await beginWork(work);
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
  const statement = work ? await beginWork(work) : "";
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
  const statement = work ? await beginWork(work) : "";
  await showHead(work?.lease ?? "", statement, [{ name: "a", type: "integer" }], Buffer.from("1\n2\n"), 2);
  expect(await statementOf(ana, id)).toMatchObject({ headRows: 2 });
  const error = { code: "connection", message: "lost" };
  await endStatement(work?.lease ?? "", statement, { state: "failed", error }, null);
  expect(await statementOf(ana, id)).toMatchObject({ state: "failed", head: null, headRows: 0 });
});

it("keeps an end whatever characters its error holds", async () => {
  const id = await run(ana, "select 1");
  const [work] = await admitted();
  const statement = work ? await beginWork(work) : "";
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
  const statement = await beginWork(work);
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
