import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { estimateQuery } from "@/lib/connections/estimate-query";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, statementOf, waitForExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import type { ParameterValues } from "@/lib/executions/schema";
import { setLimit } from "@/lib/gate/limits";
import { startLiveness } from "@/lib/gate/liveness";
import { addPause, endPause } from "@/lib/gate/pauses";
import { openQueue } from "@/lib/jobs/queue";
import { encrypt } from "@/lib/platform/crypto";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { closeWriters } from "@/lib/results/writers";
import { type BigQueryEmulator, emulatorMissing, startBigQuery } from "@/lib/testing/bigquery-emulator";
import { type BigQueryPeer, startPeer } from "@/lib/testing/bigquery-peer";
import { testDatabase } from "@/lib/testing/database";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

/** BigQuery through the gate: the emulator for what it can do, and a scripted peer for jobs that run for a while. */

const running = newRunning("the-test");
let ana: Context;
let ben: Context;
let admin: Context;
let teamId: string;

beforeAll(async () => {
  await testDatabase();
  ({ team: teamId, ana, ben, admin } = await buildColleagues());
  await openQueue().consume((work) => runWork(work, running), 4);
});
afterAll(async () => {
  closeReaders();
  closeWriters();
  await closeGate();
  await (await adapterFor("bigquery")).close();
});

/** A warehouse of one slot at this address. */
async function warehouseAt(endpoint: string): Promise<string> {
  const [id, readerId] = [newId(), newId()];
  const config = { project: "demo", location: "US", maximumBytesBilled: null, endpoint };
  const secret = encrypt("", readerId);
  const reader = { id: readerId, kind: "reader", name: "reader", username: "emulator", secret } as const;
  const data = { id, name: `bigquery ${id}`, engine: "bigquery", config, slots: 1, perUser: 0 };
  await db().warehouse.create({ data: { ...data, roles: { create: reader } } });
  await db().grant.create({ data: { teamId, warehouseId: id, readerId } });
  return id;
}

async function run(warehouse: string, sql: string, parameters?: ParameterValues) {
  const { id } = await runQuery(ana, { warehouse, sql, parameters });
  return waitForExecution(ana, id, 50);
}

async function rows(id: string, view: { sort?: string } = {}) {
  const sort = view.sort ? [{ column: 0, descending: view.sort === "desc" }] : [];
  return (await readRows(await statementOf(ana, id), { offset: 0, limit: 3, sort })).rows;
}

const slotsHeld = async (warehouse: string) =>
  (await pool().query("select 1 from work where warehouse_id = $1 and state <> 'done'", [warehouse])).rows.length;

const missing = await emulatorMissing();

describe.skipIf(missing)(`an emulated BigQuery${missing ? ` (left out: ${missing})` : ""}`, () => {
  let emulator: BigQueryEmulator;
  let warehouse: string;
  beforeAll(async () => {
    emulator = await startBigQuery();
    warehouse = await warehouseAt(emulator.endpoint);
  });
  afterAll(() => emulator?.kill());

  it("binds what stands in {{names}}, and points into the person's own text", async () => {
    const view = await run(warehouse, "select {{country}} as c, r'{{country}}\\d' as r # {{country}}\n", {
      country: 'it\'s \\ "so" `US`\n',
    });
    expect(view).toMatchObject({ state: "succeeded", error: null });
    expect(await rows(view.id)).toEqual([['it\'s \\ "so" `US`\n', "{{country}}\\d"]]);
    const failed = await run(warehouse, "select {{country}},\n  1 2\nfrom shop.none", { country: "a" });
    expect(failed).toMatchObject({ state: "failed", error: { line: 2, column: 5 } });
  });

  it("keeps large results by their types: numbers sort by value, instants by time", async () => {
    const sql = `select x, timestamp_micros(1700000000000000 - x) as at, bignumeric '1.5' as n, [x] as list
      from unnest(generate_array(1, 20000)) x`;
    const view = await run(warehouse, sql);
    expect(view).toMatchObject({ state: "succeeded", rowCount: 20_000 });
    expect(view.columns).toEqual([
      { name: "x", type: "bigint", engineType: "INT64" },
      { name: "at", type: "timestamp with time zone", engineType: "TIMESTAMP" },
      { name: "n", type: "numeric", engineType: expect.stringContaining("NUMERIC") },
      { name: "list", type: "json", engineType: "ARRAY<INT64>" },
    ]);
    const [last] = await rows(view.id, { sort: "desc" });
    expect(last?.slice(0, 2)).toEqual(["20000", "2023-11-14 22:13:19.98+00"]);
    expect(last?.[3]).toBe("[20000]");
  });

  it("killed in the middle of a job: the execution fails in words, and its slot is free", async () => {
    const { id } = await runQuery(ana, {
      warehouse,
      sql: "select count(*) from unnest(generate_array(1, 90000)) a, unnest(generate_array(1, 90000)) b where a * b = 7",
    });
    await expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 20_000 }).toBe("running");
    // Beyond the dry run, into the job itself.
    await delay(1_000);
    emulator.kill();
    const view = await waitForExecution(ana, id, 50);
    expect(view).toMatchObject({
      state: "failed",
      error: { code: "connection", message: expect.stringMatching(/connection to .* was lost .*run it again/) },
    });
    expect(await slotsHeld(warehouse)).toBe(0);
  }, 60_000);
});

