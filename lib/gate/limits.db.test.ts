import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { getExecution } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildToken, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { admittedWork, drainLine, finishWork } from "@/lib/testing/line";
import { bearer, call } from "@/lib/testing/rest";
import { buildPipeline } from "@/lib/testing/runs";
import { startWork } from "./lease";
import { previewLimit } from "./limit-preview";
import { listLimits, setLimit } from "./limits";
import { getLoad } from "./load";
import { reconcile } from "./reconcile";
import type { LimitName, LimitScope } from "./schema";

let team: string;
let ana: Context;
let ben: Context;
let admin: Context;
let warehouse: string;

beforeAll(async () => {
  await testDatabase();
});
afterAll(closeGate);
beforeEach(async () => {
  await db().limit.deleteMany();
  ({ team, ana, ben, admin } = await buildColleagues());
  warehouse = (await buildWarehouse({ slots: 8, teamIds: [team] })).id;
  forgetWarehouses();
});

const run = async (ctx: Context, sql: string, more: object = {}) =>
  (await runQuery(ctx, { warehouse, sql, ...more })).id;
const waiting = async (id: string) => (await getExecution(admin, id)).waiting;
const set = (scope: LimitScope, id: string | undefined, name: LimitName, value: number | null) =>
  setLimit(admin, { scope, ...(id ? { id } : {}), name, value });

it("holds what is over a person's running work, says so, and lets it go on when one ends", async () => {
  await set("person", ana.user.id, "running", 2);
  const ids = [await run(ana, "select 1"), await run(ana, "select 2"), await run(ana, "select 3")];
  await run(ben, "select 4");
  expect(await admittedWork(warehouse)).toHaveLength(3);
  expect(await waiting(ids[2] ?? "")).toMatchObject({
    heldBy: "limit",
    limit: { name: "running", scope: "person", title: ana.user.name, value: 2 },
    reason: expect.stringContaining("An admin can raise it."),
  });
  expect((await getLoad(admin, warehouse)).waiting[0]?.reason).toContain("Limit running of the person");
  expect(await drainLine(warehouse)).toHaveLength(4);
});

it("counts over all warehouses, and the narrowest of several limits wins", async () => {
  const other = (await buildWarehouse({ teamIds: [team] })).id;
  await set("company", undefined, "running", 5);
  await set("team", team, "running", 2);
  await set("person", ana.user.id, "running", 3);
  await runQuery(ana, { warehouse: other, sql: "select 1" });
  await run(ben, "select 2");
  const held = await run(ana, "select 3");
  expect(await waiting(held)).toMatchObject({ limit: { scope: "team", value: 2 } });
  const [elsewhere] = await admittedWork(other);
  if (elsewhere) await finishWork(elsewhere);
  // An end at another warehouse is felt at the next round.
  await reconcile();
  expect(await waiting(held)).toMatchObject({ heldBy: "worker" });
});

it("never lets more run than a limit over two warehouses, however many come at once", async () => {
  const other = (await buildWarehouse({ teamIds: [team] })).id;
  await set("person", ana.user.id, "running", 3);
  const submit = (n: number) => runQuery(ana, { warehouse: n % 2 ? warehouse : other, sql: `select ${n}` });
  await Promise.all(Array.from({ length: 24 }, (_, n) => submit(n)));
  await reconcile();
  expect([...(await admittedWork(warehouse)), ...(await admittedWork(other))]).toHaveLength(3);
});

it("holds each person of a team by the team's limit per person, and a token by its own", async () => {
  await set("team", team, "runningPerPerson", 1);
  await run(ana, "select 1");
  const held = await run(ana, "select 2");
  await run(ben, "select 3");
  expect(await waiting(held)).toMatchObject({ limit: { name: "runningPerPerson", scope: "team" } });
  expect(await admittedWork(warehouse)).toHaveLength(2);
  await set("team", team, "runningPerPerson", null);
  expect(await admittedWork(warehouse)).toHaveLength(3);
  const token = await contextFor(ana.user.id, await buildToken(ana.user.id));
  await set("token", token.tokenId ?? "", "running", 1);
  await run(token, "select 4");
  expect(await waiting(await run(token, "select 5"))).toMatchObject({ limit: { scope: "token" } });
});

