import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getExecution, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";

let ana: Context;
let warehouse: BuiltWarehouse;
const workers: ChildProcess[] = [];

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(path.join(process.cwd(), "dist", "worker.mjs"), { stdio: "ignore" });
  workers.push(worker);
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("exit", (code) => reject(new Error(`worker ended with ${code}`)));
  });
  return worker;
}

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 1 });
});
afterAll(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await closeGate();
});

async function ours(): Promise<number> {
  const client = new pg.Client({ connectionString: warehouse.superuserUrl });
  await client.connect();
  const { rows } = await client.query(
    "select 1 from pg_stat_activity where query like '%pg_sleep(61)%' and pid <> pg_backend_pid()",
  );
  await client.end();
  return rows.length;
}

it("ends what a killed worker ran within seconds, and gives its slot on", async () => {
  const first = await startWorker();
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql: "select pg_sleep(61)" });
  await expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 10_000 }).toBe("running");
  await expect.poll(ours, { timeout: 5_000 }).toBe(1);
  const next = await runQuery(ana, { warehouse: warehouse.id, sql: "select 'next'" });
  await startWorker();
  first.kill("SIGKILL");
  const killed = Date.now();
  expect(await waitForExecution(ana, id, 20)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
  expect(Date.now() - killed).toBeLessThan(7_000);
  expect(await ours()).toBe(0);
  expect(await waitForExecution(ana, next.id, 20)).toMatchObject({ state: "succeeded" });
}, 60_000);

it("ends what it runs when it is shut down", async () => {
  for (const worker of workers.slice(0, -1)) worker.kill("SIGKILL");
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql: "select pg_sleep(61), 2" });
  await expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 10_000 }).toBe("running");
  workers.at(-1)?.kill("SIGTERM");
  expect(await waitForExecution(ana, id, 20)).toMatchObject({ state: "failed", error: { code: "worker_lost" } });
}, 60_000);
