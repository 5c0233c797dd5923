import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Context } from "@/lib/access/context";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, statementOf, waitForExecution } from "@/lib/executions/data";
import { runBatch } from "@/lib/executions/run-batch";
import { runQuery } from "@/lib/executions/run-query";
import { getLoad } from "@/lib/gate/load";
import { openQueue } from "@/lib/jobs/queue";
import { pool } from "@/lib/platform/db/pool";
import { logger } from "@/lib/platform/logger";
import { type Subject, subjectNow, withSubject } from "@/lib/platform/subject";
import { onWake } from "@/lib/platform/wake";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

let ana: Context;
let warehouse: BuiltWarehouse;
const running = newRunning("the-test");

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 4 });
  await openQueue().consume((work) => runWork(work, running), 8);
  onWake("stop", "*", ({ id }) => {
    for (const own of running.works) if (own.statementId === id) own.stop({ kind: "cancelled" });
  });
});
afterAll(async () => {
  await closeGate();
  closeWriters();
  await (await adapterFor("postgres")).close();
});

async function run(
  sql: string,
  more: { limit?: number; parameters?: Record<string, string | number | null>; timeZone?: string } = {},
) {
  const { id } = await runQuery(ana, { warehouse: warehouse.id, sql, ...more });
  return waitForExecution(ana, id, 20);
}

