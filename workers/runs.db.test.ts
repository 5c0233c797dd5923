import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun, listRuns, waitForRun } from "@/lib/runs/data";
import { readAttempt } from "@/lib/runs/lease";
import { readLog } from "@/lib/runs/logs";
import { reconcileRuns } from "@/lib/runs/move-on";
import { retryRun } from "@/lib/runs/retry-run";
import type { LogsQuery, RunView } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { newRunning } from "./registry";
import { startStageWorker } from "./testing/stage-worker";

let ana: Context;
let stranger: Context;
const running = newRunning("the-test");

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  stranger = await buildPerson();
  await startStageWorker({}, running);
});

const noop = (id: string, more: Partial<Stage> = {}): Stage => ({ id, operator: "noop@1", ...more });
const failing = (id: string, more: Partial<Stage> = {}) => noop(id, { params: { fail: true }, ...more });

async function run(
  stages: Stage[],
  more: { params?: Record<string, string>; declared?: object } = {},
): Promise<RunView> {
  const { name } = await buildPipeline(ana, {
    stages,
    ...(more.declared ? { parameters: more.declared as never } : {}),
  });
  const { id } = await startRun(ana, name, more.params ? { params: more.params } : {});
  return waitForRun(ana, id, 30);
}

const states = (view: RunView) => Object.fromEntries(view.stages.map(({ id, state }) => [id, state]));

async function log(id: string, query: Partial<LogsQuery> = {}) {
  const found = [];
  for await (const line of await readLog(ana, id, query as LogsQuery)) found.push(line);
  return found;
}

