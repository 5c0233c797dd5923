import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { download } from "@/lib/results/download";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { startProxy, type Wire } from "@/lib/testing/proxy";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

/** The connection to the warehouse ends in the middle of the rows, or never begins. */

const running = newRunning("the-test");
let ana: Context;
let warehouse: BuiltWarehouse;
let wire: Wire;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 1 });
  const { hostname, port } = new URL(warehouse.superuserUrl);
  wire = await startProxy({ host: hostname, port: Number(port) });
  await pool().query("update warehouses set config = config || jsonb_build_object('port', $2::int) where id = $1", [
    warehouse.id,
    wire.port,
  ]);
  await openQueue().consume((work) => runWork(work, running), 4);
});
afterAll(async () => {
  await closeGate();
  closeWriters();
  await (await adapterFor("postgres")).close();
  await wire.close();
});

async function run(sql: string, parameters?: Record<string, number>) {
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql, parameters });
  return waitForExecution(ana, id, 25);
}

it.each([
  ["by COPY", "select n, repeat('x', 100) as t from generate_series(1, 100000) n", undefined],
  ["by portal", "select n, repeat('x', 100) as t from generate_series(1, {{rows}}::int) n", { rows: 100_000 }],
])(
  "fails with its cause and keeps nothing when it is cut in the middle of rows, %s",
  async (_way, sql, parameters) => {
    await (await adapterFor("postgres")).close();
    wire.endAfter(3_000_000);
    const view = await run(sql, parameters);
    expect(view).toMatchObject({
      state: "failed",
      error: { code: "connection", message: expect.stringMatching(/was lost/) },
    });
    const statement = await statementOf(ana, view.id);
    expect(statement.resultKey).toBeNull();
    await expect(download(statement, { format: "csv", formulas: "keep" })).rejects.toMatchObject({ code: "conflict" });
    wire.heal();
    expect(await run(sql, parameters)).toMatchObject({ state: "succeeded", rowCount: 100_000 });
    expect((await pool().query("select 1 from work where state <> 'done'")).rows).toEqual([]);
  },
  60_000,
);

it("fails with its cause where nobody answers, and frees the slot", async () => {
  await (await adapterFor("postgres")).close();
  wire.cut();
  expect(await run("select 'nobody'")).toMatchObject({ state: "failed", error: { code: "connection" } });
  wire.heal();
  expect(await run("select 'somebody'")).toMatchObject({ state: "succeeded" });
}, 60_000);
