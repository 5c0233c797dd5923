import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { runQuery } from "@/lib/executions/run-query";
import { getLoad } from "@/lib/gate/load";
import { reconcile } from "@/lib/gate/reconcile";
import { setGate } from "@/lib/gate/settings";
import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { getRun } from "@/lib/runs/data";
import { endAndGoOn, endAttempt, recordHandle, startAttempt } from "@/lib/runs/lease";
import { reconcileRuns } from "@/lib/runs/move-on";
import { stopRuns } from "@/lib/runs/stop-runs";
import { testDatabase } from "@/lib/testing/database";
import { buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, drainLine } from "@/lib/testing/line";
import { buildPipeline } from "@/lib/testing/runs";

let ana: Context;
let ben: Context;
let admin: Context;
let team: string;
let one: string;
let two: string;
let readers: Record<string, string>;

beforeAll(async () => {
  await testDatabase();
  ({ team, ana, ben, admin } = await buildColleagues());
});
afterAll(closeGate);
beforeEach(async () => {
  await pool().query("delete from runs; delete from workers");
  const [first, second] = [
    await buildWarehouse({ slots: 1, teamIds: [team] }),
    await buildWarehouse({ slots: 1, teamIds: [team] }),
  ];
  [one, two] = [first.id, second.id];
  readers = { [one]: first.readerId, [two]: second.readerId };
  forgetWarehouses();
});

/** A worker that says it runs so many stages at once, and runs none; it lives through the whole test. */
const worker = (stagesAtOnce: number) =>
  pool().query(
    "insert into workers (id, host, pid, stages_at_once, seen_at) values ($1, 'here', 1, $2, now() + interval '1 hour')",
    [newId(), stagesAtOnce],
  );

/** A run whose stages each need these warehouses; nothing of it runs unless a test says so. */
async function run(ctx: Context, ...stages: string[][]): Promise<string> {
  const ids = stages.map((_, n) => `s${n}`);
  const { id: pipeline } = await buildPipeline(ctx, { stages: ids.map((id) => ({ id, operator: "noop@1" })) });
  const id = newId();
  await pool().query(
    `insert into runs (id, pipeline_id, version, interval_from, interval_to, time_zone, trigger, user_id)
     values ($1, $2, 1, now() - interval '1 day', now(), 'UTC', 'manual', $3)`,
    [id, pipeline, ctx.user.id],
  );
  for (const [n, warehouses] of stages.entries())
    await pool().query(
      "insert into run_stages (run_id, stage, position, operator, doors) values ($1, $2, $3, 'noop@1.0.0', $4)",
      [
        id,
        `s${n}`,
        n,
        JSON.stringify(warehouses.map((warehouse) => ({ warehouse, role: readers[warehouse], roles: {} }))),
      ],
    );
  await reconcileRuns();
  return id;
}

interface Attempt {
  attempt: string;
  lease: string;
  stage: string;
  state: string;
}

async function attempts(runId: string): Promise<Attempt[]> {
  const { rows } = await pool().query<Attempt>(
    "select id as attempt, lease_token as lease, stage, state::text from attempts where run_id = $1 order by stage, number",
    [runId],
  );
  return rows;
}
const states = async (runId: string) => (await attempts(runId)).map(({ state }) => state);
const leases = async (warehouse: string) =>
  (await pool().query("select 1 from work where warehouse_id = $1 and state in ('admitted', 'running')", [warehouse]))
    .rowCount;

async function finish(runId: string, stage = "s0") {
  const own = (await attempts(runId)).find((attempt) => attempt.stage === stage) as Attempt;
  if (own.state === "admitted") await startAttempt(own, "w1", "here");
  expect(await endAttempt(own, { state: "succeeded" })).toBe(true);
}

describe("a stop of everything", () => {
  it("cancels the runs whose stages stand there, and no other's", async () => {
    await worker(10);
    const [here, waits, elsewhere] = [await run(ana, [one]), await run(ben, [one]), await run(ana, [two])];
    const asked = { of: "everything", state: "all", reason: "too hot" } as const;
    await expect(stopRuns(ana, one, asked)).rejects.toMatchObject({ code: "forbidden" });
    expect(await stopRuns(admin, one, { ...asked, of: "person", targets: [ben.user.id] })).toEqual({
      runs: 1,
      left: 0,
    });
    expect(await states(here)).toEqual(["admitted"]);
    expect(await stopRuns(admin, one, asked)).toEqual({ runs: 1, left: 0 });
    await reconcileRuns();
    for (const stopped of [here, waits])
      expect(await getRun(admin, stopped)).toMatchObject({
        ...{ state: "cancelled", error: expect.stringContaining("too hot") },
      });
    expect(await leases(one)).toBe(0);
    expect(await states(elsewhere)).toEqual(["admitted"]);
  });
});

