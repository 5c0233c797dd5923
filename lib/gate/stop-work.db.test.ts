import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import { closeQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { closeWake } from "@/lib/platform/wake";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { drainLine, writeWaiting } from "@/lib/testing/line";
import type { StopRequest } from "./schema";
import { setGate } from "./settings";
import { executionsToStop, stopWork } from "./stop-work";

/** Stops of more than one request does. */

let ana: Context;
let ben: Context;
let admin: Context;
let team: string;
let here: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  team = (await buildTeam()).id;
  const person = async (role: "editor" | "admin") => contextFor((await buildUser({ role, teamIds: [team] })).id);
  [ana, ben, admin] = [await person("editor"), await person("editor"), await person("admin")];
});
afterAll(async () => {
  await closeQueue();
  await closeWake();
});
beforeEach(async () => {
  here = await buildWarehouse({ slots: 1, teamIds: [team] });
  forgetWarehouses();
});

const reason = "It fills the line";
const ages = () => Date.now() + 3_600_000;

/** Of that person here, by state. */
async function states({ user }: Context): Promise<Record<string, number>> {
  const { rows } = await pool().query<{ state: string; n: number }>(
    `select e.state::text || '/' || s.state || '/' || k.state as state, count(*)::int as n
     from executions e join statements s on s.id = e.statement_id join work k on k.id = s.work_id
     where e.warehouse_id = $1 and e.user_id = $2 group by 1`,
    [here.id, user.id],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

it("stops thousands that wait, a part in each request, says how many are left, and leaves others' alone", async () => {
  await setGate(admin, here.id, { paused: true, reason: "For the test" });
  await writeWaiting(here, ana, 4_000);
  await writeWaiting(here, ben, 10);
  const asked: StopRequest = { of: "person", targets: [ana.user.id], reason };
  expect(await executionsToStop(admin, here.id, asked)).toBe(4_000);
  expect(await stopWork(admin, here.id, asked, { most: 3_000, until: ages() })).toEqual({
    stopped: 3_000,
    left: 1_000,
  });
  // The newest first: none moves up while others end.
  const { rows } = await pool().query<{ in_order: boolean }>(
    `select min(id) filter (where state = 'cancelled') > max(id) filter (where state = 'queued') as in_order
     from executions where user_id = $1`,
    [ana.user.id],
  );
  expect(rows).toEqual([{ in_order: true }]);
  // Its time is over at once: a few are stopped all the same, so that asking again comes to an end.
  const late = await stopWork(admin, here.id, asked, { most: 3_000, until: 0 });
  expect(late.stopped).toBeGreaterThan(0);
  expect(late.stopped + late.left).toBe(1_000);
  expect(await stopWork(admin, here.id, asked)).toEqual({ stopped: late.left, left: 0 });
  expect(await states(ana)).toEqual({ "cancelled/cancelled/done": 4_000 });
  expect(await states(ben)).toEqual({ "queued/queued/waiting": 10 });
  const audited = await db().auditEntry.findMany({
    where: { action: "execution.cancel", userId: admin.user.id, address: admin.address },
    select: { object: true, detail: true },
  });
  expect(new Set(audited.map(({ object }) => object)).size).toBe(4_000);
  expect(audited[0]?.detail).toEqual({ outcome: "cancelled", reason });
}, 120_000);

it("ends what waits with its batch and those who share its place, and keeps what others of a batch wait for", async () => {
  await runQuery(ben, { warehouse: here.id, sql: "select 0" });
  const shared = [1, 2].map(() => runQuery(ana, { warehouse: here.id, sql: "select 'same'" }));
  const batch = await runBatch(ana, { warehouse: here.id, statements: [{ sql: "select 1" }, { sql: "select 2" }] });
  const [first, second] = batch.executions.map(({ id }) => id);
  const [one] = await Promise.all(shared);
  // One of two who share a place: the other keeps it. The second of a batch: the first is still run.
  const some: StopRequest = { of: "execution", targets: [one?.id ?? ""], reason };
  expect(await stopWork(admin, here.id, some)).toEqual({ stopped: 2, left: 0 });
  const { rows } = await pool().query<{ answer: { stopped: number } }>(
    "select sluice_stop($1, $2, $3, null, null, null) as answer",
    [here.id, [second], reason],
  );
  expect(rows[0]?.answer.stopped).toBe(1);
  expect(await states(ana)).toEqual({
    ...{ "cancelled/cancelled/done": 2, "cancelled/cancelled/waiting": 1 },
    "queued/queued/waiting": 1,
  });
  await drainLine(here.id);
  expect((await db().execution.findUniqueOrThrow({ where: { id: first ?? "" } })).state).toBe("succeeded");
  expect((await db().execution.findUniqueOrThrow({ where: { id: second ?? "" } })).state).toBe("cancelled");
});

it("ends what has its slot too, and gives that to who waits", async () => {
  const [holds, next] = [
    await runQuery(ana, { warehouse: here.id, sql: "select 1" }),
    await runQuery(ben, { warehouse: here.id, sql: "select 2" }),
  ];
  const asked: StopRequest = { of: "person", targets: [ana.user.id], state: "all", reason };
  expect(await stopWork(admin, here.id, asked)).toEqual({ stopped: 1, left: 0 });
  expect(await db().execution.findUnique({ where: { id: holds.id } })).toMatchObject({
    state: "cancelled",
    stopReason: reason,
  });
  expect(await drainLine(here.id)).toEqual([next.id]);
});
