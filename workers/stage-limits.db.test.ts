import { beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { setLimit } from "@/lib/gate/limits";
import type { Stage } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { waitForRun } from "@/lib/runs/data";
import { startRun } from "@/lib/runs/start-run";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { addShellOperator, shell } from "@/lib/testing/shell-operator";
import { startStageWorker } from "./testing/stage-worker";

/** Limits that end a stage while it runs, and what is measured of it. */

let ana: Context;
let admin: Context;
let team: { id: string; name: string };
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  addShellOperator();
  await testDatabase();
  team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  admin = await buildPerson({ role: "admin" });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 4 });
  await startStageWorker();
});
beforeEach(async () => {
  await db().limit.deleteMany();
});

const extract = (sql: string): Stage => ({
  ...{ id: "get", operator: "sql-extract@1", params: { warehouse: warehouse.name, sql } },
  ...{ outputs: { rows: "parquet" }, retries: 3, retryDelay: "1s" },
});
async function run(...stages: Stage[]) {
  const { name } = await buildPipeline(ana, { stages }, { teamId: team.id, warehouses: [warehouse.id] });
  return waitForRun(ana, (await startRun(ana, name, {})).id, 60);
}

it("ends a stage that holds its slot for longer than the narrowest limit, at once and for good, and says which", async () => {
  await setLimit(admin, { scope: "company", name: "seconds", value: 500 });
  await setLimit(admin, { scope: "team", id: team.id, name: "seconds", value: 3 });
  await setLimit(admin, { scope: "warehouse", id: warehouse.id, name: "seconds", value: 400 });
  const view = await run(extract("select pg_sleep(601)::text as slept"));
  const message = `It was stopped after 3 s in a warehouse: the limit seconds of the team ${team.name}.`;
  expect(view).toMatchObject({ state: "failed", error: `get: ${message}` });
  // None of its three more tries is spent on what would end the same way.
  expect(view.stages[0]?.attempts).toMatchObject([{ state: "failed", error: { cause: "timeout", message } }]);
  const left = "select 1 from pg_stat_activity where query like '%pg_sleep(601)%' and pid <> pg_backend_pid()";
  expect(await rowsIn(warehouse.database, left)).toEqual([]);
}, 120_000);

it("lets a stage run on that holds no slot of a warehouse", async () => {
  await setLimit(admin, { scope: "company", name: "seconds", value: 1 });
  const view = await run({ id: "wait", operator: "noop@1", params: { seconds: 3 } });
  expect(view).toMatchObject({ state: "succeeded" });
}, 120_000);

const mebibyte = 2 ** 20;
/** What its one attempt took, as its row has it. */
async function rowOf(run: string) {
  const { peakMemory, cpuSeconds } = await db().attempt.findFirstOrThrow({ where: { runId: run } });
  return { peakMemoryBytes: Number(peakMemory), cpuSeconds };
}

it("ends a stage that takes more memory than it may, and says what it had, what it took, and what to give it", async () => {
  // Slowly enough to be seen on its way, and without an end of its own.
  const eat = `exec perl -e 'my @a; while (1) { push @a, "x" x 8_000_000; select(undef, undef, undef, 0.05) }'`;
  const view = await run(shell("eat", eat, { resources: { memory: "192Mi" } }));
  const [attempt] = view.stages[0]?.attempts ?? [];
  const message = expect.stringMatching(/^It ran out of memory at 192 MiB \(its peak was [\d.]+ [MG]iB\)\.$/);
  const error = { cause: "out_of_memory", message, hint: "Retry with 384 MiB (resources.memory)." };
  expect(attempt).toMatchObject({ state: "failed", error });
  expect(view).toMatchObject({ state: "failed", error: `eat: ${attempt?.error?.message}`, stages: [{ error }] });
  const row = await rowOf(view.id);
  expect(row.peakMemoryBytes).toBeGreaterThan(192 * mebibyte);
  expect(attempt).toMatchObject(row);
}, 240_000);

it("measures the most memory and the processor time that a stage took", async () => {
  // It stays for a while once it has had both, since it is looked at from time to time.
  const script = `exec perl -e 'my $s = "x" x 120_000_000; 1 while (times)[0] < 1; sleep 3'`;
  const view = await run(shell("work", script, { resources: { memory: "512Mi" } }));
  const row = await rowOf(view.id);
  expect(row.peakMemoryBytes).toBeGreaterThan(110 * mebibyte);
  expect(row.peakMemoryBytes).toBeLessThan(512 * mebibyte);
  expect(row.cpuSeconds).toBeGreaterThanOrEqual(1);
  expect(view).toMatchObject({ state: "succeeded", stages: [{ attempts: [row] }] });
}, 240_000);
