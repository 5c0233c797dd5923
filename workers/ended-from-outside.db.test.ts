import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { sql } from "@/lib/platform/db/pool";
import { getRun, waitForRun } from "@/lib/runs/data";
import { reconcileRuns } from "@/lib/runs/move-on";
import type { StageView } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { asSuperuser, rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse, buildWriter } from "@/lib/testing/factories";
import { killPrograms } from "@/lib/testing/kill-programs";
import { startProxy, type Wire } from "@/lib/testing/proxy";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, gate, shell } from "@/lib/testing/shell-operator";
import { startStageWorker } from "./testing/stage-worker";

/** What ends a stage from outside spends none of its retries, of which these stages have none. */

const soon = { timeout: 60_000 };
let ana: Context;
let teamId: string;
let wires: Wire[] = [];
let rounds: NodeJS.Timeout | undefined;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  teamId = (await buildTeam()).id;
  ana = await buildPerson({ teamIds: [teamId] });
  await startStageWorker();
  // As every worker does: what is to be tried again later waits for somebody to look.
  rounds = setInterval(() => void reconcileRuns().catch(() => undefined), 200);
});
afterAll(async () => {
  clearInterval(rounds);
  await Promise.all(wires.map((wire) => wire.close()));
  wires = [];
});

const begin = async (stages: Stage[], warehouses: string[] = []) =>
  (await startRun(ana, (await buildPipeline(ana, { stages }, { teamId, warehouses })).name, {})).id;
const stageOf = async (id: string) => (await getRun(ana, id)).stages[0] as StageView;
const triesOf = ({ attempts }: StageView) => attempts.map(({ state }) => state);

it("a program that somebody killed is tried again for free, and says so", async () => {
  const go = gate();
  const id = await begin([shell("a", go.waits)]);
  await expect.poll(() => killPrograms(id), soon).toEqual(["a"]);
  await expect.poll(async () => (await stageOf(id)).attempts[0]?.state, soon).toBe("lost");
  const { error } = (await stageOf(id)).attempts[0] ?? {};
  expect(error).toMatchObject({ cause: "platform", message: expect.stringMatching(/ended from outside.*SIGKILL/) });
  go.open();
  const view = await waitForRun(ana, id, 60);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(triesOf(view.stages[0] as StageView)).toEqual(["lost", "succeeded"]);
}, 240_000);

it("a program that ends itself by a fault of its own has failed", async () => {
  const id = await begin([shell("a", "kill -SEGV $$")]);
  const view = await waitForRun(ana, id, 60);
  expect(view.state).toBe("failed");
  expect(view.stages[0]?.attempts).toMatchObject([{ state: "failed", error: { cause: "program" } }]);
}, 240_000);

it("it is tried again five times for free, and no more", async () => {
  // The pauses between them double, to 15 s: they are left out.
  const id = await begin([shell("a", "kill -KILL $$")]);
  const ended = async () => {
    await sql("no_pause", "update run_stages set retry_at = now() where run_id = $1 and retry_at > now()", [id]);
    return (await getRun(ana, id)).state;
  };
  await expect.poll(ended, { timeout: 120_000 }).toBe("failed");
  expect(triesOf(await stageOf(id))).toEqual(Array(6).fill("lost"));
}, 300_000);