describe("a scripted BigQuery", () => {
  let peer: BigQueryPeer;
  let warehouse: string;
  beforeAll(async () => {
    peer = await startPeer();
    peer.script["select slow"] = { slow: true };
    warehouse = await warehouseAt(peer.endpoint);
  });
  afterAll(() => peer.close());

  it("says what an execution took", async () => {
    peer.script["select big"] = { bytes: 2_000_000 };
    const view = await run(warehouse, "select big");
    expect(view.cost).toEqual({ bytesProcessed: 2_000_000, bytesBilled: 2_000_000, slotMs: 1200, cached: false });
    expect(peer.requests.some(({ body }) => body.configuration?.labels?.sluice_work)).toBe(true);
  });

  it("cancels the job that runs, and says so once the service does", async () => {
    const { id } = await runQuery(ana, { warehouse, sql: "select slow" });
    await peer.running();
    await cancelExecution(ana, id);
    expect(await waitForExecution(ana, id, 20)).toMatchObject({ state: "cancelled", error: null });
    expect([...peer.jobs.values()].map(({ state }) => state)).not.toContain("RUNNING");
    expect(await slotsHeld(warehouse)).toBe(0);
  });

  it("whose worker is lost: another finds the job by its name, ends it and says so", async () => {
    // As a worker that died left it: a lease of its own, and the name of a job that still runs.
    await pool().query("update warehouses set paused = true where id = $1", [warehouse]);
    const { id } = await runQuery(ana, { warehouse, sql: "select lost" });
    await pool().query(
      `with gone as (update work set state = 'running', worker_id = 'dead', lease_token = 'gone', admitted_at = now(),
         backend_start = 'US/sluice_lost' where warehouse_id = $1 and state = 'waiting' returning id)
       update statements set state = 'running', started_at = now() where work_id in (select id from gone)`,
      [warehouse],
    );
    await pool().query("update warehouses set paused = false where id = $1", [warehouse]);
    const configuration = { query: { query: "select lost" } };
    const job = { id: "sluice_lost_0", location: "US", configuration, state: "RUNNING" as const, error: null };
    peer.jobs.set(job.id, job);
    const other = await startLiveness({ id: "another", host: "here", pid: process.pid }, new Set());
    try {
      expect(await waitForExecution(ana, id, 50)).toMatchObject({
        state: "failed",
        error: { code: "worker_lost", message: expect.stringContaining("the statement was ended") },
      });
    } finally {
      await other.stop();
    }
    expect(peer.jobs.get(job.id)).toMatchObject({ state: "DONE", error: { reason: "stopped" } });
    await expect.poll(() => slotsHeld(warehouse)).toBe(0);
  }, 60_000);

  it("says by dry runs alone what a statement would read, and refuses one over the limit, with who can raise it", async () => {
    const sql = "select everything";
    peer.script[sql] = { bytes: 8_000_000 };
    const may = (value: number | null) => setLimit(admin, { scope: "team", id: teamId, name: "bytesPerQuery", value });
    const estimate = () => estimateQuery(ana, warehouse, { sql, parameters: {} });
    const read = { state: "known", rows: null, bytes: 8_000_000, words: ["Reads 8.0 MB (8000000 bytes)."] };
    const before = peer.requests.length;
    const asked = () => peer.requests.slice(before).filter(({ body }) => body.configuration?.query.query === sql);
    try {
      expect(await estimate()).toEqual({ ...read, warning: null, refusal: null });
      await may(12_000_000);
      expect(await estimate()).toEqual({ ...read, warning: "That is much to pay for.", refusal: null });
      await may(5_000_000);
      expect(await estimate()).toEqual({
        ...read,
        warning: null,
        refusal: expect.stringMatching(
          /^It would be refused: the limit bytesPerQuery of the team .+ allows 5,000,000 bytes\. An admin can raise it\.$/,
        ),
      });
      expect(asked().map(({ body }) => body.configuration?.dryRun)).toEqual([true, true, true]);
      expect(await run(warehouse, sql)).toMatchObject({
        state: "failed",
        error: {
          code: "limit",
          message: expect.stringMatching(
            /more than the 5,000,000 bytes that the limit bytesPerQuery of the team .+ allows/,
          ),
          hint: "An admin can raise the limit.",
        },
      });
      expect(asked().at(-1)?.body.configuration?.query.maximumBytesBilled).toBe("5000000");
      await may(8_000_000);
      expect((await run(warehouse, sql)).state).toBe("succeeded");
    } finally {
      await may(null);
    }
  });

  describe("with so many bytes a day", () => {
    const mebi = 2 ** 20;
    const mayRead = (person: Context, value: number | null) =>
      setLimit(admin, { scope: "person", id: person.user.id, name: "bytesPerDay", value });
    const dayOf = async (person: Context) =>
      (await pool().query("select sluice_day_of($1, null) as day", [person.user.id])).rows[0].day;
    const billed = (sql: string) =>
      peer.requests.flatMap(({ body }) =>
        body.configuration?.query.query === sql && !body.configuration.dryRun
          ? [Number(body.configuration.query.maximumBytesBilled)]
          : [],
      );
    const runs = () => [...peer.jobs.values()].some(({ state }) => state === "RUNNING");
    beforeEach(async () => {
      warehouse = await warehouseAt(peer.endpoint);
      await db().warehouse.update({ where: { id: warehouse }, data: { slots: 4, slotsNow: 4 } });
    });
    afterEach(() => Promise.all([mayRead(ana, null), mayRead(ben, null)]));

    it("never lets what runs at once pass them together, and says what holds them", async () => {
      const { read: spent } = await dayOf(ana);
      await mayRead(ana, spent + 40 * mebi);
      peer.script["select 15"] = { bytes: 15 * mebi, slow: true };
      peer.script["select 20"] = { bytes: 20 * mebi };
      peer.script["select 4"] = { bytes: 4 * mebi };
      const { id } = await runQuery(ana, { warehouse, sql: "select 15" });
      await expect.poll(runs).toBe(true);
      expect(billed("select 15")).toEqual([25 * mebi]);
      expect(await run(warehouse, "select 20")).toMatchObject({
        state: "failed",
        error: {
          code: "limit",
          message: expect.stringContaining("15,728,640 are left; 26,214,400 are held for a running statement."),
        },
      });
      expect(billed("select 20")).toEqual([15 * mebi]);
      expect((await run(warehouse, "select 4")).state).toBe("succeeded");
      expect(billed("select 4")).toEqual([14 * mebi]);
      peer.finish();
      expect((await waitForExecution(ana, id, 20)).state).toBe("succeeded");
      expect((await run(warehouse, "select 20")).state).toBe("succeeded");
      expect(billed("select 20")).toEqual([15 * mebi, 21 * mebi]);
    });

    it("holds all that is left for one of which the service cannot say what it reads", async () => {
      const { read: spent } = await dayOf(ana);
      await mayRead(ana, spent + 30 * mebi);
      peer.script["select about"] = { bytes: 1, accuracy: "LOWER_BOUND", slow: true };
      const { id } = await runQuery(ana, { warehouse, sql: "select about" });
      await expect.poll(runs).toBe(true);
      expect(billed("select about")).toEqual([30 * mebi]);
      expect((await run(warehouse, "select 1")).error?.message).toMatch(
        / 0 are left; 31,457,280 are held for a running/,
      );
      peer.finish();
      expect((await waitForExecution(ana, id, 20)).state).toBe("succeeded");
      expect((await run(warehouse, "select 1")).state).toBe("succeeded");
    });

    it("lets the one pay who has enough left, of several who wait for the same", async () => {
      const { read: spent } = await dayOf(ana);
      await mayRead(ana, spent + 1);
      await mayRead(ben, 50 * mebi);
      peer.script["select wide"] = { bytes: 5 * mebi };
      const pause = await addPause(admin, { warehouse, of: "everything" });
      const [anas, bens] = [
        await runQuery(ana, { warehouse, sql: "select wide" }),
        await runQuery(ben, { warehouse, sql: "select wide" }),
      ];
      await endPause(admin, pause.id);
      expect(await waitForExecution(ana, anas.id, 20)).toMatchObject({ state: "succeeded", via: "joined" });
      expect(await getExecution(ben, bens.id)).toMatchObject({ state: "succeeded", via: null });
      expect(await dayOf(ben)).toEqual({ read: 5 * mebi, held: 0, holders: 0 });
    });
  });

  it("gone while a job runs: the execution fails in words, and its slot is free", async () => {
    peer.script["select slow, too"] = { slow: true };
    const { id } = await runQuery(ana, { warehouse, sql: "select slow, too" });
    await expect.poll(() => [...peer.jobs.values()].some(({ state }) => state === "RUNNING")).toBe(true);
    await peer.close();
    expect(await waitForExecution(ana, id, 50)).toMatchObject({ state: "failed", error: { code: "connection" } });
    expect(await slotsHeld(warehouse)).toBe(0);
  }, 60_000);
});