describe("an attempt at the gate", () => {
  it("takes the slots of all its warehouses, or none", async () => {
    await worker(10);
    const busy = await runQuery(ben, { warehouse: two, sql: "select 1" });
    const both = await run(ana, [one, two]);
    expect(await states(both)).toEqual(["waiting"]);
    expect([await leases(one), await leases(two)]).toEqual([0, 1]);
    const waits = (await getRun(ana, both)).stages[0]?.attempts[0];
    expect(waits?.waitingFor).toMatch(/^The one slot of .* is in use\.$/);
    expect(waits?.place).toMatchObject({ position: 1 });
    await drainLine(two);
    expect(await states(both)).toEqual(["admitted"]);
    expect([await leases(one), await leases(two)]).toEqual([1, 1]);
    expect(busy.id).toBeTruthy();
    await finish(both);
    expect([await leases(one), await leases(two)]).toEqual([0, 0]);
    expect((await getRun(ana, both)).state).toBe("succeeded");
  });

  it("is passed over by those who need one warehouse while it waits for its second, until it has waited for long", async () => {
    await worker(10);
    await runQuery(ben, { warehouse: two, sql: "select 'busy'" });
    const both = await run(ana, [one, two]);
    const first = await run(ana, [one]);
    expect(await states(first)).toEqual(["admitted"]);
    const second = await run(ana, [one]);
    await pool().query("update work set queued_at = now() - interval '6 minutes' where attempt_id = $1", [
      (await attempts(both))[0]?.attempt,
    ]);
    await finish(first);
    await reconcile();
    // The slot that is free now is kept for it.
    expect([await states(both), await states(second), await leases(one)]).toEqual([["waiting"], ["waiting"], 0]);
    await drainLine(two);
    expect([await states(both), await states(second)]).toEqual([["admitted"], ["waiting"]]);
    await finish(both);
    expect(await states(second)).toEqual(["admitted"]);
  });

  it("takes no more stage slots than the living workers have, and gives what is free by turns", async () => {
    await worker(2);
    const many = await run(ana, [], [], [], []);
    expect(await states(many)).toEqual(["admitted", "admitted", "waiting", "waiting"]);
    expect((await getRun(ana, many)).stages[2]?.attempts[0]?.waitingFor).toMatch(/Every worker runs as many stages/);
    const other = await run(ben, []);
    await finish(many, "s0");
    // Whoever has less running goes first.
    expect([await states(other), await states(many)]).toEqual([
      ["admitted"],
      ["succeeded", "admitted", "waiting", "waiting"],
    ]);
    await worker(1);
    await reconcileRuns();
    expect(await states(many)).toEqual(["succeeded", "admitted", "admitted", "waiting"]);
  });

  it("does not hold up statements when no stage slot is free", async () => {
    const stage = await run(ana, [one]);
    expect(await states(stage)).toEqual(["waiting"]);
    await runQuery(ana, { warehouse: one, sql: "select 1" });
    expect(await admittedWork(one)).toHaveLength(1);
    await drainLine(one);
    await worker(1);
    await reconcileRuns();
    expect(await states(stage)).toEqual(["admitted"]);
  });

  it("keeps its lease while it waits for a hand, and gets a new one with its works from a hand that does not begin it", async () => {
    await worker(1);
    const stage = await run(ana, [one]);
    const late = async () => {
      await pool().query("update attempts set admitted_at = now() - interval '1 minute' where run_id = $1", [stage]);
      await reconcileRuns();
      return (await attempts(stage))[0] as Attempt;
    };
    const [before] = (await attempts(stage)) as [Attempt];
    expect(await late()).toEqual(before);
    expect(await late()).toEqual(before);
    expect(await openQueue().standing([before])).toEqual(["waits"]);
    const hanging = openQueue({ databaseUrl: env().DATABASE_URL });
    const own = (attempt: string) => attempt === before.attempt;
    await hanging.consumeAttempts(async ({ attempt }) => (own(attempt) ? new Promise(() => undefined) : undefined), 4);
    await expect.poll(() => openQueue().standing([before])).toEqual(["held"]);
    const after = await late();
    expect(after).toMatchObject({ attempt: before.attempt, state: "admitted" });
    expect(after.lease).not.toBe(before.lease);
    const { rows } = await pool().query("select lease_token from work where attempt_id = $1", [after.attempt]);
    expect(rows).toEqual([{ lease_token: after.lease }]);
    await hanging.close();
  });

  it("is held by a pause, also after it was admitted, and goes on", async () => {
    await worker(10);
    const both = await run(ana, [one, two]);
    expect(await states(both)).toEqual(["admitted"]);
    const [before] = await attempts(both);
    await setGate(admin, two, { paused: true, reason: "backup" });
    expect(await states(both)).toEqual(["waiting"]);
    expect([await leases(one), await leases(two)]).toEqual([0, 0]);
    expect((await getRun(ana, both)).stages[0]?.attempts[0]?.waitingFor).toMatch(/is paused: backup/);
    expect(await startAttempt(before as Attempt, "w1", "here")).toBeNull();
    await setGate(admin, two, { paused: false });
    await reconcile();
    expect(await states(both)).toEqual(["admitted"]);
  });

  it("never gives a slot twice when ends, submits and stages meet crosswise", async () => {
    await worker(100);
    await setGate(admin, one, { slots: 2 });
    await setGate(admin, two, { slots: 2 });
    const runs = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        run(n % 2 ? ana : ben, n % 3 ? [one, two] : [two, one], n % 2 ? [one] : [two]),
      ),
    );
    const queries = Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        runQuery(n % 2 ? ana : ben, { warehouse: n % 2 ? one : two, sql: `select ${n}` }),
      ),
    );
    let most = 0;
    const unfinished = async () =>
      (await pool().query("select 1 from attempts where state in ('waiting', 'admitted')")).rowCount ?? 0;
    for (let round = 0; round < 200 && (await unfinished()) > 0; round++) {
      most = Math.max(most, (await leases(one)) ?? 0, (await leases(two)) ?? 0);
      const open = (await Promise.all(runs.map(attempts))).flat().filter(({ state }) => state === "admitted");
      await Promise.all([
        drainLine(one),
        drainLine(two),
        ...open.map(async (own) => {
          if (await startAttempt(own, "w1", "here")) await endAttempt(own, { state: "succeeded" });
        }),
        reconcileRuns(),
      ]);
    }
    await queries;
    expect(most).toBeLessThanOrEqual(2);
    for (const id of runs) expect((await getRun(ana, id).catch(() => getRun(ben, id))).state).toBe("succeeded");
  });

  it("goes to whose end has let it in, and the others go on the queue", async () => {
    await worker(1);
    const id = await run(ana, [], [], [], []);
    const [s0, ...waiting] = await attempts(id);
    expect([s0?.state, ...waiting.map(({ state }) => state)]).toEqual(["admitted", "waiting", "waiting", "waiting"]);
    await worker(1);
    const own = s0 as Attempt;
    await startAttempt(own, "w1", "here");
    const next = await endAndGoOn(own, { state: "succeeded" });
    const [, s1, s2, s3] = await attempts(id);
    expect(next).toEqual({ attempt: s1?.attempt, lease: s1?.lease });
    expect([s2?.state, s3?.state]).toEqual(["admitted", "waiting"]);
    const brought: string[] = [];
    await openQueue().consumeAttempts(async ({ attempt }) => void brought.push(attempt), 1);
    await expect.poll(() => brought).toContain(s2?.attempt);
    expect(brought).not.toContain(s1?.attempt);
    // Whoever is told of it again finds nothing to do.
    if (!next) throw new Error("nobody has it");
    expect(await startAttempt(next, "w1", "here")).toMatchObject({ stage: "s1" });
    expect(await startAttempt(next, "w2", "here")).toBeNull();
    expect(await endAndGoOn(own, { state: "succeeded" })).toBeNull();
  });

  it("says when its program ended apart from when it was over itself", async () => {
    await worker(1);
    const id = await run(ana, []);
    const [own] = await attempts(id);
    if (!own) throw new Error("there is none");
    await startAttempt(own, "w1", "here");
    await recordHandle(own, "process", "a handle");
    await endAttempt(own, { state: "succeeded", sinceExitMs: 60_000 });
    const ended = (await getRun(ana, id)).stages[0]?.attempts[0];
    const apart = Date.parse(ended?.finishedAt ?? "") - Date.parse(ended?.programEnd ?? "");
    expect(Math.abs(apart - 60_000)).toBeLessThan(1_000);
  });

  it("shows on the load page what it is", async () => {
    await worker(10);
    const first = await run(ana, [one]);
    await run(ana, [one]);
    const load = await getLoad(admin, one);
    expect([load.used, load.waitingTotal]).toEqual([1, 1]);
    expect(load.running).toMatchObject([
      {
        kind: "stage",
        url: expect.stringContaining(`/runs/${first}`),
        sql: expect.stringMatching(/ › s0$/),
        state: "admitted",
      },
    ]);
    expect(load.waiting).toMatchObject([{ kind: "stage", position: 1, reason: "All slots in use" }]);
  });

  it("says on the load page that no worker has a hand free, where the warehouse has", async () => {
    await worker(1);
    await run(ana, []);
    await run(ana, [one]);
    const { waiting } = await getLoad(admin, one);
    expect(waiting).toMatchObject([{ kind: "stage", reason: "Every worker runs as many stages as it may" }]);
  });
});