it("refuses what is over the waiting, with the time to come again, and writes nothing of it", async () => {
  await db().warehouse.update({ where: { id: warehouse }, data: { slots: 1 } });
  await set("warehouse", warehouse, "waitingPerPerson", 2);
  for (const n of [0, 1, 2]) await run(ana, `select ${n}`);
  const before = await db().execution.count();
  await expect(run(ana, "select 3")).rejects.toMatchObject({
    code: "rate_limited",
    extra: { retryAfter: 10, limit: { name: "waitingPerPerson", value: 2 } },
  });
  expect(await db().execution.count()).toBe(before);
  expect(await db().statement.count({ where: { warehouseId: warehouse } })).toBe(3);
  await run(ben, "select 4");
  expect(await drainLine(warehouse)).toHaveLength(4);
  await run(ana, "select 5");
});

it("caps rows, and says which limit cut; who may have more does not join the cut answer", async () => {
  await set("person", ana.user.id, "rows", 10);
  const [cut, whole, own] = [
    await run(ana, "select 1"),
    await run(ben, "select 1"),
    await run(ana, "select 1", { limit: 5 }),
  ];
  expect((await getExecution(ben, whole)).via).toBeNull();
  const limits = await db().statement.findMany({ where: { warehouseId: warehouse }, orderBy: { id: "asc" } });
  expect(limits.map((row) => row.rowLimit)).toEqual([10, null, 5]);
  expect(limits[0]?.cappedBy).toBe(`10 rows for the person ${ana.user.name}`);
  expect([cut, own]).toHaveLength(2);
  expect(limits[2]?.cappedBy).toBeNull();
});

it("gives the worker what one statement may take, as it stands at the start", async () => {
  await run(ana, "select 1");
  const [work] = await admittedWork(warehouse);
  await set("company", undefined, "seconds", 60);
  await set("team", team, "seconds", 30);
  await set("warehouse", warehouse, "bytesPerQuery", 1_000);
  const started = work ? await startWork(work, "w1", null) : null;
  expect(started?.caps).toMatchObject({
    seconds: { value: 30, scope: "team" },
    bytesPerQuery: { value: 1_000, scope: "warehouse" },
  });
});

it("refuses when a day's bytes are read, until midnight", async () => {
  await set("person", ana.user.id, "bytesPerDay", 1_000);
  await run(ana, "select 1");
  await drainLine(warehouse);
  await pool().query("update statements set cost = $1 where warehouse_id = $2", [{ bytesProcessed: 400 }, warehouse]);
  await run(ana, "select 2");
  const [work] = await admittedWork(warehouse);
  expect((work ? await startWork(work, "w1", null) : null)?.caps?.bytesPerDay).toMatchObject({ left: 600 });
  await pool().query("update statements set cost = $1 where warehouse_id = $2", [{ bytesProcessed: 600 }, warehouse]);
  await expect(run(ana, "select 3")).rejects.toMatchObject({ code: "rate_limited" });
  await run(ben, "select 3");
});

