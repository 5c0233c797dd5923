import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { setLimit } from "@/lib/gate/limits";
import { openQueue } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import { closeWriters } from "@/lib/results/writers";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

let ana: Context;
let admin: Context;
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ name: "Ana", teamIds: [team.id] });
  admin = await buildPerson({ role: "admin", teamIds: [team.id] });
  warehouse = await buildWarehouse({
    ...{ teamIds: [team.id], slots: 4 },
    sql: "create table large as select n from generate_series(1, 50000) n",
  });
  await asSuperuser("analyze large", warehouse.database);
  const running = newRunning("the-test");
  await openQueue().consume((work) => runWork(work, running), 8);
});
beforeEach(async () => {
  await db().limit.deleteMany();
});
afterAll(async () => {
  await closeGate();
  closeWriters();
  await (await adapterFor("postgres")).close();
});

async function run(sql: string) {
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql });
  return waitForExecution(ana, id, 20);
}
const limit = (name: "rows" | "seconds" | "storedBytes" | "rowsRead", value: number) =>
  setLimit(admin, { scope: "person", id: ana.user.id, name, value });

it("cuts rows by a limit, and says which", async () => {
  await limit("rows", 4);
  const cut = await run("select * from generate_series(1, 10)");
  expect(cut).toMatchObject({ state: "succeeded", rowCount: 4, truncated: true });
  expect(cut.limitedBy).toBe("4 rows for the person Ana");
  expect(await run("select * from generate_series(1, 3)")).toMatchObject({ truncated: false, limitedBy: null });
});

it("stops what takes longer than a limit, and says which", async () => {
  await limit("seconds", 1);
  const ended = await run("select pg_sleep(30)");
  expect(ended).toMatchObject({ state: "failed", error: { code: "timeout", hint: expect.stringContaining("admin") } });
  expect(ended.error?.message).toContain("the limit seconds of the person Ana");
});

it("stops what brings more bytes than a limit, small or large", async () => {
  await limit("storedBytes", 1_000);
  expect(await run("select repeat('x', 100)")).toMatchObject({ state: "succeeded" });
  for (const rows of [20, 200_000]) {
    const ended = await run(`select repeat('x', 100) from generate_series(1, ${rows})`);
    expect(ended).toMatchObject({ state: "failed", error: { code: "limit" } });
    expect(ended.error?.message).toContain("1,000 bytes that the limit storedBytes of the person Ana");
  }
});

it("does not run what would read more rows than a limit, by the plan, and says errors at their place", async () => {
  await limit("rowsRead", 10_000);
  const ended = await run("select count(*) from large");
  expect(ended).toMatchObject({ state: "failed", error: { code: "limit", hint: "An admin can raise the limit." } });
  expect(ended.error?.message).toBe(
    "Reads about 50,000 rows of large. That is more than the 10,000 rows that the limit rowsRead of the person Ana allows, so it was not run.",
  );
  expect(await run("select 7 as n")).toMatchObject({ state: "succeeded", rowCount: 1 });
  expect((await run("select 7 as n,\n  nothing")).error).toMatchObject({ line: 2, column: 3 });
  await limit("rowsRead", 100_000);
  expect(await run("select n from large")).toMatchObject({ state: "succeeded", rowCount: 50_000 });
});
