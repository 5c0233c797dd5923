import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { listArtifacts } from "@/lib/artifacts/data";
import { previewArtifact } from "@/lib/artifacts/preview-artifact";
import { getLoad } from "@/lib/gate/load";
import { getPipeline, listPipelines } from "@/lib/pipelines/data";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import type { PipelineDocument, Stage } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { store } from "@/lib/platform/store/open";
import { cancelRun } from "@/lib/runs/cancel-run";
import { getRun, listRuns, waitForRun } from "@/lib/runs/data";
import { forgetTries } from "@/lib/runs/forget-tries";
import { retryRun } from "@/lib/runs/retry-run";
import { tryPipelineSchema } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { tryPipeline } from "@/lib/runs/try-pipeline";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildMart, buildPerson, buildTeam } from "@/lib/testing/factories";
import { startStageWorker } from "./testing/stage-worker";

/** A draft is run as it stands, leaves nothing outside, and says what it would do. */

let ana: Context;
let teammate: Context;
let stranger: Context;
let admin: Context;
let teamId: string;
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  addOperators();
  await testDatabase();
  teamId = (await buildTeam()).id;
  ana = await buildPerson({ teamIds: [teamId] });
  teammate = await buildPerson({ teamIds: [teamId] });
  stranger = await buildPerson();
  admin = await buildPerson({ role: "admin" });
  warehouse = await buildMart(teamId, {
    sql: `create table events as select n as id, n % 3 as course from generate_series(1, 5000) n;
      create table writes (n int)`,
    writes: "grant select on events to $writer; grant insert on writes to $writer",
  });
  await startStageWorker();
});

/** One that reaches outside, and one that writes as soon as it can. */
function addOperators(): void {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-operators-"));
  const add = (id: string, more: object, program: string) => {
    mkdirSync(path.join(folder, id));
    const manifest = {
      ...{ id, version: "1.0.0", title: `${id[0]?.toUpperCase()}${id.slice(1)}`, summary: "Of a test.", group: "get" },
      ...{ icon: "code", repeatSafe: true, image: "none", process: { command: ["node", "main.mjs"] } },
      parameters: { type: "object", properties: { warehouse: { type: "string", "x-widget": "warehouse" } } },
      ...more,
    };
    writeFileSync(path.join(folder, id, "operator.json"), JSON.stringify(manifest));
    writeFileSync(path.join(folder, id, "main.mjs"), program);
  };
  add("caller", { network: "egress", outputs: { "*": true } }, "");
  const program = `
import { readFileSync, writeFileSync } from "node:fs";
import pg from "${path.resolve("node_modules/pg/esm/index.mjs")}";
const { warehouse } = JSON.parse(readFileSync(process.env.SLUICE_IN + "/context.json", "utf8")).connections;
const password = readFileSync(warehouse.passwordFile, "utf8");
const client = new pg.Client({ ...warehouse, host: warehouse.socket ?? warehouse.host, password });
await client.connect();
const error = await client
  .query("set default_transaction_read_only = off").then(() => client.query("insert into writes values (1)"))
  .then(() => null, ({ message }) => ({ message }));
writeFileSync(process.env.SLUICE_OUT + "/result.json", JSON.stringify(error ? { error } : {}));
process.exit(error ? 1 : 0);
`;
  add("forceful", { connections: [{ parameter: "warehouse", role: "writer" }], dry: "runs" }, program);
  process.env.SLUICE_OPERATORS = folder;
}

const inWarehouse = (sql: string) => rowsIn(warehouse.database, sql);

const stages = (): Stage[] => [
  {
    id: "get",
    operator: "sql-extract@1",
    params: { warehouse: warehouse.name, sql: "select id, course from events order by id" },
    outputs: { rows: "parquet" },
  },
  {
    id: "put",
    operator: "load-table@1",
    params: { warehouse: warehouse.name, table: "mart.daily", mode: "merge", key: ["id"] },
    inputs: { rows: "get.rows" },
    retries: 2,
  },
];
const draft = (more: Partial<PipelineDocument> = {}): PipelineDocument => ({
  name: "daily",
  stages: stages(),
  ...more,
});
const interval = { from: "2026-03-02", to: "2026-03-03" };

const attempt = (ctx: Context, document: object, more: object = {}) =>
  tryPipeline(
    ctx,
    tryPipelineSchema.parse({ document: JSON.stringify(document), format: "json", ...interval, ...more }),
  );

async function tried(document: object, more: object = {}, ctx = ana) {
  const { id } = await attempt(ctx, document, more);
  return waitForRun(ctx, id, 40);
}
const plans = (view: Awaited<ReturnType<typeof tried>>) =>
  Object.fromEntries(view.stages.map(({ id, attempts }) => [id, attempts.at(-1)?.plan ?? null]));

