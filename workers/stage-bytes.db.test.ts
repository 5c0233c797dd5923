import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { setLimit } from "@/lib/gate/limits";
import type { Stage } from "@/lib/pipelines/schema";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { type BigQueryPeer, startPeer } from "@/lib/testing/bigquery-peer";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { adapterFor } from "@/lib/warehouses/registry";
import { startStageWorker } from "./testing/stage-worker";

/** Limits of bytes on stages that use an engine which is paid by them. */

const mebibyte = 1024 ** 2;
let peer: BigQueryPeer;
let team: { id: string; name: string };
let admin: Context;
let ana: Context;
let warehouse = "";

beforeAll(async () => {
  await testDatabase();
  peer = await startPeer();
  team = await buildTeam();
  admin = await buildPerson({ role: "admin" });
  const [id, readerId] = [newId(), newId()];
  const config = { project: "demo", location: "US", maximumBytesBilled: null, endpoint: peer.endpoint };
  const role = { kind: "reader", name: "reader", username: "peer", secret: encrypt("", readerId) } as const;
  warehouse = `paid-${id}`;
  const data = { id, name: warehouse, engine: "bigquery", config, slots: 4, perUser: 0 };
  await db().warehouse.create({ data: { ...data, roles: { create: { id: readerId, ...role } } } });
  await db().grant.create({ data: { teamId: team.id, warehouseId: id, readerId } });
  await startStageWorker({ statements: true });
});
afterAll(async () => {
  await (await adapterFor("bigquery")).close();
  await peer.close();
});
beforeEach(async () => {
  // Somebody whose day is empty.
  ana = await buildPerson({ teamIds: [team.id] });
  await db().limit.deleteMany();
  peer.script = {};
  peer.jobs.clear();
});

async function extract(sql: string) {
  const stage: Stage = { id: "get", operator: "sql-extract@1", params: { warehouse, sql }, outputs: { rows: "csv" } };
  const { name } = await buildPipeline(ana, { stages: [stage] }, { teamId: team.id });
  return waitForRun(ana, (await startRun(ana, name, {})).id, 60);
}
const booked = () => db().stageJob.findMany({ where: { userId: ana.user.id }, orderBy: { job: "asc" } });

it("sends a stage's job with the narrowest limit, and says which one refused it", async () => {
  peer.script["select large"] = { bytes: 5_000 };
  await setLimit(admin, { scope: "company", name: "bytesPerQuery", value: 9_000 });
  await setLimit(admin, { scope: "team", id: team.id, name: "bytesPerQuery", value: 4_000 });
  const view = await extract("select large");
  expect(view.state).toBe("failed");
  expect(view.stages[0]?.error?.message).toContain(
    `more than the 4,000 bytes that the limit bytesPerQuery of the team ${team.name} allows`,
  );
  await setLimit(admin, { scope: "team", id: team.id, name: "bytesPerQuery", value: null });
  expect(await extract("select large")).toMatchObject({ state: "succeeded" });
  const billed = [...peer.jobs.values()].map(({ configuration }) => configuration.query.maximumBytesBilled);
  expect(billed).toEqual(["4000", "9000"]);
  // What was refused has read nothing.
  expect((await booked()).map(({ readBytes }) => Number(readBytes)).sort()).toEqual([0, 5_000]);
}, 120_000);

it("counts stages and statements of a person's day together", async () => {
  await setLimit(admin, { scope: "person", id: ana.user.id, name: "bytesPerDay", value: 30 * mebibyte });
  for (const sql of ["select a", "select b"]) peer.script[sql] = { bytes: 12 * mebibyte };
  const asked = await runQuery(ana, { warehouse, sql: "select a" });
  expect(await waitForExecution(ana, asked.id, 60)).toMatchObject({ state: "succeeded" });
  expect(await extract("select b")).toMatchObject({ state: "succeeded" });
  expect(await booked()).toMatchObject([{ readBytes: BigInt(12 * mebibyte) }]);
  // Six are left, of which neither a stage nor a statement reads more.
  const left = `${(6 * mebibyte).toLocaleString("en-US")} are left`;
  const view = await extract("select b");
  expect(view.state).toBe("failed");
  expect(view.stages[0]?.error?.message).toContain("more than may be read today");
  expect(view.stages[0]?.error?.message).toContain(left);
  const again = await runQuery(ana, { warehouse, sql: "select b" });
  const ended = await waitForExecution(ana, again.id, 60);
  expect(ended).toMatchObject({ state: "failed", error: { message: expect.stringContaining(left) } });
  // Another person's day is their own.
  ana = await buildPerson({ teamIds: [team.id] });
  expect(await extract("select b")).toMatchObject({ state: "succeeded" });
}, 180_000);
