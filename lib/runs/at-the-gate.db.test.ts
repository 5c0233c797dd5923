import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getLoad } from "@/lib/gate/load";
import { moveWork } from "@/lib/gate/move-work";
import { setGate } from "@/lib/gate/settings";
import { stopWork } from "@/lib/gate/stop-work";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { buildPipeline } from "@/lib/testing/runs";
import { startRun } from "./start-run";
import { runsToStop, stopRuns } from "./stop-runs";

/** Stages on the load page: what an admin does to one, by its attempt's id. */

let admin: Context;
let ana: Context;
let team: string;
let here: BuiltWarehouse;
let there: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  team = (await buildTeam()).id;
  admin = await buildPerson({ role: "admin", teamIds: [team] });
  ana = await buildPerson({ name: "Ana", teamIds: [team] });
});
afterAll(closeGate);
beforeEach(async () => {
  [here, there] = [await buildWarehouse({ teamIds: [team] }), await buildWarehouse({ teamIds: [team] })];
  for (const { id } of [here, there]) await setGate(admin, id, { paused: true });
});

/** A run of Ana's whose one stage waits at the gate. Answers the run, and the stage's attempt. */
async function waitingStage(): Promise<{ run: string; attempt: string }> {
  const params = { warehouse: here.name, sql: "select 1" };
  const { name } = await buildPipeline(ana, { stages: [{ id: "get", operator: "sql-extract@1", params }] });
  const { id: run } = await startRun(ana, name, {});
  const { id: attempt } = await db().attempt.findFirstOrThrow({ where: { runId: run } });
  return { run, attempt };
}

const line = async (warehouse = here) =>
  (await getLoad(admin, warehouse.id)).waiting.map(({ executionId }) => executionId);

it("puts a stage first, and last, before and behind the others", async () => {
  const [one, two] = [await waitingStage(), await waitingStage()];
  expect(await line()).toEqual([one.attempt, two.attempt]);
  await moveWork(admin, two.attempt, "first");
  expect(await line()).toEqual([two.attempt, one.attempt]);
  await moveWork(admin, two.attempt, "last");
  expect(await line()).toEqual([one.attempt, two.attempt]);
  await expect(moveWork(ana, one.attempt, "first")).rejects.toMatchObject({ code: "forbidden" });
  await expect(moveWork(admin, "nothing", "first")).rejects.toMatchObject({ code: "not_found" });
  const trail = await db().auditEntry.findFirstOrThrow({ where: { action: "gate.move" }, orderBy: { at: "desc" } });
  expect(trail).toMatchObject({ object: `run:${two.run}`, detail: { to: "last", stage: "get" } });
});

it("moves it in every warehouse that it waits for", async () => {
  const { attempt } = await waitingStage();
  // As a stage that needs both has it: one piece of work in each.
  await pool().query(
    `insert into work (id, warehouse_id, reader_id, attempt_id, user_id, lane, beside)
     select id || 'b', $2, $3, attempt_id, user_id, lane, beside from work where attempt_id = $1`,
    [attempt, there.id, there.readerId],
  );
  await moveWork(admin, attempt, "first");
  for (const warehouse of [here, there])
    expect((await getLoad(admin, warehouse.id)).waiting).toMatchObject([{ executionId: attempt, raised: true }]);
});

it("cancels the run of a stage, with the reason, and no other", async () => {
  const [one, two] = [await waitingStage(), await waitingStage()];
  const asked = { of: "execution" as const, targets: [one.attempt], reason: "It reads the whole of events" };
  await expect(stopRuns(ana, here.id, asked)).rejects.toMatchObject({ code: "forbidden" });
  await expect(runsToStop(ana, here.id, asked)).rejects.toMatchObject({ code: "forbidden" });
  expect(await runsToStop(admin, here.id, asked)).toBe(1);
  expect(await runsToStop(admin, here.id, { of: "everything" })).toBe(2);
  expect(await stopRuns(admin, here.id, asked)).toEqual({ runs: 1, left: 0 });
  expect(await stopWork(admin, here.id, asked)).toEqual({ stopped: 0, left: 0 });
  expect(await line()).toEqual([two.attempt]);
  const run = await db().run.findUniqueOrThrow({ where: { id: one.run } });
  expect(run.state).toBe("cancelled");
  expect(run.error).toContain("It reads the whole of events");
  await expect(moveWork(admin, one.attempt, "first")).rejects.toMatchObject({ code: "conflict" });
});
