import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Context } from "@/lib/access/context";
import { createWarehouse } from "@/lib/connections/create-warehouse";
import { createSchema, testSchema } from "@/lib/connections/schema";
import { testConnection } from "@/lib/connections/test-connection";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { setHeat } from "@/lib/gate/heat-settings";
import { getLoad } from "@/lib/gate/load";
import { getLoadHistory } from "@/lib/gate/load-history";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { db } from "@/lib/platform/db/prisma";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { closeWriters } from "@/lib/results/writers";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { resultsWarehouse } from "@/lib/tables/schema";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { lakeConnection } from "@/lib/testing/lake";
import { samples } from "@/lib/testing/sampler";
import { adapter } from "@/lib/warehouses/duckdb";
import { startStageWorker } from "./testing/stage-worker";

/** A lake from the admin's form to the query page: a pipeline makes its tables, people query them. */

/** What this machine is said to have, where a test says so: no query could be let fill a real one. */
const machine = vi.hoisted(() => ({ has: null as { memory: number; processors: number } | null }));
vi.mock("node:os", async (original) => {
  const real = await original<typeof import("node:os")>();
  return {
    ...real,
    totalmem: () => machine.has?.memory ?? real.totalmem(),
    availableParallelism: () => machine.has?.processors ?? real.availableParallelism(),
  };
});

let ana: Context;
let admin: Context;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam({ name: "growth" });
  ana = await buildPerson({ teamIds: [team.id] });
  admin = await buildPerson({ role: "admin", teamIds: [team.id] });
  const { id: warehouseId } = await createWarehouse(
    admin,
    createSchema.parse({ name: "lake", engine: "duckdb", config: {} }),
  );
  await db().schemaGrant.create({ data: { teamId: team.id, warehouseId, schema: "mart" } });
  await startStageWorker({ statements: true });
});
afterAll(async () => {
  closeReaders();
  closeWriters();
  await adapter.close();
});

const text = (table: string, least: number, warehouse = "lake") => `name: daily
owner: growth
stages:
  - id: events
    operator: sql-extract@1
    params:
      warehouse: ${warehouse}
      sql: select i as id, {{ interval.from }}::timestamptz + to_hours(i::int) as moment from range(24) t(i)
    outputs: {rows: parquet}
  - id: keep
    operator: load-table@1
    params: {warehouse: lake, table: mart.events, mode: partition-overwrite, time_column: moment}
    inputs: {rows: events.rows}
  - id: daily
    operator: sql-transform@1
    after: [keep]
    params: {warehouse: lake, table: ${table}, as: table, sql: "select moment::date as day, count(*) as n from mart.events group by all"}
  - id: copy
    operator: replicate-table@1
    after: [daily]
    params: {source: lake, source_table: ${table}, warehouse: lake, table: ${table}_copied, mode: incremental, cursor: day, key: [day]}
  - id: look
    operator: expect@1
    after: [daily]
    params:
      warehouse: lake
      table: ${table}
      checks:
        - {kind: row_count, least: ${least}}
        - {kind: unique, column: day}
        - {kind: accepted_values, column: n, values: ["24"]}
        - {kind: relationships, column: day, to_table: ${table}, to_column: day}
        - {kind: freshness, column: day, within: 9000d}
      sql: select * from ${table} where n <> 24
`;

async function answer(ctx: Context, sql: string) {
  const { id } = await runQuery(ctx, { warehouse: "lake", sql });
  const view = await waitForExecution(ctx, id, 50);
  return view.state === "succeeded"
    ? (await readRows(await statementOf(ctx, id), { offset: 0, limit: 100 })).rows
    : view.error;
}

it("is given two slots where nobody says how many, and as many as are asked for", async () => {
  const name = "other lake";
  await createWarehouse(admin, createSchema.parse({ name, engine: "duckdb", config: {}, slots: 3 }));
  const slots = await db().warehouse.findMany({
    where: { name: { in: ["lake", name] } },
    select: { slots: true },
    orderBy: { slots: "asc" },
  });
  expect(slots).toEqual([{ slots: 2 }, { slots: 3 }]);
});

