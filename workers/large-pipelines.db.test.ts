import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { startLiveness } from "@/lib/gate/liveness";
import { openQueue } from "@/lib/jobs/queue";
import type { Stage } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun, waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, shell } from "@/lib/testing/shell-operator";
import { runAttempt } from "./handlers/run-attempt";
import { newRunning } from "./registry";

/** `npm run test:stages` takes 1,000 of them to the end. */
const through = Number(process.env.STAGES_TEST_COUNT ?? 60);
let ana: Context;
const running = newRunning("the-test");
let live: Awaited<ReturnType<typeof startLiveness>> | undefined;
let most = 0;
let started: Promise<void> | undefined;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  ana = await buildPerson();
  const self = { id: running.workerId, host: "here", pid: process.pid, stagesAtOnce: 4, place: running.place };
  live = await startLiveness(self, running.leases);
});
afterAll(async () => {
  await live?.stop();
  await closeGate();
});

const ids = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);
const noop = (id: string, after: string[] = []): Stage => ({
  id,
  operator: "noop@1",
  ...(after.length ? { after } : {}),
});
const begin = async (stages: Stage[]) => (await startRun(ana, (await buildPipeline(ana, { stages })).name, {})).id;

// s0 -> s10 -> s20 …, s1 -> s11 …: ten chains of 100
it("1,000 stages start, are shown in their order, and are cancelled together", async () => {
  const id = await begin(ids(1_000).map((stage, n) => noop(stage, n < 10 ? [] : [`s${n - 10}`])));
  const view = await getRun(ana, id);
  expect(view.stages.map((stage) => stage.id)).toEqual(ids(1_000));
  expect(view.stages.filter(({ state }) => state === "queued")).toHaveLength(10);
  expect(view.stages[999]).toMatchObject({ state: "waiting", needs: ["s989"] });
  await cancelRun(ana, id);
  const ended = await waitForRun(ana, id, 30);
  expect(ended.state).toBe("cancelled");
  expect(ended.stages.every(({ state }) => state === "cancelled")).toBe(true);
  const { rows } = await pool().query("select 1 from work where state <> 'done'");
  expect(rows).toEqual([]);
}, 120_000);

/** Called by the first test that runs stages: the one above wants them to wait. */
function startRunning(): Promise<void> {
  started ??= openQueue().consumeAttempts(async (one) => {
    most = Math.max(most, running.attempts.size + 1);
    await runAttempt(one, running);
  }, 4);
  return started;
}

// s0 -> s10 -> s20 …, s1 -> s11 …: ten chains
it(
  `${through} stages run to the end, once each and each after the one before it`,
  async () => {
    await startRunning();
    const id = await begin(ids(through).map((stage, n) => noop(stage, n < 10 ? [] : [`s${n - 10}`])));
    const end = await waitForRun(ana, id, 120 + 2 * through);
    expect(end).toMatchObject({ state: "succeeded", error: null });
    expect(end.stages.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual(
      Array(through).fill(["succeeded"]),
    );
    const early = end.stages.filter(
      ({ startedAt }, n) => n >= 10 && Date.parse(startedAt ?? "") < Date.parse(end.stages[n - 10]?.finishedAt ?? ""),
    );
    expect(early.map((stage) => stage.id)).toEqual([]);
    const { rows } = await pool().query("select 1 from attempts where run_id = $1 and state <> 'succeeded'", [id]);
    expect(rows).toEqual([]);
  },
  180_000 + 2_000 * through,
);

// make -> s0, s1, … s199 -> join
it("200 stages that need one, and one that needs them all, run once each and no more at once than may", async () => {
  await startRunning();
  const rows = "printf 'n\\n7\\n' > $SLUICE_OUT/rows/a.csv";
  const wide = ids(200).map((stage) => shell(stage, "cat $SLUICE_IN/rows/a.csv", { inputs: { rows: "make.rows" } }));
  const id = await begin([shell("make", rows, { outputs: { rows: "csv" } }), ...wide, noop("join", ids(200))]);
  const end = await waitForRun(ana, id, 240);
  expect(end).toMatchObject({ state: "succeeded", error: null });
  expect(end.stages.map(({ attempts }) => attempts.length)).toEqual(Array(202).fill(1));
  expect(end.stages.every(({ attempts }) => attempts[0]?.logLines === 2 || attempts[0]?.logLines === 0)).toBe(true);
  const starts = end.stages.map(({ startedAt }) => Date.parse(startedAt ?? ""));
  const ends = end.stages.map(({ finishedAt }) => Date.parse(finishedAt ?? ""));
  expect(Math.min(...starts.slice(1, 201))).toBeGreaterThanOrEqual(ends[0] ?? 0);
  expect(starts[201]).toBeGreaterThanOrEqual(Math.max(...ends.slice(1, 201)));
  expect(most).toBeLessThanOrEqual(4);
}, 300_000);
