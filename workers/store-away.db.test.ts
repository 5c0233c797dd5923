import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getExecution, statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { download } from "@/lib/results/download";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { rowsQuery } from "@/lib/results/schema";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { readiness } from "@/lib/transport/readiness";

/** The folder of results cannot be written for a while, or its disk is full, under a real worker. */

let ana: Context;
let warehouse: BuiltWarehouse;
let home: string;
let store: string;
let mounted = false;

beforeAll(async () => {
  await testDatabase();
  home = process.env.SLUICE_HOME ?? "";
  // A disk of its own of 24 MB, for store and scratch alike.
  mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", home]).status === 0;
  store = path.join(home, "store");
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 4 });
  await startWorker();
});
afterAll(async () => {
  killWorkers();
  closeReaders();
  await closeGate();
  if (mounted) spawnSync("umount", ["-l", home]);
});

const submit = async (sql: string) => (await runQuery(ana, { warehouse: warehouse.id, sql })).id;
const end = (id: string) => waitForExecution(ana, id, 30);
const large = (rows = 20_000) => `select n, md5(n::text || ${Math.random()}) as t from generate_series(1, ${rows}) n`;

/** Every file below the store and the scratch folder. */
const files = () =>
  ["store", "tmp"].flatMap((name) => {
    const folder = path.join(home, name);
    return (readdirSync(folder, { recursive: true }) as string[]).filter((one) =>
      statSync(path.join(folder, one)).isFile(),
    );
  });

async function expectNotStored(id: string, message: RegExp): Promise<void> {
  const view = await end(id);
  expect(view).toMatchObject({ state: "failed", error: { code: "storage", message: expect.stringMatching(message) } });
  const statement = await statementOf(ana, id);
  expect(statement.resultKey).toBeNull();
  expect(await readRows(statement, rowsQuery.parse({}))).toMatchObject({ complete: false });
  await expect(download(statement, { format: "csv", formulas: "keep" })).rejects.toMatchObject({ code: "conflict" });
}

async function expectStored(sql: string, rows: number): Promise<void> {
  const id = await submit(sql);
  expect(await end(id)).toMatchObject({ state: "succeeded", rowCount: rows, error: null });
  const page = await readRows(await statementOf(ana, id), rowsQuery.parse({ offset: rows - 1 }));
  expect(page).toMatchObject({ complete: true, rowCount: rows, rows: [[rows, expect.any(String)]] });
}

it("fails what needs the folder in words while it is gone, serves what does not, and recovers", async () => {
  const kept = await submit(large());
  expect(await end(kept)).toMatchObject({ state: "succeeded" });
  const aside = path.join(home, "moved");
  renameSync(store, aside);
  // A file where the folder was: even root cannot write into that.
  writeFileSync(store, "");
  await expectNotStored(await submit(large()), /could not be stored/);
  expect(await end(await submit("select 'small' as t"))).toMatchObject({ state: "succeeded", rowCount: 1 });
  expect((await readiness()).checks).toMatchObject({ store: "failed" });
  // The first page stands in the database; a later one is not to be had, and says so.
  const statement = await statementOf(ana, kept);
  expect((await readRows(statement, rowsQuery.parse({ limit: 5 }))).rows).toHaveLength(5);
  await expect(readRows(statement, rowsQuery.parse({ offset: 15_000 }))).rejects.toMatchObject({ code: "unavailable" });
  await expect(download(statement, { format: "csv", formulas: "keep" })).rejects.toMatchObject({ code: "unavailable" });
  rmSync(store);
  renameSync(aside, store);
  expect((await readRows(statement, rowsQuery.parse({ offset: 15_000, limit: 1 }))).rows).toHaveLength(1);
  await expectStored(large(), 20_000);
  expect((await readiness()).checks).toMatchObject({ store: "ok" });
}, 90_000);

describe("a disk that is full", () => {
  it("is said as such, leaves nothing half-written, and the worker goes on once there is room", async (context) => {
    if (!mounted) return context.skip("a disk of its own needs the right to mount");
    const before = files();
    const id = await submit(large(1_500_000));
    await expectNotStored(id, /disk of the result store is full/);
    await expect.poll(files, { timeout: 5_000 }).toEqual(before);
    await expectStored(large(), 20_000);
    // Full to the last byte before anything begins.
    const filler = path.join(home, "filler");
    mkdirSync(home, { recursive: true });
    spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=64k"], { stdio: "ignore" });
    await expectNotStored(await submit(large()), /disk of the result store is full/);
    expect(await end(await submit("select 'small while full' as t"))).toMatchObject({ state: "succeeded" });
    rmSync(filler);
    await expectStored(large(), 20_000);
    expect((await pool().query("select 1 from work where state <> 'done'")).rows).toEqual([]);
    expect((await getExecution(ana, id)).error?.code).toBe("storage");
  }, 120_000);
});
