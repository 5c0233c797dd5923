import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { cancelRun } from "@/lib/runs/cancel-run";
import { waitForRun } from "@/lib/runs/data";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";
import { attempt, begin, make, printed, read, waitingWords, whole } from "./testing/through-the-store";

/** The folder of outputs is gone in the middle of a run, under a real worker, and comes back. */

let ana: Context;
let store = "";
let away = false;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  store = path.join(process.env.SLUICE_HOME ?? "", "store");
  ana = await buildPerson();
  await startWorker();
  // There from its first output on.
  const { id } = await begin(ana, make("true"));
  expect(await waitForRun(ana, id, 40)).toMatchObject({ state: "succeeded" });
}, 120_000);
afterEach(back);
afterAll(async () => {
  killWorkers();
  await closeGate();
});

function gone(): void {
  renameSync(store, `${store}.aside`);
  // A file where the folder was: even root cannot write into that.
  writeFileSync(store, "");
  away = true;
}
function back(): void {
  if (!away) return;
  rmSync(store);
  renameSync(`${store}.aside`, store);
  away = false;
}

const workerOf = async (id: string) =>
  (await pool().query("select worker_id as worker from attempts where run_id = $1", [id])).rows[0]?.worker as string;

it("keeps what a stage wrote until it is back, says so, and spends no try", async () => {
  const { open, waits } = gate();
  const { id } = await begin(ana, make(waits), read());
  await expect.poll(async () => (await attempt(ana, id))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(ana, id))?.waitingFor).toBe(waitingWords);
  expect(await attempt(ana, id)).toMatchObject({ state: "running" });
  back();
  const view = await waitForRun(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(view.stages.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
  expect(view.stages[0]?.artifacts).toMatchObject([{ rows: 2, files: [{ name: "1.csv" }, { name: "2.csv" }] }]);
  expect(view.stages[0]?.attempts[0]?.waitingFor).toBeNull();
  expect(await printed(ana, id)).toEqual(whole);
}, 90_000);

it("is waited for by another worker when the first is killed meanwhile", async () => {
  const { open, waits } = gate();
  const { id } = await begin(ana, make(waits), read());
  await expect.poll(async () => (await attempt(ana, id))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(ana, id))?.waitingFor).toBe(waitingWords);
  const before = await workerOf(id);
  killWorkers();
  await startWorker();
  await expect.poll(() => workerOf(id)).not.toBe(before);
  await expect.poll(async () => (await attempt(ana, id))?.waitingFor).toBe(waitingWords);
  back();
  const view = await waitForRun(ana, id, 40);
  expect(view.stages.map(({ state, attempts }) => [state, attempts.length])).toEqual([
    ["succeeded", 1],
    ["succeeded", 1],
  ]);
  expect(await printed(ana, id)).toEqual(whole);
}, 90_000);

it("is waited for by a stage that needs what lies there, and does not count as gone", async () => {
  const { open, waits } = gate();
  const { id } = await begin(
    ana,
    make("true"),
    shell("hold", `echo x; ${waits}`, { after: ["make"] }),
    read({ after: ["hold"] }),
  );
  await expect.poll(async () => (await attempt(ana, id, 1))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(ana, id, 2))?.waitingFor).toBe(waitingWords);
  back();
  const view = await waitForRun(ana, id, 40);
  expect(view.stages[2]).toMatchObject({ state: "succeeded", attempts: [{ number: 1 }] });
  expect(await printed(ana, id)).toEqual(whole);
}, 90_000);

it("holds up nobody who does not want to wait", async () => {
  const { open, waits } = gate();
  const { id } = await begin(ana, make(waits));
  await expect.poll(async () => (await attempt(ana, id))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(ana, id))?.waitingFor).toBe(waitingWords);
  await cancelRun(ana, id);
  expect(await waitForRun(ana, id, 20)).toMatchObject({ state: "cancelled", stages: [{ state: "cancelled" }] });
}, 60_000);
