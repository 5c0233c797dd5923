import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getExecution, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { asSuperuser, type TestDatabase, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";

/** The queue in PostgreSQL: its connections end, and what it holds is lost. */

let ana: Context;
let warehouse: BuiltWarehouse;
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 2 });
  await startWorker();
});
afterAll(async () => {
  killWorkers();
  await closeGate();
});

const submit = async (sql: string) => (await runQuery(ana, { warehouse: warehouse.id, sql })).id;
const end = (id: string) => waitForExecution(ana, id, 25);
/** The queue's connections; BullMQ gives the one that listens a name of its own. Not the one that asked for these words. */
const ofQueue = "(application_name = 'sluice queue' or query ~* '^\\s*listen .?bullmq')";
const cut = () =>
  asSuperuser(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}' and ${ofQueue}`,
  );

it("takes work again after its connections were ended, in web and worker", async () => {
  expect(await end(await submit("select 1"))).toMatchObject({ state: "succeeded" });
  const going = await submit("select pg_sleep(3), 1");
  await expect.poll(async () => (await getExecution(ana, going)).state, { timeout: 30_000 }).toBe("running");
  const connections = async () => {
    const { rows } = await pool().query<{ query: string }>(
      `select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and ${ofQueue}`,
    );
    return { enough: rows.length > 2, listening: rows.some(({ query }) => /listen/i.test(query)) };
  };
  // Some open with the first use.
  await expect.poll(connections).toEqual({ enough: true, listening: true });
  await cut();
  const next = await submit("select 2");
  expect(await end(going)).toMatchObject({ state: "succeeded" });
  expect(await end(next)).toMatchObject({ state: "succeeded" });
  for (let turn = 0; turn < 3; turn++) {
    await cut();
    await delay(200);
    expect(await end(await submit(`select 'turn ${turn}'`))).toMatchObject({ state: "succeeded" });
  }
}, 120_000);

it("may lose what it holds: the work is offered again", async () => {
  const busy = [await submit("select pg_sleep(2), 2"), await submit("select pg_sleep(2), 3")];
  const waiting = await submit("select 4");
  const { rows } = await pool().query<{ schema: string; name: string }>(
    "select table_schema as schema, table_name as name from information_schema.tables where table_schema not in ('public', 'pg_catalog', 'information_schema') and table_type = 'BASE TABLE' and table_name ~ 'job'",
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { schema, name } of rows) {
    const forget = () => asSuperuser(`delete from "${schema}"."${name}"`, database.name);
    // The queue's own look-ups may hold a row just now.
    await forget().catch(forget);
  }
  for (const id of [...busy, waiting]) expect(await end(id)).toMatchObject({ state: "succeeded", rowCount: 1 });
  expect(await end(await submit("select 5"))).toMatchObject({ state: "succeeded" });
}, 90_000);
