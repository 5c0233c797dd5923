import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { startLiveness } from "@/lib/gate/liveness";
import type { Stage } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";
import { runAttempt } from "./handlers/run-attempt";
import { newRunning } from "./registry";

/** One attempt, and two workers that both take it for theirs. */

let ana: Context;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  ana = await buildPerson();
});
beforeEach(killWorkers);
afterAll(async () => {
  killWorkers();
  await closeGate();
});

async function begin(...stages: Stage[]): Promise<string> {
  return (await startRun(ana, (await buildPipeline(ana, { stages })).name, {})).id;
}
const attemptOf = async (id: string) => (await getRun(ana, id)).stages[0]?.attempts[0];
const workerOf = async (id: string) =>
  (await pool().query("select worker_id as worker from attempts where run_id = $1", [id])).rows[0]?.worker as string;

async function printed(id: string): Promise<string[]> {
  const found = [];
  for await (const { text } of await readLog(ana, id, {})) found.push(text);
  return found;
}

/** Ends once it has nothing in its hands any more. */
async function drained(worker: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => worker.once("exit", resolve));
  worker.kill("SIGTERM");
  await gone;
}

it("a worker that wakes after its successor leaves alone what that one follows, and writes nothing", async () => {
  const { open, waits } = gate();
  const rows = "printf 'n\\n1\\n' > $SLUICE_OUT/rows/a.csv";
  const late = await startWorker({ DRAIN_SECONDS: "20" });
  const id = await begin(shell("a", `echo begun; ${waits}; ${rows}; echo done`, { outputs: { rows: "csv" } }));
  await expect.poll(async () => (await attemptOf(id))?.logLines).toBe(1);
  const before = await workerOf(id);
  late.kill("SIGSTOP");
  await startWorker();
  await expect.poll(() => workerOf(id)).not.toBe(before);
  late.kill("SIGCONT");
  await drained(late);
  expect(await attemptOf(id)).toMatchObject({ state: "running" });
  open();
  const view = await waitForRun(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", stages: [{ artifacts: [{ rows: 1 }] }] });
  expect(view.stages[0]?.attempts).toMatchObject([{ exitCode: 0 }]);
  expect(await printed(id)).toEqual(["begun", "done"]);
}, 90_000);

it("a worker that wakes when its attempt has ended puts nothing in its place", async () => {
  const { open, waits } = gate();
  const late = await startWorker({ DRAIN_SECONDS: "20" });
  const id = await begin(shell("a", `echo begun; ${waits}; echo '{"rows": 3}' > $SLUICE_OUT/result.json`));
  await expect.poll(async () => (await attemptOf(id))?.logLines).toBe(1);
  late.kill("SIGSTOP");
  await startWorker();
  open();
  const view = await waitForRun(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", stages: [{ attempts: [{ rows: 3 }] }] });
  late.kill("SIGCONT");
  await drained(late);
  expect(await getRun(ana, id)).toEqual(view);
  expect(await printed(id)).toEqual(["begun"]);
}, 90_000);

it("two workers that are brought one attempt run it once", async () => {
  const [one, two] = [newRunning("the-first"), newRunning("the-second")];
  const self = { id: one.workerId, host: "here", pid: process.pid, stagesAtOnce: 4, place: one.place };
  const live = await startLiveness(self, one.leases);
  const file = path.join(mkdtempSync(path.join(tmpdir(), "sluice-once-")), "times");
  const id = await begin(shell("a", `echo x >> ${file}`));
  const admitted = "select id as attempt, lease_token as lease from attempts where run_id = $1 and state = 'admitted'";
  await expect.poll(async () => (await pool().query(admitted, [id])).rowCount).toBe(1);
  const [queued] = (await pool().query(admitted, [id])).rows;
  await Promise.all([one, two, one, two].map((running) => runAttempt(queued, running)));
  expect(await waitForRun(ana, id, 20)).toMatchObject({ state: "succeeded", stages: [{ attempts: [{ number: 1 }] }] });
  expect(readFileSync(file, "utf8")).toBe("x\n");
  await live.stop();
});

it("a keeper that stood still goes on with the program that it watches over", async () => {
  const { open, waits } = gate();
  await startWorker();
  const id = await begin(shell("a", `echo begun; ${waits}; echo done; exit 3`));
  await expect.poll(async () => (await attemptOf(id))?.logLines).toBe(1);
  const { stdout } = spawnSync("pgrep", ["-f", `${process.cwd()}/dist/stage-keeper.mjs`], { encoding: "utf8" });
  const keepers = stdout.trim().split("\n").map(Number);
  expect(keepers.length).toBeGreaterThan(0);
  for (const pid of keepers) process.kill(pid, "SIGSTOP");
  open();
  for (const pid of keepers) process.kill(pid, "SIGCONT");
  const view = await waitForRun(ana, id, 40);
  expect(view.stages[0]?.attempts).toMatchObject([{ exitCode: 3, state: "failed" }]);
  expect(await printed(id)).toEqual(["begun", "done"]);
}, 60_000);
