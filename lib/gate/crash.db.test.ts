import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import type { QueuedWork } from "@/lib/jobs/job";
import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { buildTeam, buildUser, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { migrate } from "../../prisma/migrator";
import { freePort } from "../../scripts/ports.mjs";
import { startPostgres } from "../../scripts/postgres.mjs";
import { endStatement, startWork } from "./lease";

/** A database server that is killed writes nothing more by itself; what was promised before must be there after. */

// Commits that nobody waits for reach the disk only after this long, and so not before the kill.
const settings = { wal_writer_delay: "10s", fsync: "off" };
const password = "crash";

let home: string;
let server: Awaited<ReturnType<typeof startPostgres>>;
let url: string;
let ana: Context;
let warehouse: string;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), "sluice-crash-"));
  server = await startPostgres(home, password, settings, await freePort());
  url = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
  await migrate(url, url);
  Object.assign(process.env, { DATABASE_URL: url, SLUICE_HOME: home, SLUICE_URL: "http://127.0.0.1:3000" });
  const user = await buildUser({});
  const team = await buildTeam({ userIds: [user.id] });
  ana = await contextFor(user.id);
  warehouse = newId();
  const reader = newId();
  const config = { host: "127.0.0.1", port: 1, database: "x", tls: "disable" };
  await db().warehouse.create({ data: { id: warehouse, name: "crash", engine: "postgres", config, slots: 4 } });
  const data = { id: reader, warehouseId: warehouse, kind: "reader" as const, name: "r", username: "r", secret: "" };
  await db().warehouseRole.create({ data });
  await db().grant.create({ data: { teamId: team.id, warehouseId: warehouse, readerId: reader } });
  // The queue makes its tables on first use, which is no time to be killed.
  await openQueue().check();
});
afterAll(async () => {
  await closeGate();
  await pool().end();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function crash(): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ file: string }>("select current_setting('data_directory') as file");
  await client.end();
  const [pid] = readFileSync(path.join(rows[0]?.file ?? "", "postmaster.pid"), "utf8").split("\n");
  process.kill(Number(pid), "SIGKILL");
  await server.ended;
  server = await startPostgres(home, password, settings, server.port);
}

async function statesOf(ids: string[]): Promise<string[]> {
  const { rows } = await pool().query<{ state: string }>(
    "select state::text from executions where id = any($1) order by id",
    [ids],
  );
  return rows.map((row) => row.state);
}

async function admitted(): Promise<QueuedWork[]> {
  const { rows } = await pool().query<QueuedWork>(
    "select id, lease_token as lease, warehouse_id as warehouse, reader_id as reader from work where state = 'admitted'",
  );
  return rows;
}

it("keeps every execution whose address was given out", async () => {
  const one = await runQuery(ana, { warehouse, sql: "select 1" });
  const joined = await runQuery(ana, { warehouse, sql: "select 1" });
  const batch = await runBatch(ana, { warehouse, statements: [{ sql: "select 2" }, { sql: "select 3" }] });
  const ids = [one.id, joined.id, ...batch.executions.map((execution) => execution.id)];
  await crash();
  expect(await statesOf(ids)).toEqual(["queued", "queued", "queued", "queued"]);
});

it("keeps an end that its worker was told of, with the start before it", async () => {
  const { id } = await runQuery(ana, { warehouse, sql: "select 'end'" });
  const { rows } = await pool().query<{ work: string }>(
    "select s.work_id as work from statements s join executions e on e.statement_id = s.id where e.id = $1",
    [id],
  );
  const work = (await admitted()).find((one) => one.id === rows[0]?.work);
  if (!work) throw new Error("not admitted");
  const started = await startWork(work, "w1", { pid: 1, start: "x" });
  const statement = started?.statements[0]?.id ?? "";
  expect(await endStatement(work.lease, statement, { state: "succeeded", rowCount: 0 }, null)).toBe(true);
  await crash();
  expect(await statesOf([id])).toEqual(["succeeded"]);
  // Asked again by a worker whose connection broke before it heard.
  expect(await endStatement(work.lease, statement, { state: "succeeded", rowCount: 0 }, null)).toBe(true);
});
