import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { installationId } from "@/lib/runtimes/registry";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltMart, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { buildOperators } from "@/lib/testing/operator-images";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";

/** A whole run with every part in its production shape: the queue on Redis, a worker, containers, relays to a warehouse. */

const engine = inject("containerEngine");
const redis = inject("redisUrl");
let ana: Context;
let teamId: string;
let warehouse: BuiltMart;

describe.skipIf(engine === null || redis === null)("runs in containers (need a container engine and Redis)", () => {
  beforeAll(async () => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    process.env.STAGE_RUNTIME = "docker";
    buildOperators(["sql"]);
    await testDatabase({ redis: true });
    teamId = (await buildTeam()).id;
    ana = await buildPerson({ teamIds: [teamId] });
    const sql = "create table events as select n as id, n % 3 as course from generate_series(1, 5000) n";
    warehouse = await buildMart(teamId, { sql });
    await startWorker();
  }, 900_000);
  afterAll(async () => {
    killWorkers();
    await closeGate();
    if (!warehouse) return;
  });

  const inWarehouse = (sql: string) => rowsIn(warehouse.database, sql);

  // get -> put -> look
  const stages = (table: string): Stage[] => [
    {
      id: "get",
      operator: "sql-extract@1",
      params: { warehouse: warehouse.name, sql: "select id, course from events where id > {{ params.least }}" },
      outputs: { rows: "parquet" },
    },
    {
      id: "put",
      operator: "load-table@1",
      params: { warehouse: warehouse.name, table, mode: "merge", key: ["id"] },
      inputs: { rows: "get.rows" },
    },
    {
      id: "look",
      operator: "expect@1",
      after: ["put"],
      params: { warehouse: warehouse.name, table, checks: [{ kind: "row_count", least: 4_000, most: 4_000 }] },
    },
  ];

  async function run(table: string) {
    const parameters = { least: { type: "number" as const, default: 1_000 } };
    const place = { teamId, warehouses: [warehouse.id] };
    const { name } = await buildPipeline(ana, { parameters, stages: stages(table) }, place);
    return waitForRun(ana, (await startRun(ana, name, {})).id, 100);
  }

  it("hand a query's rows to a table and check it, twice alike, and leave nothing behind", async () => {
    const runs: string[] = [];
    for (let times = 1; times <= 2; times++) {
      const view = await run("mart.daily");
      runs.push(view.id);
      expect(view).toMatchObject({ state: "succeeded", error: null });
      expect(view.stages.map(({ attempts }) => attempts.map(({ runtime, exitCode }) => [runtime, exitCode]))).toEqual(
        Array(3).fill([["docker", 0]]),
      );
      expect(await inWarehouse("select count(*)::int, min(id), max(id) from mart.daily")).toEqual([[4000, 1001, 5000]]);
    }
    const docker = engine?.address ? new Docker({ socketPath: new URL(engine.address).pathname }) : new Docker();
    // A kept engine may have what an earlier time was killed over.
    const filters = { label: [`sluice.installation=${installationId()}`] };
    const left = async () =>
      (await docker.listContainers({ all: true, filters })).filter(({ Labels }) =>
        runs.includes(Labels["sluice.run"] ?? ""),
      );
    await expect.poll(left).toEqual([]);
    expect(
      await inWarehouse(
        `select 1 from pg_stat_activity where usename = '${warehouse.writer}' and application_name <> 'sluice control'`,
      ),
    ).toEqual([]);
  }, 240_000);

  it("say at which expectation a table fails, from inside a container", async () => {
    await inWarehouse(
      `create table mart.short as select 1 as id, 1 as course; alter table mart.short owner to ${warehouse.writer};
      grant select on mart.short to public`,
    );
    const view = await run("mart.short");
    expect(view.stages[2]).toMatchObject({ state: "failed", error: { cause: "program" } });
    expect(view.stages[2]?.error?.message).toMatch(/4,?001/);
  }, 120_000);
});
