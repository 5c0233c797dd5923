import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { openQueue } from "@/lib/jobs/queue";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { readiness } from "@/lib/transport/readiness";
import { freePort } from "../scripts/ports.mjs";

/** Redis is killed with all that it held, and comes back empty. */

// Where there is no Redis there is nothing to take away; `npm test` says how to get it.
describe.skipIf(spawnSync("redis-server", ["--version"]).status !== 0)("a Redis (redis-server is needed)", () => {
  let ana: Context;
  let warehouse: BuiltWarehouse;
  let redis: ChildProcess;
  let redisPort: number;

  async function startRedis(): Promise<void> {
    const flags = ["--port", String(redisPort), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"];
    redis = spawn("redis-server", flags, { stdio: "ignore", cwd: "/" });
    for (let turn = 0; turn < 100 && !(await answers()); turn++) await delay(100);
  }
  const answers = () =>
    openQueue()
      .check()
      .then(
        () => true,
        () => false,
      );
  async function killRedis(): Promise<void> {
    redis.kill("SIGKILL");
    await once(redis, "exit");
  }

  beforeAll(async () => {
    await testDatabase();
    redisPort = await freePort();
    process.env.REDIS_URL = `redis://127.0.0.1:${redisPort}`;
    await startRedis();
    const team = await buildTeam();
    ana = await buildPerson({ teamIds: [team.id] });
    warehouse = await buildWarehouse({ teamIds: [team.id], slots: 2 });
    await startWorker();
  });
  afterAll(async () => {
    killWorkers();
    await closeGate();
    redis.kill("SIGKILL");
  });

  const submit = async (sql: string) => (await runQuery(ana, { warehouse: warehouse.id, sql })).id;
  const end = (id: string) => waitForExecution(ana, id, 25);

  it("is not needed by what runs already, nor to stop it", async () => {
    const [stays, goes] = [await submit("select pg_sleep(4), 1"), await submit("select pg_sleep(61), 1")];
    for (const id of [stays, goes])
      await expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 10_000 }).toBe("running");
    await killRedis();
    expect((await readiness()).checks).toMatchObject({ queue: "failed", database: "ok" });
    await cancelExecution(ana, goes);
    expect(await end(goes)).toMatchObject({ state: "cancelled" });
    expect(await end(stays)).toMatchObject({ state: "succeeded" });
    await startRedis();
  }, 60_000);

  it("may lose what was admitted: it runs once Redis is back", async () => {
    await killRedis();
    const ids = await Promise.all([1, 2, 3, 4].map((n) => submit(`select 'while away', ${n}`)));
    await delay(3_000);
    for (const id of ids) expect((await getExecution(ana, id)).state).toBe("queued");
    await startRedis();
    for (const id of ids) expect(await end(id)).toMatchObject({ state: "succeeded", rowCount: 1 });
  }, 90_000);

  it("may forget jobs between the queue and the worker", async () => {
    // Both slots are taken, so two more wait; the queue forgets in between and nothing of it was the truth.
    const ids = [
      await submit("select pg_sleep(2), 2"),
      await submit("select pg_sleep(2), 3"),
      await submit("select 4"),
    ];
    await killRedis();
    await startRedis();
    for (const id of ids) expect(await end(id)).toMatchObject({ state: "succeeded", rowCount: 1 });
    await expect.poll(async () => (await readiness()).checks.queue, { timeout: 10_000 }).toBe("ok");
  }, 90_000);
});
