import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { buildOperators } from "@/lib/testing/operator-images";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";

/** One run through Python, R, any image and SQL, each in its own container and with the format that it reads. */

const engine = inject("containerEngine");
let ana: Context;
let teamId: string;
let warehouse: BuiltWarehouse;

// get (parquet) -> python (parquet) -> r (csv) -> any image (ndjson in, csv out) -> put -> sum
const stages = (): Stage[] => [
  {
    ...{ id: "get", operator: "sql-extract@1", outputs: { rows: "parquet" } },
    params: { warehouse: warehouse.name, sql: "select id, name, n from words" },
  },
  {
    ...{ id: "double", operator: "python@1", inputs: { rows: "get.rows" }, outputs: { doubled: "parquet" } },
    params: { code: 'write("doubled", sql("select id, name, n * 2 as n from rows"))' },
  },
  {
    ...{ id: "add", operator: "r@1", inputs: { rows: "double.doubled" }, outputs: { added: "csv" } },
    params: { code: 'write_output("added", dplyr::mutate(inputs$rows, n = n + 1))' },
  },
  {
    ...{ id: "keep", operator: "container@1", outputs: { kept: "csv" } },
    inputs: { rows: { from: "add.added", format: "ndjson" } },
    params: {
      image: engine?.image ?? "",
      command: [
        ...["perl", "-e"],
        'opendir(my $d, "/in/rows"); my @rows; for my $f (sort grep { /ndjson$/ } readdir $d) { open(my $h, "<", "/in/rows/$f"); ' +
          'while (<$h>) { my ($id) = /"id":(\\d+)/; my ($name) = /"name":"([^"]*)"/; my ($n) = /"n":(\\d+)/; next if $id == 2; ' +
          'push @rows, "$id,$name,$n\\n" } } open(my $o, ">", "/out/kept/a.csv"); print $o "id,name,n\\n", @rows; close $o',
      ],
    },
  },
  {
    ...{ id: "put", operator: "load-table@1", inputs: { rows: "keep.kept" } },
    params: { warehouse: warehouse.name, table: "mart.kept", mode: "replace" },
  },
  {
    ...{ id: "sum", operator: "sql-transform@1", after: ["put"] },
    params: {
      ...{ warehouse: warehouse.name, table: "mart.summed", as: "table" },
      sql: "select count(*)::int as rows, sum(n)::int as n from mart.kept",
    },
  },
];

describe.skipIf(engine === null)("a run through several languages (needs a container engine)", () => {
  beforeAll(async () => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    process.env.STAGE_RUNTIME = "docker";
    buildOperators(["sql", "python", "r"]);
    await testDatabase();
    teamId = (await buildTeam()).id;
    ana = await buildPerson({ teamIds: [teamId] });
    const sql = "create table words as select n as id, 'é ' || n as name, n * 10 as n from generate_series(1, 4) n";
    warehouse = await buildMart(teamId, { sql });
    await startWorker();
  }, 1_200_000);
  afterAll(async () => {
    killWorkers();
    await closeGate();
  });

  it("hands on every value, from SQL by Python, R and any image back to SQL", async () => {
    const { name } = await buildPipeline(ana, { stages: stages() }, { teamId, warehouses: [warehouse.id] });
    const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 200);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages.flatMap(({ attempts }) => attempts.map(({ runtime }) => runtime))).toEqual(
      Array(6).fill("docker"),
    );
    expect(view.stages.flatMap(({ artifacts }) => artifacts.map(({ format }) => format))).toEqual([
      ...["parquet", "parquet", "csv", "csv"],
    ]);
    expect(await rowsIn(warehouse.database, "select id::int, name, n::int from mart.kept order by id")).toEqual([
      [1, "é 1", 21],
      [3, "é 3", 61],
      [4, "é 4", 81],
    ]);
    expect(await rowsIn(warehouse.database, "select * from mart.summed")).toEqual([[3, 163]]);
  }, 300_000);
});