describe("a run", () => {
  // a -> b -> d, a -> c -> d
  it("runs its stages in the order of its graph, with templates filled in, and keeps what they print", async () => {
    const view = await run([
      noop("a", { params: { message: "from {{ interval.from | date }} to {{ interval.to | date }}" } }),
      noop("b", { after: ["a"], params: { message: "b of {{ pipeline.name }}" } }),
      noop("c", { after: ["a"] }),
      noop("d", { after: ["b", "c"] }),
    ]);
    expect(view).toMatchObject({
      state: "succeeded",
      error: null,
      trigger: "manual",
      may: { cancel: false, retry: true },
    });
    expect(states(view)).toEqual({ a: "succeeded", b: "succeeded", c: "succeeded", d: "succeeded" });
    const ends = new Map(view.stages.map((stage) => [stage.id, stage]));
    for (const [before, after] of [
      ["a", "b"],
      ["a", "c"],
      ["b", "d"],
      ["c", "d"],
    ] as const)
      expect(Date.parse(ends.get(before)?.finishedAt ?? "")).toBeLessThanOrEqual(
        Date.parse(ends.get(after)?.startedAt ?? ""),
      );
    const day = (at: string) => at.slice(0, 10);
    const lines = await log(view.id);
    expect(lines.map(({ stage, attempt, stream, text }) => ({ stage, attempt, stream, text }))).toEqual([
      { stage: "a", attempt: 1, stream: "stdout", text: `from ${day(view.interval.from)} to ${day(view.interval.to)}` },
      { stage: "b", attempt: 1, stream: "stdout", text: `b of ${view.pipeline.name}` },
    ]);
    expect(await log(view.id, { q: "B OF" })).toHaveLength(1);
    expect(await log(view.id, { tail: 1 })).toMatchObject([{ stage: "b" }]);
  });

  // a (fails) -> b -> c, d
  it("skips what stands below a failure, runs the rest, and says the cause in one sentence", async () => {
    const view = await run([failing("a"), noop("b", { after: ["a"] }), noop("c", { after: ["b"] }), noop("d")]);
    expect(view).toMatchObject({
      state: "failed",
      error: "a: It ended with exit code 1: It was told to end in failure.",
    });
    expect(states(view)).toEqual({ a: "failed", b: "skipped", c: "skipped", d: "succeeded" });
    expect(view.stages[0]).toMatchObject({
      error: { cause: "program", exitCode: 1 },
      attempts: [{ exitCode: 1, state: "failed" }],
    });
  });

  it("names in lists the stage that failed by its title, and says that nothing shut its programs in", async () => {
    const titled = await run([noop("b"), failing("a", { title: "Score each of them" })]);
    const alone = await run([failing("a")]);
    const { items } = await listRuns(ana, { limit: 10 });
    const shown = (id: string) => items.find((one) => one.id === id);
    expect(shown(titled.id)).toMatchObject({
      failed: { stage: "a", title: "Score each of them" },
      error: titled.error,
      notIsolated: true,
    });
    // Its operator's, as on the run's own page, where no other stage has that one.
    expect(shown(alone.id)?.failed).toEqual({ stage: "a", title: alone.stages[0]?.title });
    expect(alone.stages[0]?.title).toEqual(expect.any(String));
    const well = await run([noop("a"), noop("b")]);
    expect(well).toMatchObject({ failed: null, notIsolated: true });
  });

  it("tries a stage again as often as it says, after a pause that doubles", async () => {
    const stage = failing("a", { retries: 2, retryDelay: "1s" });
    const round = setInterval(() => void reconcileRuns(), 100);
    const view = await run([stage]).finally(() => clearInterval(round));
    expect(view.state).toBe("failed");
    const [first, second, third] = view.stages[0]?.attempts ?? [];
    expect(view.stages[0]?.attempts).toHaveLength(3);
    const pause = (from?: string | null, to?: string) => Date.parse(to ?? "") - Date.parse(from ?? "");
    expect(pause(first?.finishedAt, second?.queuedAt)).toBeGreaterThanOrEqual(1_000);
    expect(pause(second?.finishedAt, third?.queuedAt)).toBeGreaterThanOrEqual(2_000);
  });

  it("fails at once, and for good, where a template has no value", async () => {
    const view = await run([noop("a", { retries: 3, params: { message: "{{ params.nobody }}" } })]);
    expect(view).toMatchObject({ state: "failed", stages: [{ error: { cause: "template", field: "message" } }] });
    expect(view.stages[0]?.attempts).toHaveLength(1);
  });

  it("takes parameters of the kinds that its document declares", async () => {
    const declared = { country: { type: "text" }, limit: { type: "number", default: 3 } };
    const stages = [noop("a", { params: { message: "{{ params.country }} {{ params.limit }}" } })];
    const view = await run(stages, { declared, params: { country: "NP" } });
    expect(await log(view.id)).toMatchObject([{ text: "NP 3" }]);
    await expect(run(stages, { declared })).rejects.toMatchObject({
      code: "invalid",
      extra: { fields: [{ field: "params.country" }] },
    });
    await expect(run(stages, { declared, params: { country: "NP", limit: "x" } })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  it("is cancelled: what waits does not begin, what runs is stopped", async () => {
    const stages = [noop("a", { params: { seconds: 60 } }), noop("b", { after: ["a"] })];
    const { name } = await buildPipeline(ana, { stages });
    const { id } = await startRun(ana, name, {});
    await expect
      .poll(async () => (await getRun(ana, id)).stages[0]?.attempts[0]?.programStart, { timeout: 10_000 })
      .toBeTruthy();
    await cancelRun(ana, id, "wrong day");
    const view = await waitForRun(ana, id, 20);
    expect(view).toMatchObject({ state: "cancelled", error: expect.stringContaining("wrong day") });
    expect(states(view)).toEqual({ a: "cancelled", b: "cancelled" });
    await cancelRun(ana, id);
    expect((await getRun(ana, id)).state).toBe("cancelled");
  });

  it("waits while another run of its pipeline goes on, and then has its turn", async () => {
    const { name } = await buildPipeline(ana, { stages: [noop("a", { params: { seconds: 1 } })] });
    const [first, second] = [await startRun(ana, name, {}), await startRun(ana, name, {})];
    expect((await getRun(ana, second.id)).state).toBe("queued");
    const [one, two] = [await waitForRun(ana, first.id, 20), await waitForRun(ana, second.id, 20)];
    expect([one.state, two.state]).toEqual(["succeeded", "succeeded"]);
    expect(Date.parse(two.startedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(one.finishedAt ?? ""));
  });

  it("is for its owner, their team and admins", async () => {
    const { name } = await buildPipeline(ana, { stages: [noop("a")] });
    const { id } = await startRun(ana, name, {});
    await expect(startRun(stranger, name, {})).rejects.toMatchObject({ code: "not_found" });
    await expect(getRun(stranger, id)).rejects.toMatchObject({ code: "not_found" });
    await expect(cancelRun(stranger, id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listRuns(stranger, { limit: 50 })).items).toEqual([]);
    expect((await listRuns(ana, { limit: 1, pipeline: name })).items).toMatchObject([{ id }]);
    await waitForRun(ana, id, 20);
  });
});

describe("a retry", () => {
  // a -> b -> c, d; b fails
  const stages = [noop("a"), failing("b", { after: ["a"] }), noop("c", { after: ["b"] }), noop("d")];
  const ran = (view: RunView) =>
    view.stages.filter(({ reused, state }) => !reused && state !== "skipped").map(({ id }) => id);

  it("goes on from what did not succeed, and keeps the rest", async () => {
    const first = await run(stages);
    const again = await waitForRun(ana, (await retryRun(ana, first.id, { version: "same" })).id, 20);
    expect(again).toMatchObject({ state: "failed", retryOf: first.id, interval: first.interval, trigger: "retry" });
    expect(ran(again)).toEqual(["b"]);
  });

  it("takes one stage and what stands below it, or that stage alone, or all", async () => {
    const first = await run([noop("a"), noop("b", { after: ["a"] }), noop("c", { after: ["b"] })]);
    await expect(retryRun(ana, first.id, { version: "same" })).rejects.toMatchObject({ code: "conflict" });
    const of = async (asked: object) => {
      const { id } = await retryRun(ana, first.id, { version: "same", ...asked });
      const view = await waitForRun(ana, id, 20);
      expect(view.state).toBe("succeeded");
      return ran(view);
    };
    expect(await of({ stage: "b" })).toEqual(["b", "c"]);
    expect(await of({ stage: "b", only: true })).toEqual(["b"]);
    expect(await of({ whole: true })).toEqual(["a", "b", "c"]);
    await expect(retryRun(ana, first.id, { version: "same", stage: "x" })).rejects.toMatchObject({ code: "invalid" });
  });

  it("gives a stage other memory in that run, and in those that go on from it", async () => {
    const first = await run(stages);
    const memory = (view: RunView) => view.stages.find(({ id }) => id === "b")?.limits.memoryBytes;
    const asked = { version: "same" as const, stage: "b", memory: "640Mi" };
    const second = await waitForRun(ana, (await retryRun(ana, first.id, asked)).id, 20);
    const third = await waitForRun(ana, (await retryRun(ana, second.id, { version: "same" })).id, 20);
    expect(memory(first)).not.toBe(640 * 2 ** 20);
    expect([second, third].map(memory)).toEqual([640 * 2 ** 20, 640 * 2 ** 20]);
    const { doors: _, ...attempt } = (await readAttempt(third.stages[1]?.attempts[0]?.id ?? "")) ?? {};
    expect(attempt).toMatchObject({ stage: "b", memory: "640Mi" });
    const { stage: __, ...nameless } = asked;
    await expect(retryRun(ana, first.id, nameless)).rejects.toMatchObject({ extra: { fields: [{ field: "memory" }] } });
  });
});

it("leaves nothing behind: no slot, no folder, no program", async () => {
  const { rows } = await pool().query(
    "select 1 from attempts where state not in ('succeeded', 'failed', 'cancelled', 'lost')",
  );
  expect(rows).toEqual([]);
  // A run may be seen at its end before its worker has put the last attempt away.
  await expect.poll(() => [running.attempts.size, running.leases.size]).toEqual([0, 0]);
});
