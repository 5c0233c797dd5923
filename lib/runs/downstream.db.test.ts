import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { downstreamOf } from "./downstream";

/** Who waits for a run: live pipelines and scheduled queries that read what it writes. */

let ana: Context;
let bo: Context;
let warehouse: BuiltWarehouse;
let run = "";

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ name: "Ana", teamIds: [team.id] });
  bo = await buildPerson({ name: "Bo" });
  warehouse = await buildWarehouse({ teamIds: [team.id], sql: "select 1" });
  const writes = { warehouse: warehouse.name, table: "mart.daily_scores", mode: "replace" };
  const stages = [
    { id: "put", operator: "load-table@1", params: writes, inputs: { rows: "get.rows" } },
    { id: "get", operator: "sql-extract@1", params: { warehouse: warehouse.name, sql: "select 1 from raw.scores" } },
  ];
  const { id } = await buildPipeline(ana, { name: "scores", stages });
  run = newId();
  const [from, to] = [new Date("2026-01-31T00:00:00Z"), new Date("2026-02-01T00:00:00Z")];
  await db().run.create({
    data: {
      ...{ id: run, pipelineId: id, version: 1, state: "failed", trigger: "cron", userId: ana.user.id, toldAt: to },
      ...{ intervalFrom: from, intervalTo: to, timeZone: "UTC" },
    },
  });
});

const reads = (sql: string, where = warehouse.name) => ({
  stages: [{ id: "get", operator: "sql-extract@1", params: { warehouse: where, sql } }],
});

it("names those that read its tables there, soonest first, and nobody else", async () => {
  await buildPipeline(ana, { name: "reader", ...reads("select * from mart.daily_scores") });
  await buildPipeline(ana, { name: "elsewhere", ...reads("select * from mart.daily_scores", "another") });
  await buildPipeline(ana, { name: "another", ...reads("select 'mart.daily_scores' from mart.daily_scores_old") });
  await buildPipeline(bo, { name: "hidden", ...reads("select * from mart.daily_scores") });
  const gone = await buildPipeline(ana, { name: "archived", ...reads("select * from mart.daily_scores") });
  await db().pipeline.update({ where: { id: gone.id }, data: { archivedAt: new Date() } });
  const query = async (title: string, next: Date | null) => {
    const id = newId();
    const { id: ownerId } = ana.user;
    const text = { id, title, sql: "select 1", ownerId, warehouseId: warehouse.id, tables: ["mart.daily_scores"] };
    await db().query.create({ data: text });
    if (next)
      await db().trigger.create({
        data: { id: newId(), queryId: id, ownerId, zone: "UTC", cron: "0 8 * * *", nextAt: next },
      });
  };
  await query("Scores", new Date("2026-02-01T08:00:00Z"));
  await query("Nobody waits", null);
  expect((await downstreamOf(ana, run)).items).toEqual([
    expect.objectContaining({ kind: "query", title: "Scores", owner: "Ana", nextAt: "2026-02-01T08:00:00.000Z" }),
    expect.objectContaining({ kind: "pipeline", title: "reader", tables: ["mart.daily_scores"], nextAt: null }),
  ]);
  await expect(downstreamOf(bo, run)).rejects.toMatchObject({ code: "not_found" });
});