it("counts a token's requests by the minute, over all processes, by the narrower of its limit and the company's", async () => {
  const [token, other] = [await buildToken(ana.user.id), await buildToken(ben.user.id)];
  const minute = "select requests from token_minutes where token_id = $1";
  const ask = (one = token) => call({ method: "GET", path: "/warehouses" }, { headers: bearer(one) });
  /** What refuses the request after so many. A minute that ends between these begins to count anew: they are asked again. */
  const refusedAfter = async (most: number, one = token) => {
    for (;;) {
      await pool().query("delete from token_minutes where token_id = $1", [one.id]);
      const taken = [];
      for (let n = 0; n < most; n++) taken.push((await ask(one)).status);
      const answer = await ask(one);
      if (((await pool().query(minute, [one.id])).rowCount ?? 0) > 1) continue;
      expect([...taken, answer.status]).toEqual([...Array(most).fill(200), 429]);
      const seconds = Number(answer.headers.get("retry-after"));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
      const { detail, limit } = (await answer.json()) as { detail: string; limit: object };
      return { detail, limit };
    }
  };
  await set("company", undefined, "requestsPerMinute", 3);
  const everybody = {
    detail: expect.stringMatching(/^This token may ask 3 times a minute, as every token may /),
    limit: { name: "requestsPerMinute", scope: "company", value: 3 },
  };
  expect(await refusedAfter(3)).toEqual(everybody);
  // Each token's own: who asks by another has all of them.
  expect(await refusedAfter(3, other)).toEqual(everybody);
  await set("token", token.id, "requestsPerMinute", 2);
  expect(await refusedAfter(2)).toEqual({
    detail: expect.stringMatching(/^This token may ask 2 times a minute, by its limit /),
    limit: { name: "requestsPerMinute", scope: "token", value: 2 },
  });
  await set("token", token.id, "requestsPerMinute", 9);
  expect(await refusedAfter(3)).toEqual(everybody);
});

it("notes a person's limit as about that person, as everything else about one", async () => {
  await setLimit(admin, { scope: "person", id: ana.user.id, name: "running", value: 3 });
  const about = { action: "limit.set", object: `user:${ana.user.id}` };
  expect(await db().auditEntry.findFirst({ where: about })).toMatchObject({ detail: { name: "running", value: 3 } });
  await setLimit(admin, { scope: "person", id: ana.user.id, name: "running", value: null });
});

it("lists what is set, and refuses what cannot be", async () => {
  await set("team", team, "rows", 5);
  await set("team", team, "rows", 7);
  expect((await listLimits(admin, {})).items).toMatchObject([{ scope: "team", id: team, name: "rows", value: 7 }]);
  await set("team", team, "rows", null);
  expect((await listLimits(admin, {})).items).toEqual([]);
  await expect(set("warehouse", warehouse, "running", 1)).rejects.toMatchObject({ code: "invalid" });
  await expect(set("company", "x", "rows", 1)).rejects.toMatchObject({ code: "invalid" });
  await expect(set("team", undefined, "rows", 1)).rejects.toMatchObject({ code: "invalid" });
  await expect(set("team", newId(), "rows", 1)).rejects.toMatchObject({ code: "not_found" });
  const asked = { scope: "company", name: "rows", value: 1 } as const;
  await expect(setLimit(ana, asked)).rejects.toMatchObject({ code: "forbidden" });
  await expect(previewLimit(ana, asked)).rejects.toMatchObject({ code: "forbidden" });
});

it("says what it would have met in the last 7 days", async () => {
  for (const [ctx, n] of [
    [ana, 1],
    [ana, 2],
    [ben, 3],
  ] as const)
    await run(ctx, `select ${n}`);
  await drainLine(warehouse);
  const measured = (values: string, sql: string) =>
    pool().query(`update statements set ${values} where warehouse_id = $1 and sql = $2`, [warehouse, sql]);
  await measured("row_count = 500, started_at = finished_at - interval '90 seconds'", "select 1");
  await measured("row_count = 5", "select 2");
  await measured("row_count = 900", "select 3");
  const preview = (scope: LimitScope, id: string | undefined, name: LimitName, value: number) =>
    previewLimit(admin, { scope, ...(id ? { id } : {}), name, value });
  expect(await preview("warehouse", warehouse, "rows", 100)).toMatchObject({ affected: 2, total: 3, unit: "cuts" });
  expect(await preview("person", ana.user.id, "rows", 100)).toMatchObject({
    affected: 1,
    total: 2,
    people: [{ id: ana.user.id, affected: 1 }],
  });
  expect(await preview("team", team, "seconds", 60)).toMatchObject({ affected: 1, total: 3, unit: "stops" });
  // Three that ran at once: two found one or more before them.
  const at = (from: number, to: number) =>
    `admitted_at = now() - interval '${from} minutes', ended_at = now() - interval '${to} minutes'`;
  const { rows } = await pool().query<{ id: string }>("select id from work where warehouse_id = $1 order by id", [
    warehouse,
  ]);
  const spans = [at(30, 10), at(25, 15), at(20, 5)];
  for (const [n, { id }] of rows.entries()) await pool().query(`update work set ${spans[n]} where id = $1`, [id]);
  expect(await preview("team", team, "running", 1)).toMatchObject({ affected: 2, total: 3, unit: "waits" });
  expect(await preview("team", team, "running", 2)).toMatchObject({ affected: 1 });
  expect(await preview("team", team, "runningPerPerson", 1)).toMatchObject({ affected: 1 });
  // A warehouse's slots and slots per person, which are its gate's.
  expect(await preview("warehouse", warehouse, "running", 1)).toMatchObject({ affected: 2, total: 3, unit: "waits" });
  expect(await preview("warehouse", warehouse, "runningPerPerson", 1)).toMatchObject({ affected: 1, total: 3 });
  await expect(preview("warehouse", undefined, "running", 1)).rejects.toMatchObject({ code: "invalid" });
  await expect(set("warehouse", warehouse, "running", 1)).rejects.toMatchObject({ code: "invalid" });
});

