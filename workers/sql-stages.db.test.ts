import { Readable } from "node:stream";
import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { cancelRun } from "@/lib/runs/cancel-run";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltMart, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { removeUpload } from "@/lib/uploads/change-upload";
import { uploadFile } from "@/lib/uploads/upload-file";
import { startStageWorker } from "./testing/stage-worker";

/** The programs for SQL as a worker runs them: files handed over, relays, the schemas of a team. */

let ana: Context;
let teamId: string;
let warehouse: BuiltMart;

beforeAll(async () => {
  await testDatabase();
  teamId = (await buildTeam()).id;
  ana = await buildPerson({ teamIds: [teamId] });
  warehouse = await buildMart(teamId, {
    sql: `create table events as select n as id, timestamptz '2026-03-01Z' + n * interval '1 hour' as at, n % 3 as course
      from generate_series(0, 71) n; create schema sealed`,
    writes: "grant usage, create on schema sealed to $writer; grant select on events to $writer",
  });
  await startStageWorker();
});

const inWarehouse = (sql: string) => rowsIn(warehouse.database, sql);

const upload = (of: Context, text: string) =>
  uploadFile(of, { file: "prices.csv" }, Readable.from([Buffer.from(text)]), new AbortController().signal);
const interval = { from: "2026-03-02T00:00:00Z", to: "2026-03-03T00:00:00Z" };
async function begin(stages: Stage[]) {
  const { name } = await buildPipeline(ana, { stages }, { teamId, warehouses: [warehouse.id] });
  return startRun(ana, name, interval);
}
const stages = (table: string): Stage[] => [
  {
    id: "get",
    operator: "sql-extract@1",
    params: {
      warehouse: warehouse.name,
      sql: "select id, at::date as day, course from events where at >= {{ interval.from }} and at < {{ interval.to }}",
    },
    outputs: { rows: "parquet" },
  },
  {
    id: "put",
    operator: "load-table@1",
    params: { warehouse: warehouse.name, table, mode: "partition-overwrite", time_column: "day" },
    inputs: { rows: "get.rows" },
  },
  {
    id: "look",
    operator: "expect@1",
    after: ["put"],
    params: { warehouse: warehouse.name, table, checks: [{ kind: "row_count", least: 24, most: 24 }] },
  },
];

it("hands a query's rows to a table, which its team's reader may read, twice alike", async () => {
  for (let times = 1; times <= 2; times++) {
    const { id } = await begin(stages("mart.daily"));
    const view = await waitForRun(ana, id, 25);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(await inWarehouse("select count(*)::int, min(id), max(id) from mart.daily")).toEqual([[24, 24, 47]]);
  }
  const reader = await db().warehouseRole.findUniqueOrThrow({ where: { id: warehouse.readerId } });
  const may = `select has_table_privilege('${reader.username}', 'mart.daily', 'select')`;
  expect(await inWarehouse(may)).toEqual([[true]]);
});

it("puts a sheet that was uploaded into a table, and its next one in its place", async () => {
  const sheet: Stage[] = [
    {
      id: "read",
      operator: "load-file@1",
      params: { from: "upload", file: { upload: "Prices" } },
      outputs: { rows: "parquet" },
    },
    {
      id: "put",
      operator: "load-table@1",
      params: { warehouse: warehouse.name, table: "mart.prices", mode: "replace" },
      inputs: { rows: "read.rows" },
    },
  ];
  for (const price of ["1.50", "2.75"]) {
    const made = await upload(ana, `zip,price\n01067,${price}\n`);
    expect(await waitForRun(ana, (await begin(sheet)).id, 25)).toMatchObject({ state: "succeeded", error: null });
    expect(await inWarehouse("select * from mart.prices")).toEqual([["01067", price]]);
    await removeUpload(ana, made.id);
  }
  const bo = await buildPerson({ teamIds: [teamId] });
  const { id } = await upload(bo, "a\n1\n");
  for (const upload of ["prices", id]) {
    const [read] = sheet;
    const of = { ...(read as Stage), params: { from: "upload", file: { upload } } };
    const refused = await waitForRun(ana, (await begin([of])).id, 25);
    expect(refused.error).toMatch(/^read: There is no uploaded file/);
  }
});

it("says where the team may not write, and at which expectation a table fails", async () => {
  const refused = await waitForRun(ana, (await begin(stages("sealed.daily"))).id, 25);
  expect(refused.error).toMatch(/^put: .*may not write in the schema sealed. It may write in mart/);
  const few = stages("mart.few").map((stage) =>
    stage.id === "look" ? { ...stage, params: { ...stage.params, checks: [{ kind: "row_count", least: 25 }] } } : stage,
  );
  const failed = await waitForRun(ana, (await begin(few)).id, 25);
  expect(failed.error).toMatch(/^look: .*Expected: there are at least 25 rows, and there are 24/);
});

it("leaves nothing running in the warehouse of a run that is cancelled", async () => {
  const slow: Stage = {
    id: "slow",
    operator: "sql-transform@1",
    params: { warehouse: warehouse.name, sql: "select 1 as n from pg_sleep(60)", table: "mart.never", as: "table" },
  };
  const { id } = await begin([slow]);
  const busy = () =>
    inWarehouse(`select 1 from pg_stat_activity where usename = '${warehouse.writer}' and query like '%pg_sleep%'`);
  await expect.poll(busy, { timeout: 20_000 }).toHaveLength(1);
  await cancelRun(ana, id);
  expect((await waitForRun(ana, id, 25)).state).toBe("cancelled");
  expect(await busy()).toEqual([]);
});
