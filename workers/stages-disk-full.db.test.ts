import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";

/** Disks without room, under a real worker: that on which stages write, and that of the store. */

const bytes = 24 * 1024 ** 2;
let ana: Context;
let home = "";
let store = "";
let mounted = true;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  home = process.env.SLUICE_HOME ?? "";
  store = mkdtempSync(path.join(tmpdir(), "sluice-store-"));
  for (const place of [home, store])
    mounted &&= spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", place]).status === 0;
  process.env.STORE_URL = `file://${store}`;
  ana = await buildPerson();
  await startWorker();
});
afterEach(() => {
  for (const place of [home, store]) rmSync(path.join(place, "filler"), { force: true });
});
afterAll(async () => {
  killWorkers();
  await closeGate();
  for (const place of [home, store]) spawnSync("umount", ["-l", place]);
});

const needsMount = (context: TestContext) =>
  mounted ? undefined : context.skip("disks of their own need the right to mount");

/** To the last byte. */
function fill(place: string): void {
  spawnSync("dd", ["if=/dev/zero", `of=${path.join(place, "filler")}`, "bs=4k"], { stdio: "ignore" });
  expect(statfsSync(place).bavail).toBe(0);
}
const room = (place: string) => rmSync(path.join(place, "filler"));
const begin = async (...stages: Stage[]) => startRun(ana, (await buildPipeline(ana, { stages })).name, {});
const attempt = async (id: string) => (await getRun(ana, id)).stages[0]?.attempts.at(-1);
const put = (size: number) =>
  `{ echo n; head -c ${size} /dev/zero | tr '\\0' 7 | fold -w 8; } > $SLUICE_OUT/rows/a.csv`;
const wait = "There is no room left on the disk. It goes on once there is.";

it("a stage that fills its disk fails in words; what runs beside it ends as it does, and its room is given back", async (context) => {
  needsMount(context);
  const { open, waits } = gate();
  const steady = await begin(shell("steady", `echo begun; ${waits}; echo done; exit 7`));
  await expect.poll(async () => (await attempt(steady.id))?.logLines).toBe(1);
  const greedy = await begin(shell("greedy", `${put(2 * bytes)} && exit 9; exit 4`, { outputs: { rows: "csv" } }));
  const view = await waitForRun(ana, greedy.id, 40);
  expect(view.stages[0]?.attempts).toHaveLength(1);
  expect(view.stages[0]?.error).toMatchObject({
    cause: "program",
    exitCode: 4,
    message: expect.stringMatching(/^There was no room left on the disk that it writes to\. It ended with exit code 4/),
    hint: expect.stringMatching(/SLUICE_HOME/),
  });
  fill(home);
  open();
  expect((await waitForRun(ana, steady.id, 40)).stages[0]).toMatchObject({
    attempts: [{ exitCode: 7, state: "failed" }],
  });
  room(home);
  const next = await begin(shell("next", "echo fine"));
  expect(await waitForRun(ana, next.id, 40)).toMatchObject({ state: "succeeded" });
  await expect.poll(() => readdirSync(path.join(home, "attempts"))).toEqual([]);
  const lines = [];
  for await (const { text } of await readLog(ana, steady.id, {})) lines.push(text);
  expect(lines[0]).toBe("begun");
}, 120_000);

it("a stage is not begun where there is no room for what it is told, and is once there is", async (context) => {
  needsMount(context);
  fill(home);
  const { id } = await begin(shell("a", "echo begun"));
  await expect
    .poll(async () => (await getRun(ana, id)).stages[0]?.attempts[0]?.error?.message)
    .toMatch(/no room left on the disk of the worker/);
  room(home);
  expect(await waitForRun(ana, id, 50)).toMatchObject({ state: "succeeded" });
}, 90_000);

it("outputs wait for room in the store, whole or not there, and no try is spent", async (context) => {
  needsMount(context);
  const { open, waits } = gate();
  const stage = shell("a", `echo begun; ${waits}; ${put(1_000_000)}`, { outputs: { rows: "csv" } });
  const { id } = await begin(stage);
  await expect.poll(async () => (await attempt(id))?.logLines).toBe(1);
  fill(store);
  open();
  await expect.poll(async () => (await attempt(id))?.waitingFor).toBe(wait);
  const files = () => (readdirSync(store, { recursive: true }) as string[]).filter((one) => /\.(csv|part)$/.test(one));
  // Between two tries nothing half-written stands there.
  await expect.poll(files).toEqual([]);
  room(store);
  const view = await waitForRun(ana, id, 40);
  expect(view.stages[0]).toMatchObject({
    state: "succeeded",
    attempts: [{ number: 1 }],
    artifacts: [{ rows: 125_000, files: [{ name: "a.csv" }] }],
  });
  expect(files()).toHaveLength(1);
}, 90_000);