it("says it of each kind of limit, by what is kept of the week", async () => {
  const token = await contextFor(ana.user.id, await buildToken(ana.user.id));
  // Three of ana's token and one of ben's, an hour of the clock and a minute each, two days ago.
  for (const [ctx, n] of [
    [token, 0],
    [token, 1],
    [token, 2],
    [ben, 3],
  ] as const)
    await run(ctx, `select ${n}`);
  await drainLine(warehouse);
  const kept: [bytes: number, rows: number, read: number][] = [
    [100, 10, 400],
    [2_000, 20, 700],
    [3_000, 30, 900],
    [4_000, 40, 300],
  ];
  const from = "date_trunc('day', now() - interval '2 days', 'UTC') + interval '12 hours'";
  for (const [n, [bytes, rows, read]] of kept.entries()) {
    const to = [warehouse, `select ${n}`];
    await pool().query(
      "update statements set result_bytes = $3, row_count = $4, cost = $5 where warehouse_id = $1 and sql = $2",
      [...to, bytes, rows, { bytesProcessed: read }],
    );
    await pool().query(
      `update executions set submitted_at = ${from} + make_interval(secs => $3) where warehouse_id = $1 and sql = $2`,
      [...to, n * 10],
    );
    // Each waited for a minute, and came 10 s after the one before.
    await pool().query(
      `update work set queued_at = ${from} + make_interval(secs => $3), admitted_at = ${from} + make_interval(secs => $3 + 60),
         ended_at = ${from} + make_interval(secs => $3 + 90)
       where id = (select work_id from statements where warehouse_id = $1 and sql = $2)`,
      [...to, n * 10],
    );
  }
  const at = { scope: "warehouse", id: warehouse } as const;
  const anas = { scope: "person", id: ana.user.id } as const;
  const its = { scope: "token", id: token.tokenId ?? "" } as const;
  type Of = { scope: LimitScope; id?: string };
  const rows: [of: Of, name: LimitName, value: number, affected: number, total: number, unit: string][] = [
    [at, "waiting", 1, 3, 4, "refusals"],
    [at, "waiting", 3, 1, 4, "refusals"],
    [at, "waiting", 4, 0, 4, "refusals"],
    [at, "waitingPerPerson", 1, 2, 4, "refusals"],
    [at, "waitingPerPerson", 2, 1, 4, "refusals"],
    [anas, "storedBytes", 2_000, 1, 3, "stops"],
    [at, "storedBytes", 1_000, 3, 4, "stops"],
    [at, "rowsRead", 15, 3, 4, "refusals"],
    [anas, "rowsRead", 30, 0, 3, "refusals"],
    [at, "bytesPerQuery", 500, 2, 4, "refusals"],
    [anas, "bytesPerQuery", 300, 3, 3, "refusals"],
    // Ana's day read 2,000, Ben's 300.
    [at, "bytesPerDay", 1_999, 1, 2, "days"],
    [at, "bytesPerDay", 299, 2, 2, "days"],
    [anas, "bytesPerDay", 2_000, 0, 1, "days"],
    // Ben asked on a page.
    [its, "requestsPerMinute", 2, 1, 3, "refusals"],
    [{ scope: "company" }, "requestsPerMinute", 1, 2, 3, "refusals"],
    [its, "statementsPerHour", 1, 2, 3, "refusals"],
    [{ scope: "company" }, "statementsPerHour", 3, 0, 3, "refusals"],
  ];
  await pool().query("delete from executions where warehouse_id <> $1", [warehouse]);
  for (const [of, name, value, affected, total, unit] of rows)
    expect({ name, value, ...(await previewLimit(admin, { ...of, name, value })) }).toMatchObject({
      ...{ name, value, affected, total, unit },
      basis: expect.stringMatching(/\w.*\.$/),
    });
  expect((await previewLimit(admin, { ...at, name: "waitingPerPerson", value: 1 })).people).toEqual([
    { id: ana.user.id, name: ana.user.name, affected: 2 },
  ]);
  // What cannot be told is said: only what was kept is counted.
  for (const [name, words] of [
    ["rowsRead", "what one reads is not kept, so this is the least"],
    ["requestsPerMinute", "requests that read or look are not kept, so this is the least"],
  ] as const)
    expect((await previewLimit(admin, { scope: "company", name, value: 1 })).basis).toContain(words);
});