/** The processes in which the warehouse itself still runs statements of ours. */
async function activePids(): Promise<number[]> {
  const client = new pg.Client({ connectionString: warehouse.superuserUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and state = 'active' and application_name like 'sluice 0%'",
  );
  await client.end();
  return rows.map(({ pid }) => pid);
}
const active = async () => (await activePids()).length;

const text = async (id: string) => (await statementOf(ana, id)).head?.toString();

it("says in its log lines which request and which executions the work is for", async () => {
  const about: (Subject | undefined)[] = [];
  const said = vi.spyOn(logger, "debug").mockImplementation(() => void about.push({ ...subjectNow() }));
  const { id } = await withSubject({ request: "the-request" }, () => run("select 'about'"));
  const ids = { request: "the-request", execution: id, work: expect.any(String), statement: expect.any(String) };
  await expect.poll(() => about).toContainEqual(ids);
  const { executions } = await runBatch(ana, {
    warehouse: warehouse.id,
    statements: [{ sql: "select 1" }, { sql: "select 2" }],
  });
  const last = executions[1]?.id ?? "";
  expect((await waitForExecution(ana, last, 20)).state).toBe("succeeded");
  await expect.poll(() => about.at(-1)).toMatchObject({ execution: last });
  // Nobody's request: not the one that happened to open the queue.
  expect(about.at(-1)).not.toHaveProperty("request");
  said.mockRestore();
});

describe("a statement", () => {
  it("comes to its rows", async () => {
    const view = await run("select 1 as one, 'a,b' as two, null as three, '' as four");
    expect(view).toMatchObject({ state: "succeeded", rowCount: 1, truncated: false, error: null });
    expect(view.columns?.map((column) => column.name)).toEqual(["one", "two", "three", "four"]);
    expect(await text(view.id)).toBe('1,"a,b",,""\n');
    expect(view.timings.runMs).toBeGreaterThanOrEqual(0);
  });

  it("binds values and never puts them into the text", async () => {
    const view = await run("select {{a}}::int + 1 as n, {{b}}::text as t", { parameters: { a: 41, b: "'; drop" } });
    expect(view.state).toBe("succeeded");
    expect(await text(view.id)).toBe("42,'; drop\n");
  });

  it("fails at the place in the person's own text", async () => {
    const view = await run("select {{a_long_name}}::int,\n  nope", { parameters: { a_long_name: 1 } });
    expect(view).toMatchObject({ state: "failed", error: { code: "42703", line: 2, column: 3 } });
    const same = await run("select {{a_long_name}}::int, nope", { parameters: { a_long_name: 1 } });
    expect(same.error).toMatchObject({ line: 1, column: 30 });
  });

  it("says where it was cut", async () => {
    const view = await run("select * from generate_series(1, 10)", { limit: 4 });
    expect(view).toMatchObject({ state: "succeeded", rowCount: 4, truncated: true, limitedBy: "limit" });
  });

  it("stores what outgrows the head", async () => {
    const view = await run("select n, repeat('x', 100) as t from generate_series(1, 20000) n");
    expect(view).toMatchObject({ state: "succeeded", rowCount: 20_000, error: null });
    expect(await statementOf(ana, view.id)).toMatchObject({
      resultKey: expect.stringContaining("results/"),
      rowCount: 20_000,
    });
  });

  it("runs once more by the cursor where a cell is too large for CSV", async () => {
    const view = await run(
      "select n, case when n = 2 then repeat('x', 3000000) else 'small' end as t from generate_series(1, 3) n",
    );
    expect(view).toMatchObject({ state: "succeeded", rowCount: 3 });
  });

  it("refuses to write", async () => {
    const view = await run("create table t (a int)");
    expect(view).toMatchObject({ state: "failed", error: { code: "write_refused" } });
  });

  it("shows an admin its rows so far, and its process by the number that the warehouse has for it", async () => {
    const admin = await buildPerson({ role: "admin" });
    // All of one length, and enough to outgrow the head, go before the one that does not come.
    const sql = "select repeat('x', 99) as t from generate_series(1, 30000) n where n < 30000 or pg_sleep(120) is null";
    const { id } = await runQuery(ana, { warehouse: warehouse.id, sql });
    onTestFinished(async () => {
      await cancelExecution(ana, id);
      await waitForExecution(ana, id, 20);
    });
    const shown = async () =>
      (await getLoad(admin, warehouse.id)).running.find(({ executionId }) => executionId === id);
    // 100 bytes a row: the head's 64 KiB are full at the 655th.
    await expect.poll(async () => (await shown())?.rows).toBeGreaterThan(655);
    const one = await shown();
    expect(one).toMatchObject({ state: "running", user: { id: ana.user.id } });
    expect(one?.rows).toBeLessThan(30_000);
    expect(await activePids()).toEqual([one?.backendPid]);
  });

  it("is ended as cancelled only when the backend is gone", async () => {
    const { id } = await runQuery(ana, { warehouse: warehouse.id, sql: "select pg_sleep(60)" });
    await expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 5_000 }).toBe("running");
    await expect.poll(active, { timeout: 5_000 }).toBe(1);
    await cancelExecution(ana, id);
    expect(await waitForExecution(ana, id, 10)).toMatchObject({ state: "cancelled" });
    expect(await active()).toBe(0);
  });

  it("is ended by the warehouse's time limit", async () => {
    await pool().query("update warehouses set statement_timeout = 1 where id = $1", [warehouse.id]);
    const view = await run("select pg_sleep(30)");
    expect(view).toMatchObject({ state: "failed", error: { code: "timeout" } });
    const cheat = await run("select set_config('statement_timeout', '0', true), pg_sleep(30)");
    expect(cheat).toMatchObject({ state: "failed", error: { code: "timeout" } });
    await pool().query("update warehouses set statement_timeout = 3600 where id = $1", [warehouse.id]);
  });

  it("fails with its cause where nobody can sign in", async () => {
    await pool().query("update warehouses set config = config || '{\"port\": 1}' where id = $1", [warehouse.id]);
    await delay(1_100);
    const view = await run("select 'no one'");
    expect(view).toMatchObject({ state: "failed", error: { code: "connection" } });
    const port = Number(new URL(warehouse.superuserUrl).port);
    await pool().query("update warehouses set config = config || jsonb_build_object('port', $2::int) where id = $1", [
      warehouse.id,
      port,
    ]);
    await delay(1_100);
  });

  it("frees its slot and its session, whatever happened", async () => {
    expect((await pool().query("select 1 from work where state <> 'done'")).rows).toEqual([]);
    expect(running.works.size).toBe(0);
  });
});

describe("a batch", () => {
  const states = (ids: { id: string }[]) =>
    Promise.all(ids.map(async ({ id }) => (await waitForExecution(ana, id, 20)).state));

  it("shares one session, so that SET reaches the next statement", async () => {
    const statements = [{ sql: "set search_path = pg_catalog" }, { sql: "show search_path" }];
    const { executions } = await runBatch(ana, { warehouse: warehouse.id, statements });
    expect(await states(executions)).toEqual(["succeeded", "succeeded"]);
    expect(await text(executions[1]?.id ?? "")).toBe("pg_catalog\n");
  });

  it("stops at the first failure", async () => {
    const statements = [{ sql: "select 1" }, { sql: "select 1/0" }, { sql: "select 3" }];
    const { executions } = await runBatch(ana, { warehouse: warehouse.id, statements });
    expect(await states(executions)).toEqual(["succeeded", "failed", "cancelled"]);
  });
});
