import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";

let ana: Context;

beforeAll(async () => {
  await testDatabase();
  ana = await buildPerson();
});
afterAll(async () => {
  killWorkers();
  await closeGate();
});

const attemptOf = async (id: string, n = 0) => (await getRun(ana, id)).stages[n]?.attempts[0];

// slow -> next
const stages = [
  { id: "slow", operator: "noop@1", params: { message: "once", seconds: 8 } },
  { id: "next", operator: "noop@1", after: ["slow"] },
];

it("takes a program up again whose worker was killed: it runs once, and nothing of its log is lost or twice", async () => {
  const { name } = await buildPipeline(ana, { stages });
  const first = await startWorker();
  const { id } = await startRun(ana, name, {});
  await expect.poll(async () => (await attemptOf(id))?.logLines, { timeout: 20_000 }).toBe(1);
  first.kill("SIGKILL");
  await startWorker();
  const view = await waitForRun(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(view.stages.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
  const lines = [];
  for await (const { text } of await readLog(ana, id, {})) lines.push(text);
  expect(lines).toEqual(["once"]);
}, 90_000);

it("lets a program go on while its worker is exchanged", async () => {
  const { name } = await buildPipeline(ana, { stages });
  killWorkers();
  const before = await startWorker({ DRAIN_SECONDS: "0" });
  const { id } = await startRun(ana, name, {});
  await expect.poll(async () => (await attemptOf(id))?.logLines, { timeout: 20_000 }).toBe(1);
  const gone = new Promise((resolve) => before.once("exit", resolve));
  before.kill("SIGTERM");
  await gone;
  expect(await attemptOf(id)).toMatchObject({ state: "running" });
  await startWorker();
  const view = await waitForRun(ana, id, 40);
  expect(view.state).toBe("succeeded");
  expect(view.stages.map(({ attempts }) => attempts.length)).toEqual([1, 1]);
}, 90_000);
