import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { artifactFor } from "@/lib/artifacts/data";
import { closeQueue } from "@/lib/jobs/queue";
import type { Stage } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse, buildWriter } from "@/lib/testing/factories";
import { buildArtifact, buildFailedRun, buildPipeline } from "@/lib/testing/runs";
import { updateTrigger } from "@/lib/triggers/save-trigger";
import { countUsage } from "./count-usage";
import { forgetUsage, getUsage } from "./data";
import { usageQuery } from "./schema";
import { noteVisit } from "./visits";

/** Schedules of pipelines that nobody has anything of. */

let team: { id: string };
let ana: Context;
let bo: Context;
let warehouse: BuiltWarehouse;
let table: string;

const day = 86_400_000;

beforeAll(async () => {
  await testDatabase();
  team = await buildTeam();
  [ana, bo] = [await buildPerson({ teamIds: [team.id] }), await buildPerson({ teamIds: [team.id] })];
  warehouse = await buildWarehouse({ teamIds: [team.id] });
  await buildWriter(warehouse, "");
});
afterAll(closeQueue);
beforeEach(async () => {
  const counted = ["usage_days", "usage_tables", "usage_counted", "usage_schedules", "visits"];
  const kept = ["usage_pipeline_writes", "usage_pipeline_reads"];
  for (const each of [...counted, ...kept, "triggers", "runs", "executions"]) await pool().query(`delete from ${each}`);
  await openingsSince(61);
  table = `mart.t${newId()}`;
});

const openingsSince = (days: number) =>
  pool().query("update visits_since set at = now() - make_interval(days => $1) where kind = 'pipeline'", [days]);

const keep = (to = table): Stage => ({
  id: "keep",
  operator: "sql-transform@1",
  params: { warehouse: warehouse.name, sql: "select 1 as n", table: to, as: "table" },
});
const look = (): Stage => ({
  id: "look",
  operator: "expect@1",
  params: { warehouse: warehouse.name, table, checks: [{ kind: "row_count", least: 1 }] },
});

/** A pipeline of the team's whose schedule has run each of these stages yesterday, for so many seconds. */
async function scheduled(stages: Stage[] = [keep()], seconds = 30) {
  const pipeline = await buildPipeline(ana, { stages }, { teamId: team.id, warehouses: [warehouse.id] });
  const trigger = newId();
  const at = Date.now() - day;
  const slot = new Date(at);
  await db().trigger.create({
    data: {
      ...{ id: trigger, pipelineId: pipeline.id, ownerId: ana.user.id, cron: "0 8 * * *", zone: "UTC" },
      ...{ nextAt: new Date(), createdAt: new Date(Date.now() - 100 * day) },
    },
  });
  const run = newId(at);
  await db().run.create({
    data: {
      ...{ id: run, pipelineId: pipeline.id, version: 1, trigger: "cron", userId: ana.user.id, timeZone: "UTC" },
      ...{ intervalFrom: slot, intervalTo: slot, createdAt: slot },
    },
  });
  await db().triggerSlot.create({ data: { triggerId: trigger, slot, outcome: "ran", runId: run } });
  for (const { id: stage } of stages) {
    const attempt = newId(at);
    await db().attempt.create({
      data: {
        ...{ id: attempt, runId: run, stage, number: 1, lane: 2, userId: ana.user.id, state: "succeeded" },
        ...{ queuedAt: slot, startedAt: slot, finishedAt: new Date(at + seconds * 1_000) },
      },
    });
    const of = { warehouseId: warehouse.id, readerId: warehouse.readerId, userId: ana.user.id };
    await db().work.create({ data: { id: newId(), ...of, attemptId: attempt, lane: 2, state: "done" } });
  }
  return { ...pipeline, trigger };
}