it("says it of stages too, which seconds and bytes bind as they do statements", async () => {
  const { id: pipeline } = await buildPipeline(ana, { stages: [{ id: "a", operator: "noop@1" }] });
  const other = (await buildWarehouse({ teamIds: [team] })).id;
  const { readerId } = await buildWarehouse({});
  for (const [seconds, bytes] of [
    [90, 500],
    [30, 900],
  ] as const) {
    const [run, attempt] = [newId(), newId()];
    await pool().query(
      `insert into runs (id, pipeline_id, version, interval_from, interval_to, time_zone, trigger, user_id)
       values ($1, $2, 1, now(), now(), 'UTC', 'manual', $3)`,
      [run, pipeline, ana.user.id],
    );
    await pool().query(
      `insert into attempts (id, run_id, stage, number, lane, user_id, state, started_at, finished_at)
       values ($1, $2, 'a', 1, 2, $3, 'succeeded', now() - make_interval(secs => $4), now())`,
      [attempt, run, ana.user.id, seconds],
    );
    for (const at of [warehouse, other])
      await pool().query(
        `insert into work (id, warehouse_id, reader_id, attempt_id, user_id, lane, state) values ($1, $2, $3, $4, $5, 2, 'done')`,
        [newId(), at, readerId, attempt, ana.user.id],
      );
    await pool().query(
      "insert into stage_jobs (job, attempt_id, warehouse_id, user_id, read_bytes) values ($1, $2, $3, $4, $5)",
      [newId(), attempt, warehouse, ana.user.id, bytes],
    );
  }
  const preview = (scope: LimitScope, id: string, name: LimitName, value: number) =>
    previewLimit(admin, { scope, id, name, value });
  // One that held two slots is one.
  expect(await preview("team", team, "seconds", 60)).toMatchObject({ affected: 1, total: 2, unit: "stops" });
  expect(await preview("warehouse", other, "seconds", 60)).toMatchObject({ affected: 1, total: 2 });
  expect(await preview("person", ana.user.id, "bytesPerQuery", 600)).toMatchObject({ affected: 1, total: 2 });
  expect(await preview("warehouse", other, "bytesPerQuery", 600)).toMatchObject({ affected: 0, total: 0 });
  expect(await preview("person", ana.user.id, "bytesPerDay", 1_000)).toMatchObject({ affected: 1, total: 1 });
  expect(await preview("person", ben.user.id, "bytesPerDay", 1)).toMatchObject({ affected: 0, total: 0 });
});
