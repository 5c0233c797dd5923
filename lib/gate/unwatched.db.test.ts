import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { getExecution, waitForExecution } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork } from "@/lib/testing/line";
import { endsUnwatched } from "./end-unwatched";
import { endStatement, startWork } from "./lease";
import { setGate } from "./settings";

let ana: Context;
let ben: Context;
let admin: Context;
let team: string;
let warehouse: string;
let name: string;

beforeAll(async () => {
  await testDatabase();
  ({ team, ana, ben, admin } = await buildColleagues());
});
afterAll(closeGate);

beforeEach(async () => {
  ({ id: warehouse, name } = await buildWarehouse({ slots: 1, teamIds: [team] }));
  forgetWarehouses();
});

const run = async (ctx: Context, sql: string) => (await runQuery(ctx, { warehouse, sql })).id;
/** Read past the application, since whoever asks it watches. */
async function kept(id: string): Promise<{ state: string; stop_reason: string | null }> {
  const { rows } = await pool().query("select state, stop_reason from executions where id = $1", [id]);
  return rows[0];
}
const state = async (id: string) => (await kept(id)).state;
const watchedAt = async (id: string) =>
  (
    await pool().query(
      "select k.watched_at from work k join statements s on s.work_id = k.id join executions e on e.statement_id = s.id where e.id = $1",
      [id],
    )
  ).rows[0].watched_at as Date | null;

/** As if everything here had happened so long before. */
async function later(minutes: number): Promise<void> {
  await pool().query(
    `update work set queued_at = queued_at - make_interval(mins => $2), watched_at = watched_at - make_interval(mins => $2)
     where warehouse_id = $1 and state <> 'done'`,
    [warehouse, minutes],
  );
  await pool().query(
    "update executions set submitted_at = submitted_at - make_interval(mins => $2) where warehouse_id = $1",
    [warehouse, minutes],
  );
  await pool().query(
    "update warehouses set unwatched_from = unwatched_from - make_interval(mins => $2) where id = $1",
    [warehouse, minutes],
  );
}

async function begin(): Promise<{ lease: string; statement: string }> {
  const [work] = await admittedWork(warehouse);
  if (!work) throw new Error("nothing was admitted");
  const started = await startWork(work, "w1", { pid: 1, start: "x" });
  return { lease: work.lease, statement: started?.statements[0]?.id ?? "" };
}

const round = () => endsUnwatched(0)();
const on = (unwatchedMinutes: number | null = 10) => setGate(admin, warehouse, { unwatchedMinutes });

it("ends what runs and what waits once nobody has watched it for so long, and says why", async () => {
  await on();
  const [first, second] = [await run(ana, "select 1"), await run(ana, "select 2")];
  const { lease, statement } = await begin();
  await later(9);
  await round();
  expect([await state(first), await state(second)]).toEqual(["queued", "queued"]);
  await later(2);
  await round();
  const reason = `Nobody watched this for 10 minutes, and ${name} ends such work. Run it again.`;
  expect(await kept(first)).toEqual({ state: "cancelling", stop_reason: reason });
  expect(await kept(second)).toEqual({ state: "cancelled", stop_reason: reason });
  await endStatement(lease, statement, { state: "cancelled" }, null);
  expect(await getExecution(ana, first)).toMatchObject({ state: "cancelled", stopReason: reason });
  const where = { action: "execution.cancel", object: { in: [`execution:${first}`, `execution:${second}`] } };
  const trail = await db().auditEntry.findMany({ where, orderBy: { object: "asc" } });
  expect(trail.map(({ userId, detail }) => ({ userId, detail }))).toEqual([
    { userId: null, detail: { outcome: "cancelling", reason } },
    { userId: null, detail: { outcome: "cancelled", reason } },
  ]);
});

