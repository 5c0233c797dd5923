import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getExecution, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { encrypt } from "@/lib/platform/crypto";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { type Reader, readerPassword, startReader } from "@/lib/warehouses/postgres/subject";
import { postgresEngines } from "@/lib/warehouses/test-server";

/** A warehouse that asks for another password, or for encryption, under a real worker. */

let ana: Context;
let warehouse: BuiltWarehouse;
let reader: Reader;

beforeAll(async () => {
  await testDatabase();
  const [engine] = await postgresEngines();
  if (!engine) throw new Error("There is no PostgreSQL to sign in to.");
  reader = await startReader(engine, { tls: true });
  await reader.server.admin("create role tls_only login password 'kept to itself'");
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 1 });
  await startWorker();
});
afterAll(async () => {
  killWorkers();
  await closeGate();
  await reader.server.stop();
});

/** Signs in so from now on; processes keep what they know of a connection for a second. */
async function signInAs(username: string, password: string, tls: string): Promise<void> {
  const config = { host: "127.0.0.1", port: reader.server.port, database: "postgres", tls };
  await pool().query("update warehouses set config = $2 where id = $1", [warehouse.id, config]);
  await pool().query("update warehouse_roles set username = $2, secret = $3 where id = $1", [
    warehouse.readerId,
    username,
    encrypt(password, warehouse.readerId),
  ]);
}

async function run() {
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql: `select ${Math.random()} from probe limit 1` });
  return waitForExecution(ana, id, 25);
}

it.each([
  ["another password", "reader", "a wrong one", "disable", /^The password for "reader" is wrong\. Ask an admin /],
  [
    "encryption",
    "tls_only",
    "kept to itself",
    "disable",
    /^The server asks for an encrypted connection\. Set encryption to require\. Ask an admin /,
  ],
])(
  "says so to whoever ran the query where it asks for %s, and frees the slot",
  async (_what, username, password, tls, message) => {
    await signInAs(username, password, tls);
    // The worker may still know the settings of before, with which it can sign in.
    await expect.poll(async () => (await run()).error?.code, { timeout: 20_000 }).toBe("connection");
    const view = await run();
    expect(view).toMatchObject({ state: "failed", error: { code: "connection" } });
    expect(view.error?.message).toMatch(message);
    const told = JSON.stringify(await getExecution(ana, view.id));
    for (const secret of [password, readerPassword]) expect(told).not.toContain(secret);
    expect((await pool().query("select 1 from work where state <> 'done'")).rows).toEqual([]);
    await signInAs("reader", readerPassword, "require");
    await expect.poll(async () => (await run()).state, { timeout: 20_000 }).toBe("succeeded");
  },
  60_000,
);
