import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { previewArtifact } from "@/lib/artifacts/preview-artifact";
import type { Stage } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { getRun } from "@/lib/runs/data";
import { tryPipelineSchema } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { tryPipeline } from "@/lib/runs/try-pipeline";
import { asSuperuser, rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltMart, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { commitFiles, type GitServer, git, startGitServer } from "@/lib/testing/git-server";
import { pythonServer } from "@/lib/testing/python-servers";
import { buildPipeline } from "@/lib/testing/runs";
import { removeUpload } from "@/lib/uploads/change-upload";
import { uploadFile } from "@/lib/uploads/upload-file";
import { startStageWorker } from "./testing/stage-worker";

/** Projects by real dbt, as a worker runs them: from git, by the relay, into the schemas of a team. */

const found = await pythonServer(inject("pythonHome"), "dbt");
const dbt = it.skipIf("missing" in found);
/** dbt itself is quick; a machine that runs eight things at once is not. */
const patience = 240_000;

const served = mkdtempSync(path.join(tmpdir(), "sluice-projects-"));
let server: GitServer;
let ana: Context;
let teamId: string;
let warehouse: BuiltMart;

const shop = (models: Record<string, string>, tests: string) => ({
  // Its own profile is on nobody's machine here.
  "dbt_project.yml":
    'name: shop\nprofile: of_my_laptop\nflags: {send_anonymous_usage_stats: true}\non-run-start: "select 1"\n',
  "packages.yml": `packages:\n  - git: "${server.origin}/dates"\n    revision: v1\n    warn-unpinned: false\n`,
  "seeds/countries.csv": "code,name\nCH,Switzerland\nDE,Germany\n",
  ...Object.fromEntries(Object.entries(models).map(([name, sql]) => [`models/${name}.sql`, sql])),
  "models/schema.yml": `models:\n  - name: daily\n    columns:\n${tests}`,
});
const daily = `{{ config(materialized="table") }}
select id, at, case when id % 2 = 0 then 'CH' else 'DE' end as country, {{ dates.twice(var("factor")) }} as factor
from public.events where at >= '{{ var("sluice_from") }}' and at < '{{ var("sluice_to") }}'`;
const tests = (values: string) => `      - name: id
        data_tests: [unique, not_null]
      - name: country
        data_tests:
          - accepted_values: {arguments: {values: [${values}]}}
          - relationships: {arguments: {to: ref('countries'), field: code}}
`;

beforeAll(async () => {
  server = await startGitServer(served);
  commitFiles(served, "dates", {
    "dbt_project.yml": "name: dates\n",
    "macros/twice.sql": "{% macro twice(n) %}{{ n * 2 }}{% endmacro %}",
  });
  git(path.join(served, "dates"), "tag", "v1");
  commitFiles(served, "shop", shop({ daily, newest: "select max(at) as at from {{ ref('daily') }}" }, tests("CH, DE")));
  git(path.join(served, "shop"), "tag", "v1");
  const broken = { daily, newest: "select nothing from {{ ref('daily') }}", last: "select * from {{ ref('newest') }}" };
  commitFiles(served, "shop", shop(broken, tests("CH, AT")));
  git(path.join(served, "shop"), "tag", "v2");
  const elsewhere = { daily: `{{ config(schema="staging") }} select 1 as id` };
  commitFiles(served, "elsewhere", {
    "dbt_project.yml": "name: elsewhere\n",
    ...Object.fromEntries(Object.entries(elsewhere).map(([name, sql]) => [`models/${name}.sql`, sql])),
  });
  await testDatabase();
  Object.assign(env(), { STAGE_PRIVATE_HOSTS: ["127.0.0.1"], STAGE_RUNTIME: "process" });
  if (!("missing" in found)) {
    mkdirSync(env().SLUICE_HOME, { recursive: true });
    // As `npm run python` would have made it.
    rmSync(path.resolve(env().SLUICE_HOME, "python-dbt"), { force: true });
    symlinkSync(path.dirname(path.dirname(found.program)), path.resolve(env().SLUICE_HOME, "python-dbt"));
  }
  teamId = (await buildTeam()).id;
  ana = await buildPerson({ teamIds: [teamId] });
  warehouse = await buildMart(teamId, {
    sql: `create table events as select n as id, timestamptz '2026-03-01Z' + n * interval '1 hour' as at
      from generate_series(0, 71) n; create schema sealed`,
    writes: "grant select on events to $writer, public",
  });
  await startStageWorker();
}, patience);
afterAll(async () => {
  server?.stop();
  rmSync(served, { recursive: true, force: true });
});

const inWarehouse = (sql: string) => rowsIn(warehouse.database, sql);

const stage = (params: object = {}): Stage => ({
  id: "shop",
  operator: "dbt@1",
  params: {
    ...{ from: "git", url: `${server.origin}/shop`, ref: "v1", warehouse: warehouse.name, schema: "mart" },
    ...{ command: "build", vars: { factor: "21" } },
    ...params,
  } as NonNullable<Stage["params"]>,
});
const interval = { from: "2026-03-02T00:00:00Z", to: "2026-03-03T00:00:00Z" };

async function ended(id: string) {
  const over = (state: string) => !["queued", "running"].includes(state);
  await expect.poll(async () => over((await getRun(ana, id)).state), { timeout: patience, interval: 500 }).toBe(true);
  const view = await getRun(ana, id);
  return { view, attempt: view.stages[0]?.attempts.at(-1), artifact: view.stages[0]?.artifacts[0] };
}
async function run(params: object = {}, more: { byAdmin?: boolean } = {}) {
  const { name } = await buildPipeline(
    ana,
    { stages: [stage(params)] },
    { teamId, warehouses: [warehouse.id], ...more },
  );
  return ended((await startRun(ana, name, interval)).id);
}

dbt(
  "a project is built over the interval with its packages, opened to readers, and its tests are shown",
  async () => {
    const { view, attempt, artifact } = await run();
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(await inWarehouse("select count(*)::int, min(id), max(id), min(factor) from mart.daily")).toEqual([
      [24, 24, 47, 42],
    ]);
    expect(attempt).toMatchObject({
      rows: 26,
      metrics: { built: 3, checks: 4, warnings: 0, rows_daily: 24, rows_countries: 2 },
    });
    const reader = await db().warehouseRole.findUniqueOrThrow({ where: { id: warehouse.readerId } });
    for (const table of ["daily", "newest", "countries"])
      expect(await inWarehouse(`select has_table_privilege('${reader.username}', 'mart.${table}', 'select')`)).toEqual([
        [true],
      ]);
    expect(artifact).toMatchObject({ output: "results", format: "ndjson", rows: 7 });
    const { rows } = await previewArtifact(
      ana,
      { id: view.id, stage: "shop", output: "results" },
      20,
      new AbortController().signal,
    );
    const told = rows.map((row) => row.slice(0, 4).join(" | ")).sort();
    expect(told).toContain("daily | model |  | success");
    expect(told).toContainEqual(expect.stringMatching(/ \| test \| daily.country stands in countries.code \| pass$/));
  },
  patience,
);

dbt(
  "what fails is said by model, file and message, what is not met as a check says it, and a reader keeps the rest",
  async () => {
    const { view } = await run({ ref: "v2" });
    expect(view.state).toBe("failed");
    expect(view.error).toMatch(/^shop: 1 of 4 expectations are not met. Expected: daily.country is one of CH, AT/);
    expect(view.error).toMatch(
      /\(models\/schema.yml\), and 1 other value stands there. Left out after that: newest, last/,
    );
    const { view: built } = await run({ ref: "v2", command: "run", select: "newest+" });
    expect(built.error).toMatch(
      /^shop: 1 of 2 failed: model newest \(models\/newest.sql\): column "nothing" does not exist \(line \d+: select nothing/,
    );
    expect(built.error).toMatch(/Left out after that: last\.$/);
  },
  2 * patience,
);

dbt(
  "a project that was uploaded is built as its newest archive of that name has it",
  async () => {
    const upload = async (models: Record<string, string>) => {
      const files = Object.entries(models).map(([name, sql]) => [`models/${name}.sql`, sql] as const);
      commitFiles(served, "packed", { "dbt_project.yml": "name: packed\n", ...Object.fromEntries(files) });
      const body = execFileSync("git", ["archive", "--format=tar.gz", "--prefix=packed/", "HEAD"], {
        cwd: path.join(served, "packed"),
      });
      return uploadFile(ana, { file: "packed.tar.gz" }, Readable.from([body]), new AbortController().signal);
    };
    const params = { from: "upload", url: undefined, ref: undefined, file: { upload: "packed" } };
    const before = await upload({ counted: "select 41 as n" });
    expect((await run(params)).view).toMatchObject({ state: "succeeded", error: null });
    expect(await inWarehouse("select n from mart.counted")).toEqual([[41]]);
    await removeUpload(ana, before.id);
    expect((await run(params)).view.error).toMatch(/^shop: There is no uploaded file "packed"/);
    await upload({ counted: "select 42 as n" });
    expect((await run(params)).view).toMatchObject({ state: "succeeded", error: null });
    expect(await inWarehouse("select n from mart.counted")).toEqual([[42]]);
  },
  3 * patience,
);

dbt(
  "a trial compiles as a reader, says what would be built, and builds nothing",
  async () => {
    await inWarehouse("drop table if exists mart.daily cascade");
    const document = { name: "trial", stages: [stage()] };
    const { id } = await tryPipeline(
      ana,
      tryPipelineSchema.parse({ document: JSON.stringify(document), format: "json", ...interval }),
    );
    const { view, attempt } = await ended(id);
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(attempt?.plan?.note).toMatch(
      /^Would run 4 checks, 1 seed, 1 table, 1 view in mart: .*compiled as a reader; nothing was built/,
    );
    expect(await inWarehouse("select to_regclass('mart.daily')")).toEqual([[null]]);
  },
  patience,
);

dbt(
  "a team's project stays in its schemas, by the writer's own rights",
  async () => {
    const url = `${server.origin}/elsewhere`;
    const other = await run({ url, ref: "main" });
    expect(other.view.error).toMatch(
      /model daily \(models\/daily.sql\) would be written to the schema mart_staging, where your team may not.*in mart/,
    );
    const nothing = await run({ url, ref: "main", select: "nobody" });
    expect(nothing.view.error).toMatch(/^shop: Nothing of the project is chosen by “nobody” for dbt build/);
    await asSuperuser(`grant create on schema sealed to ${warehouse.writer}`, warehouse.database);
    try {
      const wider = await run();
      expect(wider.view.error).toMatch(
        /^shop: The writer of this warehouse may do more than .* mart.*make tables in sealed/,
      );
      expect(wider.attempt?.error).toMatchObject({ field: "warehouse" });
      // Of an admin it may be anything that the writer may.
      expect((await run({ command: "seed" }, { byAdmin: true })).view).toMatchObject({
        state: "succeeded",
        error: null,
      });
    } finally {
      await asSuperuser(`revoke create on schema sealed from ${warehouse.writer}`, warehouse.database);
    }
  },
  4 * patience,
);
