import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { countUsage } from "./count-usage";
import { forgetUsage, getUsage } from "./data";
import { usageQuery } from "./schema";

/** Stages of pipelines in what is added up. */

let ana: Context;
let bo: Context;
let stranger: Context;
let team: { id: string };
let warehouse: BuiltWarehouse;
let other: BuiltWarehouse;

const day = 86_400_000;

beforeAll(async () => void (await testDatabase()));
beforeEach(async () => {
  const counted = ["usage_days", "usage_weeks", "usage_tables", "usage_tops", "usage_stage_tops", "usage_counted"];
  for (const table of [...counted, "runs", "catalogs"]) await pool().query(`delete from ${table}`);
  team = await buildTeam();
  const person = async (teamIds: string[]) => buildPerson({ teamIds });
  [ana, bo, stranger] = [await person([team.id]), await person([team.id]), await person([])];
  warehouse = await buildWarehouse({ teamIds: [team.id] });
  other = await buildWarehouse({ teamIds: [team.id] });
  const tables = ["events", "raw"].map((name) => ({
    schema: "public",
    name,
    kind: "table",
    comment: null,
    columns: [],
  }));
  const { id: warehouseId, readerId } = warehouse;
  await db().catalog.create({ data: { warehouseId, readerId, fetchedAt: new Date(), tables } });
});

const get = (sql: string): Stage => ({
  id: "get",
  operator: "sql-extract@1",
  params: { warehouse: warehouse.name, sql },
});

interface Tried {
  stage?: Stage;
  at?: number;
  seconds?: number | null;
  in?: BuiltWarehouse[];
  trigger?: string;
  token?: string;
  bytes?: number;
}

/** One try of a stage of a pipeline of the team's, as a run of this person's would leave it. */
async function tried(by: Context, values: Tried = {}) {
  const { stage = get("select * from events"), seconds = 5, trigger = "manual" } = values;
  const at = values.at ?? Date.now() - 3 * day;
  const { id: pipelineId, name } = await buildPipeline(ana, { stages: [stage] }, { teamId: team.id });
  const run = newId(at);
  const time = new Date(at);
  await db().run.create({
    data: {
      ...{ id: run, pipelineId, version: 1, trigger, userId: by.user.id, timeZone: "UTC", lane: 2 },
      ...{ intervalFrom: time, intervalTo: time, tokenId: values.token },
    },
  });
  const attempt = newId(at);
  await db().attempt.create({
    data: {
      ...{
        id: attempt,
        runId: run,
        stage: stage.id,
        number: 1,
        lane: 2,
        userId: by.user.id,
        queuedAt: time,
        startedAt: time,
      },
      ...(seconds === null
        ? { state: "running" as const }
        : { state: "succeeded" as const, finishedAt: new Date(at + seconds * 1_000) }),
    },
  });
  for (const { id: warehouseId, readerId } of values.in ?? [warehouse]) {
    const ids = { id: newId(), warehouseId, readerId, attemptId: attempt, userId: by.user.id };
    await db().work.create({ data: { ...ids, lane: 2, state: "done", queuedAt: time } });
  }
  if (values.bytes) {
    const job = { job: newId(), attemptId: attempt, warehouseId: warehouse.id, userId: by.user.id };
    await db().stageJob.create({ data: { ...job, at: time, readBytes: BigInt(values.bytes) } });
  }
  return { run, attempt, name };
}

async function usageFor(ctx: Context) {
  await countUsage();
  forgetUsage();
  return getUsage(ctx, usageQuery.parse({}));
}

describe("stages", () => {
  it("take the time for which they held their slots, each in its warehouse, and are one each", async () => {
    await tried(ana, { seconds: 5, in: [warehouse, other] });
    await tried(bo, { seconds: 20, in: [] });
    const { teams } = await usageFor(ana);
    expect(teams.find(({ id }) => id === team.id)).toMatchObject({
      ...{ people: 2, executions: 0, stages: 2, seconds: 10, share: 1 },
    });
  });

  it("count for whoever started them; what a schedule starts is nobody", async () => {
    await tried(ana);
    await tried(ana, { token: "t" });
    await tried(bo, { trigger: "cron" });
    const { weeks, teams } = await usageFor(ana);
    const sum = (of: "people" | "page" | "api" | "schedule") => weeks.reduce((all, week) => all + week[of], 0);
    // Who starts one on a page is of the pipelines (pipeline-people.db.test.ts), and no user of the query page.
    expect([sum("people"), sum("page"), sum("api"), sum("schedule")]).toEqual([1, 0, 1, 1]);
    expect(teams.find(({ id }) => id === team.id)).toMatchObject({ people: 1, stages: 3 });
  });

  it("stand among the slowest and the most expensive, for those who see their pipeline", async () => {
    const { run, attempt, name } = await tried(ana, { seconds: 40, bytes: 7_000 });
    await tried(bo, { seconds: 30 });
    const mine = await usageFor(bo);
    const top = { kind: "stage", id: attempt, run, title: `${name} › get`, warehouse: warehouse.name };
    expect(mine.slowest).toMatchObject([{ ...top, seconds: 40, user: ana.user.name }, { seconds: 30 }]);
    expect(mine.expensive).toMatchObject([{ ...top, bytes: 7_000 }]);
    expect(await usageFor(stranger)).toMatchObject({ slowest: [], expensive: [] });
  });

  it("have read the tables that their SQL and their forms name", async () => {
    await tried(ana, {
      stage: get("select * from public.events e join raw r using (id) where at >= {{ interval.from }}"),
    });
    await tried(bo, { stage: get("select count(*) from events") });
    const table = { warehouse: warehouse.name, table: "public.raw" };
    const stage = { id: "look", operator: "expect@1", params: { ...table, checks: [{ kind: "row_count", least: 1 }] } };
    await tried(bo, { stage, trigger: "cron" });
    const { tables } = await usageFor(ana);
    expect(tables).toMatchObject([
      { table: "public.events", people: 2, executions: 2 },
      { table: "public.raw", people: 1, executions: 2 },
    ]);
  });

  it("keep their day open while they run, and are counted anew then", async () => {
    const { attempt } = await tried(ana, { seconds: null });
    const closed = "select closed from usage_counted order by day limit 1";
    await countUsage();
    expect((await pool().query(closed)).rows).toEqual([{ closed: false }]);
    const ended =
      "update attempts set state = 'succeeded', finished_at = started_at + interval '9 seconds' where id = $1";
    await pool().query(ended, [attempt]);
    await pool().query("update usage_counted set counted_at = counted_at - interval '2 minutes'");
    const { teams } = await usageFor(ana);
    expect(teams.find(({ id }) => id === team.id)).toMatchObject({ seconds: 9, stages: 1 });
    expect((await pool().query(closed)).rows).toEqual([{ closed: true }]);
  });
});
