import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { closeQueue } from "@/lib/jobs/queue";
import type { Stage } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { closeWake } from "@/lib/platform/wake";
import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildUser, contextFor } from "@/lib/testing/factories";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";

/** The folder of outputs is gone in the middle of a run, under a real worker, and comes back. */

let ana: Context;
let store = "";
let away = false;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  store = path.join(process.env.SLUICE_HOME ?? "", "store");
  ana = await contextFor((await buildUser()).id);
  await startWorker();
  // There from its first output on.
  const { id } = await begin(make("true"));
  expect(await waitForRun(ana, id, 40)).toMatchObject({ state: "succeeded" });
}, 120_000);
afterEach(back);
afterAll(async () => {
  killWorkers();
  await closeQueue();
  await closeWake();
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

const begin = async (...stages: Stage[]) => startRun(ana, (await buildPipeline(ana, { stages })).name, {});
const make = (first: string) =>
  shell("make", `echo begun; ${first}; for n in 1 2; do printf "n\\n$n\\n" > $SLUICE_OUT/rows/$n.csv; done`, {
    outputs: { rows: "csv" },
  });
const read = (more: Partial<Stage> = {}) =>
  shell("read", "cat $SLUICE_IN/rows/*.csv", { inputs: { rows: "make.rows" }, ...more });
const attempt = async (id: string, n = 0) => (await getRun(ana, id)).stages[n]?.attempts.at(-1);
const workerOf = async (id: string) =>
  (await pool().query("select worker_id as worker from attempts where run_id = $1", [id])).rows[0]?.worker as string;
const words = "The store does not answer. It goes on once it does.";

async function printed(id: string): Promise<string[]> {
  const found = [];
  for await (const { stage, text } of await readLog(ana, id, {})) if (stage === "read") found.push(text);
  return found;
}

it("keeps what a stage wrote until it is back, says so, and spends no try", async () => {
  const { open, waits } = gate();
  const { id } = await begin(make(waits), read());
  await expect.poll(async () => (await attempt(id))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(id))?.waitingFor).toBe(words);
  expect(await attempt(id)).toMatchObject({ state: "running" });
  back();
  const view = await waitForRun(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(view.stages.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
  expect(view.stages[0]?.artifacts).toMatchObject([{ rows: 2, files: [{ name: "1.csv" }, { name: "2.csv" }] }]);
  expect(view.stages[0]?.attempts[0]?.waitingFor).toBeNull();
  expect(await printed(id)).toEqual(["n", "1", "n", "2"]);
}, 90_000);

it("is waited for by another worker when the first is killed meanwhile", async () => {
  const { open, waits } = gate();
  const { id } = await begin(make(waits), read());
  await expect.poll(async () => (await attempt(id))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(id))?.waitingFor).toBe(words);
  const before = await workerOf(id);
  killWorkers();
  await startWorker();
  await expect.poll(() => workerOf(id)).not.toBe(before);
  await expect.poll(async () => (await attempt(id))?.waitingFor).toBe(words);
  back();
  const view = await waitForRun(ana, id, 40);
  expect(view.stages.map(({ state, attempts }) => [state, attempts.length])).toEqual([
    ["succeeded", 1],
    ["succeeded", 1],
  ]);
  expect(await printed(id)).toEqual(["n", "1", "n", "2"]);
}, 90_000);

it("is waited for by a stage that needs what lies there, and does not count as gone", async () => {
  const { open, waits } = gate();
  const { id } = await begin(
    make("true"),
    shell("hold", `echo x; ${waits}`, { after: ["make"] }),
    read({ after: ["hold"] }),
  );
  await expect.poll(async () => (await attempt(id, 1))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(id, 2))?.waitingFor).toBe(words);
  back();
  const view = await waitForRun(ana, id, 40);
  expect(view.stages[2]).toMatchObject({ state: "succeeded", attempts: [{ number: 1 }] });
  expect(await printed(id)).toEqual(["n", "1", "n", "2"]);
}, 90_000);

it("holds up nobody who does not want to wait", async () => {
  const { open, waits } = gate();
  const { id } = await begin(make(waits));
  await expect.poll(async () => (await attempt(id))?.logLines).toBe(1);
  gone();
  open();
  await expect.poll(async () => (await attempt(id))?.waitingFor).toBe(words);
  await cancelRun(ana, id);
  expect(await waitForRun(ana, id, 20)).toMatchObject({ state: "cancelled" });
}, 60_000);
