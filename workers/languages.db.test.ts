import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import type { Stage } from "@/lib/pipelines/schema";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, shell } from "@/lib/testing/shell-operator";
import { startStageWorker } from "./testing/stage-worker";

/** One run through several languages, each with the format that it reads: the worker converts in between. */

const there = spawnSync("python3", ["--version"]).status === 0;
if (!there) process.stderr.write("The test of languages in one run is left out: there is no python3.\n");

let ana: Context;
let teamId: string;
let warehouse: BuiltWarehouse;

/** The standard library alone: what else the operator brings need not be installed here. */
const doubled = `import csv, json, os, sys
folder = os.path.join(os.environ["SLUICE_OUT"], "doubled")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "part-00000.ndjson"), "w", encoding="utf-8") as out:
    for file in inputs["rows"].files:
        for row in csv.DictReader(open(file, encoding="utf-8")):
            out.write(json.dumps({"id": int(row["id"]), "name": row["name"], "n": int(row["n"]) * 2}) + "\\n")
print("doubled")
sys.exit()
`;

// SQL (parquet) -> Python (csv in, ndjson out) -> shell (csv in and out) -> SQL (a table) -> SQL (a sum)
const stages = (): Stage[] => [
  {
    ...{ id: "get", operator: "sql-extract@1", outputs: { rows: "parquet" } },
    params: { warehouse: warehouse.name, sql: "select id, name, n from words" },
  },
  {
    ...{ id: "double", operator: "python@1", params: { code: doubled }, outputs: { doubled: "ndjson" } },
    inputs: { rows: { from: "get.rows", format: "csv" } },
  },
  shell(
    "keep",
    `{ head -n 1 $SLUICE_IN/rows/*.csv; grep -v '^2,' $SLUICE_IN/rows/*.csv | tail -n +2; } > $SLUICE_OUT/kept/a.csv`,
    {
      inputs: { rows: { from: "double.doubled", format: "csv" } },
      outputs: { kept: "csv" },
    },
  ),
  {
    ...{ id: "put", operator: "load-table@1", inputs: { rows: "keep.kept" } },
    params: { warehouse: warehouse.name, table: "mart.kept", mode: "replace" },
  },
  {
    ...{ id: "sum", operator: "sql-transform@1", after: ["put"] },
    params: {
      ...{ warehouse: warehouse.name, table: "mart.summed", as: "table" },
      sql: "select count(*)::int as rows, sum(n)::int as n, max(length(name)) as longest from mart.kept",
    },
  },
];

describe.skipIf(!there)("a run through several languages (needs python3)", () => {
  beforeAll(async () => {
    addShellOperator();
    await testDatabase();
    teamId = (await buildTeam()).id;
    ana = await buildPerson({ teamIds: [teamId] });
    const sql = `create table words as select n as id, 'é "' || n || '"' as name, n * 10 as n from generate_series(1, 4) n`;
    warehouse = await buildMart(teamId, { sql });
    await startStageWorker();
  });

  it("hands on every value, from SQL by Python and shell back to SQL", async () => {
    const { name } = await buildPipeline(ana, { stages: stages() }, { teamId, warehouses: [warehouse.id] });
    const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 120);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages.map(({ artifacts }) => artifacts.map(({ format }) => format))).toEqual([
      ["parquet"],
      ["ndjson"],
      ["csv"],
      [],
      [],
    ]);
    expect(await rowsIn(warehouse.database, "select id::int, name, n::int from mart.kept order by id")).toEqual([
      [1, 'é "1"', 20],
      [3, 'é "3"', 60],
      [4, 'é "4"', 80],
    ]);
    expect(await rowsIn(warehouse.database, "select * from mart.summed")).toEqual([[3, 160, 5]]);
  }, 240_000);
});