it("ends nothing, and writes nothing of who looks, while the setting is off", async () => {
  const id = await run(ana, "select 1");
  await getExecution(ana, id);
  await later(10_000);
  await round();
  expect(await state(id)).toBe("queued");
  expect(await watchedAt(id)).toBe(null);
  // Switched on, it counts from then: nobody wrote down before who was there.
  await on(1);
  await round();
  expect(await state(id)).toBe("queued");
});

it.each([
  ["a page that follows it", (id: string) => getExecution(ben, id)],
  ["a program that waits for it", (id: string) => waitForExecution(ben, id, 0)],
])("goes on for %s", async (_who, look) => {
  await on();
  const id = await run(ana, "select 1");
  await look(id);
  await expect.poll(() => watchedAt(id)).not.toBe(null);
  await later(9);
  await pool().query("update work set watched_at = now() where warehouse_id = $1", [warehouse]);
  await later(9);
  await round();
  expect(await state(id)).toBe("queued");
  await later(2);
  await round();
  expect(await state(id)).toBe("cancelled");
});

it("writes that somebody looks once in 20 seconds, however often they do", async () => {
  await on();
  const id = await run(ana, "select 1");
  await getExecution(ana, id);
  await expect.poll(() => watchedAt(id)).not.toBe(null);
  const first = await watchedAt(id);
  await pool().query("select sluice_watch(statement_id) from executions where id = $1", [id]);
  expect(await watchedAt(id)).toEqual(first);
  await later(1);
  await pool().query("select sluice_watch(statement_id) from executions where id = $1", [id]);
  expect((await watchedAt(id))?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? Number.POSITIVE_INFINITY);
});

it("leaves work alone that a program or a schedule waits for too, and ends a joined one for all its pages", async () => {
  await on();
  await setGate(admin, name, { slots: 2 });
  const joined = [await run(ana, "select 1"), await run(ben, "select 1")];
  const program = await run({ ...ben, source: "api", tokenId: null }, "select 2");
  const page = await run(ana, "select 2");
  await later(11);
  await round();
  expect(await Promise.all(joined.map(state))).toEqual(["cancelled", "cancelled"]);
  expect([await state(program), await state(page)]).toEqual(["queued", "queued"]);
});

it("leaves work alone of whose end somebody is to be told, and such as was joined just now", async () => {
  await on();
  await setGate(admin, name, { slots: 2 });
  const told = await run(ana, "select 1");
  await pool().query(
    "insert into execution_callbacks (execution_id, url, secret) values ($1, 'https://example.com', 's')",
    [told],
  );
  const old = await run(ana, "select 2");
  await later(11);
  const joiner = await run(ben, "select 2");
  await round();
  expect([await state(told), await state(old), await state(joiner)]).toEqual(["queued", "queued", "queued"]);
});

it("ends a batch whole, which each of its pages watches", async () => {
  await on();
  const { executions } = await runBatch(ana, { warehouse, statements: [{ sql: "select 1" }, { sql: "select 2" }] });
  const ids = executions.map(({ id }) => id);
  await begin();
  await later(9);
  await getExecution(ana, ids[1] ?? "");
  await expect.poll(() => watchedAt(ids[0] ?? "")).not.toBe(null);
  await later(9);
  await round();
  expect(await Promise.all(ids.map(state))).toEqual(["queued", "queued"]);
  await later(2);
  await round();
  expect(await Promise.all(ids.map(state))).toEqual(["cancelling", "cancelled"]);
  expect((await kept(ids[1] ?? "")).stop_reason).toContain("Nobody watched this");
});

it("judges only after it has come round for a while, since nobody could say that they watch before", async () => {
  await on();
  const id = await run(ana, "select 1");
  await later(11);
  const go = endsUnwatched(40_000);
  await go(0);
  await go(39_000);
  expect(await state(id)).toBe("queued");
  // A gap, as when the database was away.
  await go(90_000);
  await go(128_000);
  expect(await state(id)).toBe("queued");
  await go(131_000);
  expect(await state(id)).toBe("cancelled");
});
