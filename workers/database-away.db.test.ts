import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getExecution, statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { closeWake, waitForWake } from "@/lib/platform/wake";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { rowsQuery } from "@/lib/results/schema";
import { asSuperuser, type TestDatabase, testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildTeam,
  buildToken,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { startProxy, type Wire } from "@/lib/testing/proxy";
import { bearer, call } from "@/lib/testing/rest";

/** Sluice's own database goes away under a web (this process) and a worker, and comes back. */

let ana: Context;
let headers: Record<string, string>;
let warehouse: BuiltWarehouse;
let proxy: Wire;
let database: TestDatabase;

/** Longer than the four seconds after which a silent worker counts as lost. */
const awayMs = 7_000;

beforeAll(async () => {
  database = await testDatabase();
  const url = new URL(database.url);
  proxy = await startProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  process.env.DATABASE_URL = url.href;
  const team = await buildTeam();
  const user = await buildUser({ teamIds: [team.id] });
  ana = await contextFor(user.id);
  headers = bearer(await buildToken(user.id));
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 2 });
  await startWorker();
});
afterAll(async () => {
  killWorkers();
  proxy.heal();
  closeReaders();
  await closeGate();
  await proxy.close();
});

const submit = async (sql: string) => (await runQuery(ana, { warehouse: warehouse.id, sql })).id;
const running = (id: string) =>
  expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 10_000 }).toBe("running");
const works = async (sql: string) => {
  // The first asks may meet what has not come back yet; then it works again by itself.
  await expect.poll(() => submit(sql).catch(() => null), { timeout: 20_000 }).not.toBeNull();
  expect(await waitForExecution(ana, await submit(sql), 20)).toMatchObject({ state: "succeeded", rowCount: 1 });
};

/** The worker has one, and this process when somebody waits in it. */
async function expectListeners(count: number): Promise<void> {
  const sql =
    "select 1 from pg_stat_activity where application_name = 'sluice listen' and datname = current_database()";
  const listeners = () =>
    pool()
      .query(sql)
      .then(
        ({ rowCount }) => rowCount,
        () => null,
      );
  await expect.poll(listeners, { timeout: 15_000 }).toBe(count);
}

async function expectTrueEnd(id: string, rows: number): Promise<void> {
  await expect.poll(() => getExecution(ana, id).catch(() => null), { timeout: 30_000 }).not.toBeNull();
  expect(await waitForExecution(ana, id, 25)).toMatchObject({ state: "succeeded", rowCount: rows, error: null });
  const page = await readRows(await statementOf(ana, id), rowsQuery.parse({ offset: rows - 1 }));
  expect(page).toMatchObject({ rowCount: rows, complete: true });
}

it("keeps what ran, small and large, while every connection was cut at once", async () => {
  const small = await submit("select pg_sleep(2), 1 as n");
  const large = await submit("select n, repeat('x', 50) from generate_series(1, 50000) n, (select pg_sleep(2)) s");
  await running(small);
  await running(large);
  proxy.drop();
  await expectTrueEnd(small, 1);
  await expectTrueEnd(large, 50_000);
  await works("select 'after a drop'");
}, 60_000);

it("keeps what ran while the database was away longer than a worker may be silent", async () => {
  const short = await submit("select pg_sleep(3), 2 as n");
  const long = await submit("select pg_sleep(9), 3 as n");
  await running(short);
  await running(long);
  proxy.cut();
  await delay(awayMs);
  proxy.heal();
  await expectTrueEnd(short, 1);
  await expectTrueEnd(long, 1);
  await works("select 'after a cut'");
}, 90_000);

it("says meanwhile that it is not available, and answers a wait that began before", async () => {
  const id = await submit("select pg_sleep(8), 4 as n");
  await running(id);
  // Nobody listens here until the wait below does: that is how to tell that it has begun.
  await closeWake();
  await expectListeners(1);
  const read = { method: "GET", path: "/executions/{id}" } as const;
  const waiting = call(read, { headers, params: { id }, query: "?wait=50" });
  await expectListeners(2);
  proxy.cut();
  await delay(500);
  for (const operation of [
    { method: "GET", path: "/executions" },
    { method: "GET", path: "/warehouses" },
    { method: "POST", path: "/executions" },
    { method: "PUT", path: "/drafts/{tab}" },
  ] as const) {
    const body = operation.method === "GET" ? undefined : { warehouse: warehouse.id, sql: "select 1" };
    const answer = await call(operation, { headers, body, params: { tab: "one" } });
    expect(answer.status, operation.path).toBe(503);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    expect(await answer.text()).not.toMatch(/ECONN|127\.0\.0\.1|test_app/);
  }
  expect((await call({ method: "GET", path: "/health" })).status).toBe(200);
  expect((await call({ method: "GET", path: "/ready" })).status).toBe(503);
  await delay(1_500);
  proxy.heal();
  const answer = await waiting;
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ state: "succeeded", rowCount: 1 });
  await expect.poll(async () => (await call({ method: "GET", path: "/ready" })).status, { timeout: 10_000 }).toBe(200);
}, 90_000);

it("listens again after its connection was ended, and wakes who waits", async () => {
  const id = await submit("select pg_sleep(3), 5 as n");
  const events = await call({ method: "GET", path: "/executions/{id}/events" }, { headers, params: { id } });
  const waiting = waitForExecution(ana, id, 20);
  await running(id);
  await asSuperuser(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice listen'",
    database.name,
  );
  expect(await waiting).toMatchObject({ state: "succeeded" });
  expect(await events.text()).toContain('"state":"succeeded"');
  await expectListeners(2);
  const woken = waitForWake("gate", warehouse.id, 10_000);
  await pool().query("update warehouses set slots = slots where id = $1", [warehouse.id]);
  expect(await woken).toBe(true);
}, 60_000);

it("goes on after a restart of the server, which ends all at once", async () => {
  const id = await submit("select pg_sleep(4), 7 as n");
  await running(id);
  await asSuperuser(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}' and pid <> pg_backend_pid()`,
  );
  await expectTrueEnd(id, 1);
  await works("select 'after a restart'");
}, 60_000);