/** A warehouse behind a wire, and a stage that stays in it for as long as a table says. */
async function slowWarehouse() {
  const warehouse = await buildWarehouse({
    teamIds: [teamId],
    sql: "create table pace (seconds float); insert into pace values (120)",
  });
  await buildWriter(warehouse, "select 1");
  const { hostname, port } = new URL(warehouse.superuserUrl);
  const wire = await startProxy({ host: hostname, port: Number(port) });
  wires.push(wire);
  await sql(
    "behind_wire",
    "update warehouses set config = config || jsonb_build_object('port', $2::int) where id = $1",
    [warehouse.id, wire.port],
  );
  const sleeping = `from pg_stat_activity where datname = '${warehouse.database}' and query like '%pace%'
    and state = 'active' and application_name like 'sluice 0%'`;
  return {
    warehouse,
    wire,
    stage: {
      id: "get",
      operator: "sql-extract@1",
      params: { warehouse: warehouse.name, sql: "select pg_sleep(seconds)::text as slept from pace" },
      outputs: { rows: "parquet" as const },
    },
    sleeps: () => expect.poll(() => rowsIn(warehouse.database, `select 1 ${sleeping}`), soon).toHaveLength(1),
    hurry: () => asSuperuser("update pace set seconds = 0", warehouse.database),
    endSessions: () => rowsIn(warehouse.database, `select pg_terminate_backend(pid) ${sleeping}`),
  };
}
const awayWords = (warehouse: BuiltWarehouse) => new RegExp(`The warehouse ${warehouse.name} went away while this ran`);

it("a stage whose session the warehouse ended is tried again for free", async () => {
  const { warehouse, stage, sleeps, hurry, endSessions } = await slowWarehouse();
  const id = await begin([stage], [warehouse.id]);
  await sleeps();
  await hurry();
  await endSessions();
  const view = await waitForRun(ana, id, 60);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(view.stages[0]?.attempts).toMatchObject([
    { state: "lost", error: { cause: "platform", message: expect.stringMatching(awayWords(warehouse)) } },
    { state: "succeeded" },
  ]);
  expect(view.stages[0]?.attempts[0]?.error?.message).toMatch(/administrator command/);
}, 240_000);

it("a stage whose warehouse went away waits until it is back, and says what it waits for", async () => {
  const { warehouse, wire, stage, sleeps, hurry, endSessions } = await slowWarehouse();
  const id = await begin([stage], [warehouse.id]);
  await sleeps();
  wire.cut();
  await expect.poll(async () => (await stageOf(id)).attempts[1]?.waitingFor ?? "", soon).toMatch(/does not answer/);
  const [first] = (await stageOf(id)).attempts;
  expect(first).toMatchObject({ state: "lost", error: { message: expect.stringMatching(awayWords(warehouse)) } });
  await hurry();
  await endSessions();
  wire.heal();
  const view = await waitForRun(ana, id, 60);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(triesOf(view.stages[0] as StageView)).toEqual(["lost", "succeeded"]);
  expect(view.stages[0]?.attempts[1]?.waitingFor).toBeNull();
}, 240_000);

it("a stage whose warehouse is away before it begins is tried again for free once it is back", async () => {
  const { warehouse, wire, stage, hurry } = await slowWarehouse();
  await hurry();
  wire.cut();
  const id = await begin([stage], [warehouse.id]);
  await expect.poll(async () => (await stageOf(id)).attempts[1]?.waitingFor ?? "", soon).toMatch(/does not answer/);
  wire.heal();
  const view = await waitForRun(ana, id, 60);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(triesOf(view.stages[0] as StageView)).toEqual(["lost", "succeeded"]);
}, 240_000);

it("a stage that the warehouse refuses has failed, though it was not let in", async () => {
  const { warehouse, stage } = await slowWarehouse();
  const id = await begin(
    [{ ...stage, params: { ...stage.params, sql: "select no_such_column from pace" } }],
    [warehouse.id],
  );
  const view = await waitForRun(ana, id, 60);
  expect(view.state).toBe("failed");
  expect(view.stages[0]?.attempts).toMatchObject([{ state: "failed", error: { cause: "program" } }]);
}, 240_000);

it("a stage whose own time limit in the warehouse ended its session has failed", async () => {
  const { warehouse, stage } = await slowWarehouse();
  await asSuperuser(`alter database ${warehouse.database} set transaction_timeout = '1s'`);
  const id = await begin([stage], [warehouse.id]);
  const view = await waitForRun(ana, id, 60);
  expect(view.state).toBe("failed");
  expect(view.stages[0]?.attempts).toMatchObject([{ state: "failed", error: { cause: "program" } }]);
}, 240_000);
