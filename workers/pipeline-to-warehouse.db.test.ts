import pg from "pg";
import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { db } from "@/lib/platform/db/prisma";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse, buildWriter } from "@/lib/testing/factories";
import { startStageWorker } from "./testing/stage-worker";

let ana: Context;
let warehouse: BuiltWarehouse;
let writer: string;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam({ name: "growth" });
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({
    name: "demo",
    teamIds: [team.id],
    sql: "create schema mart; create schema other",
  });
  writer = await buildWriter(warehouse, "grant usage, create on schema mart, other to $writer");
  await db().schemaGrant.create({ data: { teamId: team.id, warehouseId: warehouse.id, schema: "mart" } });
  await startStageWorker();
});

const text = (table: string) => `name: daily
owner: growth
stages:
  - id: extract
    operator: sql-extract@1
    params:
      warehouse: demo
      sql: select n, {{ interval.from }}::timestamptz as at from generate_series(1, 1000) n
    outputs: {rows: parquet}
  - id: load
    operator: load-table@1
    params: {warehouse: demo, table: ${table}, mode: replace}
    inputs: {rows: extract.rows}
`;

it("reads a warehouse and writes to it through relays, and the same again writes the same", async () => {
  await publishPipeline(ana, "daily", { text: text("mart.daily"), format: "yaml" });
  for (const _ of [1, 2]) {
    const { id } = await startRun(ana, "daily", { from: "2026-01-31", to: "2026-02-01" });
    const view = await waitForRun(ana, id, 50);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages[0]?.artifacts).toMatchObject([{ rows: 1000 }]);
  }
  const client = new pg.Client({ connectionString: warehouse.superuserUrl });
  await client.connect();
  const { rows } = await client.query(
    "select count(*)::int as rows, min(at at time zone 'UTC')::text as at from mart.daily",
  );
  expect(rows).toEqual([{ rows: 1000, at: "2026-01-31 00:00:00" }]);
  // A server takes a moment to end a session whose connection was closed.
  const left = `select 1 from pg_stat_activity
    where datname = current_database() and usename = $1 and application_name <> 'sluice control'`;
  await expect.poll(async () => (await client.query(left, [writer])).rows).toEqual([]);
  await client.end();
}, 120_000);

it("writes nowhere that was not granted", async () => {
  await expect(publishPipeline(ana, "daily", { text: text("other.daily"), format: "yaml" })).rejects.toMatchObject({
    code: "invalid",
  });
});
