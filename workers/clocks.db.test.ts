import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";

/** Workers whose clocks are wrong, and differ from each other by two hours. */

let ana: Context;
const shift = pathToFileURL(path.resolve("e2e/processes/shift-clock.mjs"));
const workerAt = (seconds: number) =>
  startWorker({ NODE_OPTIONS: `--import ${shift}`, CLOCK_SECONDS: String(seconds), STAGES_AT_ONCE: "3" });

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  ana = await buildPerson();
  await Promise.all([workerAt(3_600), workerAt(-3_600), workerAt(30)]);
});
afterAll(async () => {
  killWorkers();
  await closeGate();
});

const now = async () => (await pool().query<{ at: Date }>("select clock_timestamp() as at")).rows[0]?.at.getTime() ?? 0;

it("lose no stage of the living, keep to limits and to the pause before another try, and count by one clock", async () => {
  const { open, waits } = gate();
  const marker = "$SLUICE_SCRATCH/../../../once";
  const stages = [
    ...[0, 1, 2, 3].map((n) => shell(`s${n}`, waits, { resources: { timeout: "10m" } })),
    shell("again", `[ -e ${marker} ] || { : > ${marker}; exit 1; }`, { retries: 1, retryDelay: "2s" }),
    shell("last", "true", { after: ["s0", "s1", "s2", "s3", "again"] }),
  ];
  const before = await now();
  const { id } = await startRun(ana, (await buildPipeline(ana, { stages })).name, {});
  const spread = "select distinct worker_id from attempts where run_id = $1 and stage like 's_' and state = 'running'";
  await expect.poll(async () => (await pool().query(spread, [id])).rowCount).toBeGreaterThan(1);
  // Longer than those who have not been seen are waited for, by the database's clock.
  await pool().query("select pg_sleep(6)");
  open();
  const view = await waitForRun(ana, id, 50);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(view.stages.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual([
    ...[["succeeded"], ["succeeded"], ["succeeded"], ["succeeded"]],
    ["failed", "succeeded"],
    ["succeeded"],
  ]);
  const after = await now();
  for (const { attempts } of view.stages)
    for (const { queuedAt, startedAt, programEnd, finishedAt } of attempts) {
      const times = [queuedAt, startedAt, programEnd, finishedAt].map((at) => Date.parse(at ?? ""));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(before);
      expect(times[3]).toBeLessThanOrEqual(after);
    }
  const [first, second] = view.stages[4]?.attempts ?? [];
  expect(Date.parse(second?.queuedAt ?? "") - Date.parse(first?.finishedAt ?? "")).toBeGreaterThanOrEqual(2_000);
}, 120_000);