it("gives fewer slots while its processes fill the machine, and all of them again after", async () => {
  const name = `hot lake ${Date.now()}`;
  const { id: lake } = await createWarehouse(
    admin,
    createSchema.parse({ name, engine: "duckdb", config: {}, slots: 4 }),
  );
  await setHeat(admin, lake, { slowDown: true });
  const gate = async () => (await getLoad(admin, lake)).gate;
  const ask = async (sql: string) => (await runQuery(ana, { warehouse: lake, sql })).id;
  const state = async (id: string) => (await getExecution(ana, id)).state;
  const endless = (n: number) =>
    `select count(*) from range(100000) a(i), range(100000) b(i), range(100000) c(i) where a.i * b.i + c.i = -${n}`;
  const [first, second] = [await ask(endless(1)), await ask(endless(2))];
  for (const id of [first, second]) await expect.poll(() => state(id), { timeout: 60_000 }).toBe("running");
  try {
    machine.has = { memory: 2 ** 45, processors: 4_096 };
    await samples(3, lake);
    expect(await gate()).toMatchObject({ slots: 4, slotsNow: 4 });
    machine.has.memory = 2 ** 20;
    await samples(3, lake);
    const words = "its processes take 100 % of the memory";
    expect(await gate()).toMatchObject({ slots: 4, slotsNow: 2, slowReason: words });
    const third = await ask("select 3 as n");
    const { waiting } = await getExecution(ana, third);
    expect(waiting).toMatchObject({ heldBy: "slots", reason: expect.stringContaining(words) });
    for (const id of [first, second]) await cancelExecution(ana, id);
    for (const id of [first, second]) expect(await waitForExecution(ana, id, 50)).toMatchObject({ state: "cancelled" });
    expect(await waitForExecution(ana, third, 50)).toMatchObject({ state: "succeeded" });
    // An answer is there before its process is gone.
    const processes = async () => (await adapter.load(lakeConnection(lake))).active;
    await expect.poll(processes, { timeout: 60_000 }).toBe(0);
    // A minute of calm for each slot.
    for (const slotsNow of [3, 4]) {
      await samples(6, lake);
      expect(await gate()).toMatchObject({ slots: 4, slotsNow });
    }
    const { decisions } = await getLoadHistory(admin, lake);
    expect(decisions.filter(({ kind }) => kind === "slow").map(({ text }) => text)).toEqual([
      `Slots 4 → 2 of 4: ${words}`,
      "Slots 2 → 3 of 4",
      "Slots 3 → 4 of 4",
    ]);
  } finally {
    machine.has = null;
    for (const id of [first, second]) await cancelExecution(ana, id);
  }
}, 240_000);

it("has tables that a pipeline makes, twice alike, and that a team's people query", async () => {
  await publishPipeline(ana, "daily", { text: text("mart.daily", 1), format: "yaml" });
  for (const day of ["2026-03-02", "2026-03-02"]) {
    const { id } = await startRun(ana, "daily", { from: day, to: new Date(Date.parse(day) + 864e5).toISOString() });
    expect(await waitForRun(ana, id, 100)).toMatchObject({ state: "succeeded", error: null });
  }
  expect(await answer(ana, "select day, n from mart.daily order by day")).toEqual([["2026-03-02", "24"]]);
  expect(await answer(ana, "select day, n from mart.daily_copied")).toEqual([["2026-03-02", "24"]]);
  expect(await answer(ana, "select 1 from mart.nothing")).toMatchObject({ code: "42P01", line: 1 });
  expect(await answer(ana, "create table mart.t as select 1")).toMatchObject({ code: "write_refused" });
}, 240_000);

it("says which expectation a table does not meet", async () => {
  await publishPipeline(ana, "daily", { text: text("mart.daily", 99), format: "yaml" });
  const { id } = await startRun(ana, "daily", { from: "2026-03-01", to: "2026-03-02" });
  const view = await waitForRun(ana, id, 100);
  expect(view.state).toBe("failed");
  expect(JSON.stringify(view)).toContain("Expected: there are at least 99 rows, and there ");
}, 240_000);

it("refuses a schema that the team was not granted, and the warehouse of everybody's own results", async () => {
  const elsewhere = publishPipeline(ana, "other", { text: text("sealed.daily", 1), format: "yaml" });
  await expect(elsewhere).rejects.toMatchObject({ message: expect.stringContaining("sealed") });
  const own = publishPipeline(ana, "other", { text: text("mart.x", 1, resultsWarehouse), format: "yaml" });
  await expect(own).rejects.toMatchObject({ message: expect.stringContaining(resultsWarehouse) });
});

it("is refused to people without a grant, and its connection can be tested", async () => {
  const bo = await buildPerson();
  await expect(runQuery(bo, { warehouse: "lake", sql: "select 1" })).rejects.toMatchObject({ code: "not_found" });
  const asked = testSchema.parse({ engine: "duckdb", config: {} });
  expect(await testConnection(admin, asked)).toMatchObject({ ok: true, problem: null });
});