/** An answer of this SQL yesterday. */
async function ran(by: Context, sql: string) {
  const at = Date.now() - day;
  const of = { warehouseId: warehouse.id, readerId: warehouse.readerId };
  const work = await db().work.create({ data: { id: newId(at), ...of, userId: by.user.id, lane: 0, state: "done" } });
  const times = { state: "succeeded" as const, finishedAt: new Date(at + 1_000) };
  const statement = await db().statement.create({
    data: { id: newId(at), workId: work.id, ...of, sql, ...times, startedAt: new Date(at) },
  });
  await db().execution.create({
    data: {
      ...{ id: newId(at), statementId: statement.id, warehouseId: warehouse.id, userId: by.user.id, lane: 0, sql },
      ...{ ...times, submittedAt: new Date(at) },
    },
  });
}

async function unopened(ctx: Context) {
  await pool().query("update usage_counted set counted_at = counted_at - interval '2 minutes'");
  await countUsage();
  forgetUsage();
  return (await getUsage(ctx, usageQuery.parse({}))).unopened;
}

describe("a pipeline's schedule of which nobody has anything", () => {
  it("is proposed with its share of the load, and paused by whoever may change the pipeline", async () => {
    const { name, trigger } = await scheduled([keep(), look()]);
    await scheduled([keep("mart.other")], 40);
    const found = (await unopened(ana)).find(({ id }) => id === trigger);
    expect(found).toMatchObject({
      ...{ kind: "pipeline", objectId: name, title: name, runs: 1, seconds: 60, share: 0.6 },
      ...{ lastOpened: null, mayPause: true },
    });
    const other = await buildTeam();
    await db().grant.create({ data: { teamId: other.id, warehouseId: warehouse.id, readerId: warehouse.readerId } });
    const seeing = await buildPerson({ teamIds: [other.id] });
    expect((await unopened(seeing)).map(({ mayPause }) => mayPause)).toEqual([false, false]);
    expect(await unopened(await buildPerson())).toEqual([]);
    await updateTrigger(ana, trigger, { paused: true });
    expect((await unopened(ana)).map(({ id }) => id)).not.toContain(trigger);
  });

  it("is none before openings of pipelines were noted for 60 days", async () => {
    await scheduled();
    await openingsSince(59);
    expect(await unopened(ana)).toEqual([]);
  });

  it("is still one for its own look at its own table, and when its days were closed before this was counted", async () => {
    const { trigger } = await scheduled([keep(), look()]);
    await unopened(ana);
    await pool().query("delete from usage_schedules");
    await pool().query("update usage_counted set closed = true, rules = 1");
    await pool().query("update usage_days set seconds = 120");
    expect(await unopened(ana)).toMatchObject([{ id: trigger, seconds: 60, share: 0.5 }]);
  });

  const uses: Record<string, (pipeline: { id: string; name: string }) => Promise<unknown>> = {
    "opens it": async ({ id }) => noteVisit(bo, "pipeline", id),
    "starts it by hand": ({ name }) => startRun(bo, name, {}),
    "reads its table": () => ran(bo, `select count(*) from ${table}`),
    "reads its table by another pipeline": () => scheduled([look()]),
  };
  for (const [words, use] of Object.entries(uses))
    it(`is none once somebody ${words}`, async () => {
      const { trigger, ...pipeline } = await scheduled([keep(), look()]);
      expect((await unopened(ana)).map(({ id }) => id)).toEqual([trigger]);
      await use(pipeline);
      await pool().query("update usage_counted set closed = false");
      await expect.poll(async () => (await unopened(ana)).map(({ id }) => id)).not.toContain(trigger);
    });

  it("is none where a stage leaves something whose readers are not seen", async () => {
    await scheduled([keep(), { id: "send", operator: "export@1", params: { to: "mail" } }]);
    await scheduled([keep("mart.{{ env.T }}")]);
    expect(await unopened(ana)).toEqual([]);
  });
});

it("whoever opens what a run handed on has opened its pipeline", async () => {
  const { run, pipeline } = await buildFailedRun(ana);
  await buildArtifact(run);
  await artifactFor(bo, { id: run, stage: "a", output: "rows" }).catch(() => undefined);
  await artifactFor(ana, { id: run, stage: "a", output: "rows" });
  const visits = () =>
    pool().query("select v.user_id from visits v join pipelines p on p.id = v.object_id where p.name = $1", [pipeline]);
  await expect.poll(async () => (await visits()).rows).toEqual([{ user_id: ana.user.id }]);
});