describe("a try", () => {
  it("runs a draft of no pipeline over a sample, shows the first rows of its stages, and writes nothing", async () => {
    const view = await tried(draft(), { rows: 10 });
    expect(view).toMatchObject({
      ...{ state: "succeeded", error: null, trigger: "try", version: 0, tried: { rows: 10, until: null } },
      ...{ pipeline: { name: "daily" }, may: { cancel: false, retry: false } },
    });
    expect(plans(view)).toEqual({
      get: null,
      put: {
        ...{ adds: 10, changes: 0, deletes: 0 },
        note: "mart.daily is not there yet: it is made with 2 columns. Of the first 10 rows that were read.",
      },
    });
    const { items } = await listArtifacts(ana, view.id);
    expect(items).toMatchObject([{ stage: "get", output: "rows", rows: 10 }]);
    const place = { id: view.id, stage: "get", output: "rows" };
    const preview = await previewArtifact(ana, place, 2, new AbortController().signal);
    expect(preview.rows).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await inWarehouse("select count(*)::int from pg_class where relnamespace = 'mart'::regnamespace")).toEqual([
      [0],
    ]);
  });

  it("is no run of a pipeline: no list, no health, no other's to see", async () => {
    const { id } = await tried(draft(), { rows: 1, until: "get" });
    const lists = await Promise.all([ana, admin].map((ctx) => listRuns(ctx, { limit: 200 })));
    expect(lists.flatMap(({ items }) => items).map((one) => one.id)).not.toContain(id);
    const pipelines = await listPipelines(admin, { limit: 200 });
    expect(pipelines.items.map(({ name }) => name)).not.toContain("daily");
    await expect(getRun(stranger, id)).rejects.toMatchObject({ code: "not_found" });
    expect(await getRun(admin, id)).toMatchObject({ id });
    expect(await getRun(teammate, id)).toMatchObject({ id, stages: [{ id: "get" }] });
    await expect(retryRun(ana, id, { version: "same" })).rejects.toMatchObject({ code: "conflict" });
    expect(await db().run.count({ where: { id, toldAt: null } })).toBe(0);
  });

  it("plans over all rows what tonight would do, of a pipeline that is there, and beside its runs", async () => {
    const text = JSON.stringify(draft());
    await publishPipeline(ana, "daily", { text, format: "json" });
    const { id: first } = await startRun(ana, "daily", interval);
    expect((await waitForRun(ana, first, 40)).state).toBe("succeeded");
    await inWarehouse("update mart.daily set course = 9 where id <= 33; delete from mart.daily where id > 4988");
    const view = await tried(draft(), { rows: null }, teammate);
    expect(plans(view).put).toEqual({ adds: 12, changes: 33, deletes: 0 });
    expect(view.pipeline.id).toBe((await getPipeline(ana, "daily")).id);
    expect((await getPipeline(ana, "daily")).runs.map(({ id }) => id)).toEqual([first]);
    expect(await inWarehouse("select count(*)::int, count(*) filter (where course = 9)::int from mart.daily")).toEqual([
      [4988, 33],
    ]);
  });

  it("refuses what is wrong in what is asked for, and leaves alone what is not", async () => {
    const wrong = draft({ name: "other" });
    wrong.stages[1] = { ...(wrong.stages[1] as Stage), params: { warehouse: warehouse.name } };
    await expect(attempt(ana, wrong)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("put:"),
    });
    expect((await tried(wrong, { until: "get", rows: 3 })).state).toBe("succeeded");
    await expect(attempt(ana, wrong, { until: "nope" })).rejects.toMatchObject({ code: "invalid" });
    await expect(attempt(stranger, draft())).rejects.toMatchObject({ code: "forbidden" });
    await expect(attempt(stranger, draft({ name: "other" }))).rejects.toMatchObject({ code: "invalid" });
  });

  it("lets no program write, whatever it asks of the warehouse that it is a writer of", async () => {
    const stage = { id: "force", operator: "forceful@1", params: { warehouse: warehouse.name } };
    const view = await tried({ name: "other", stages: [stage] }, { rows: null }, admin);
    expect(view.stages[0]?.error).toMatchObject({ cause: "program", message: "permission denied for table writes" });
    expect(await inWarehouse("select count(*)::int from writes")).toEqual([[0]]);
    expect((await getLoad(admin, warehouse.id)).running).toEqual([]);
  });

  it("says what it leaves out and why, and what only follows in time goes on", async () => {
    const call = { id: "call", operator: "caller@1", outputs: { rows: "csv" } };
    const after = [
      { id: "then", operator: "noop@1", after: ["call"] },
      { id: "needs", operator: "noop@1", inputs: { rows: "call.rows" } },
    ];
    const view = await tried({ name: "other", stages: [call, ...after] });
    expect(view.state).toBe("succeeded");
    expect(view.stages).toMatchObject([
      { id: "call", state: "skipped", note: "Left out of a try: “Caller” may write, or reach what is outside." },
      { id: "then", state: "succeeded", note: null },
      { id: "needs", state: "skipped", note: "Left out of a try: it needs the output of call, which is left out." },
    ]);
  });

  it("can be ended, and is gone with its files a day later", async () => {
    const slow = { name: "other", stages: [{ id: "a", operator: "noop@1", params: { seconds: 60 } }] };
    const { id } = await attempt(ana, slow);
    await expect(cancelRun(stranger, id)).rejects.toMatchObject({ code: "not_found" });
    await cancelRun(teammate, id);
    expect((await waitForRun(ana, id, 30)).state).toBe("cancelled");
    const kept = await tried(draft({ name: "other" }), { until: "get", rows: 5 });
    const [artifact] = (await listArtifacts(ana, kept.id)).items;
    const left = async () => {
      let found = 0;
      for await (const _ of store().list(`artifacts/${artifact?.attempt}`)) found++;
      return found;
    };
    expect(await left()).toBe(1);
    await forgetTries();
    expect(await left()).toBe(1);
    await db().run.updateMany({
      where: { id: { in: [id, kept.id] } },
      data: { createdAt: new Date(Date.now() - 25 * 3_600_000) },
    });
    await forgetTries();
    expect(await left()).toBe(0);
    await expect(getRun(ana, kept.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(getRun(ana, id)).rejects.toMatchObject({ code: "not_found" });
  });
});
