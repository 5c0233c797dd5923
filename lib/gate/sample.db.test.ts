import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitingOf } from "@/lib/executions/waiting";
import { encrypt } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildUser, contextFor } from "@/lib/testing/factories";
import { later, samples } from "@/lib/testing/sampler";
import { postgresEngines, startServer, type TestServer } from "@/lib/warehouses/test-server";
import { endForeign, listForeign } from "./foreign-sessions";
import { setHeat } from "./heat-settings";
import { getLoad } from "./load";
import { getLoadHistory } from "./load-history";
import { sampleWarehouses } from "./sample";
import { tellHeat } from "./tell-heat";

/** A server of its own, so that nobody else's sessions count, whose own sessions stand before a lock. */

let admin: Context;
let person: string;
const warehouse = { id: newId(), readerId: newId(), name: "shop" };
let server: TestServer;
const open: pg.Client[] = [];

async function connect(name: string, user = "other", password = "other"): Promise<pg.Client> {
  const at = { host: "127.0.0.1", port: server.port, database: "postgres" };
  const client = new pg.Client({ ...at, user, password, application_name: name });
  client.on("error", () => undefined);
  await client.connect();
  open.push(client);
  return client;
}

/** So many sessions of somebody else's wait for a lock until `release`. */
async function crowd(size: number): Promise<{ release(): Promise<void> }> {
  const holder = await connect("nightly etl");
  await holder.query("begin; lock table one in access exclusive mode");
  const waiters = await Promise.all(Array.from({ length: size }, () => connect("dashboard")));
  const asked = waiters.map((client) => client.query("select count(*) from one").catch(() => null));
  await expect.poll(async () => (await load()).blocked).toBe(size);
  return {
    async release() {
      await holder.query("rollback").catch(() => undefined);
      await Promise.all(asked);
      await expect.poll(async () => (await load()).blocked).toBe(0);
    },
  };
}

async function load() {
  const { warehouseLoad, problem } = await getLoad(admin, warehouse.id);
  if (!warehouseLoad) throw new Error(problem ?? "no load");
  return warehouseLoad;
}

const gate = () => getLoad(admin, warehouse.id).then((view) => view.gate);

beforeAll(async () => {
  // Mail is queued where there is a server for it; nothing here sends it.
  Object.assign(process.env, { SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "sluice@example.com" });
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
  person = (await buildUser()).id;
  const [engine] = await postgresEngines();
  if (!engine) throw new Error("there is no PostgreSQL");
  server = await startServer(engine);
  await server.admin(`create table one as select 1 as n; create role reader login password 'reader';
    grant select on one to reader; grant pg_read_all_stats to reader; create role other superuser login password 'other'`);
  const config = { host: "127.0.0.1", port: server.port, database: "postgres", tls: "disable" };
  const { id, readerId, name } = warehouse;
  const secret = encrypt("reader", readerId);
  const reader = { id: readerId, kind: "reader" as const, name: "reader", username: "reader", secret };
  await db().warehouse.create({ data: { id, name, engine: "postgres", config, slots: 2, roles: { create: reader } } });
});
beforeEach(async () => {
  await db().loadSampler.deleteMany();
  const unset = { hotActive: null, hotOldestMinutes: null, alertMinutes: null };
  await setHeat(admin, warehouse.id, { slowDown: false, hotWaiting: 2, ...unset });
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.end().catch(() => undefined)));
  await server.stop();
});

it("gives fewer slots while sessions wait, says so to all, and gives them back", async () => {
  await setHeat(admin, warehouse.id, { slowDown: true });
  const others = await crowd(2);
  await samples(2);
  expect(await gate()).toMatchObject({ slots: 2, slotsNow: 2, slowedSince: null });
  await samples(1);
  expect(await gate()).toMatchObject({ slots: 2, slotsNow: 1, slowReason: "2 sessions wait" });
  expect((await gate()).slowedSince).not.toBeNull();

  const [first, second] = [await submit(), await submit()];
  expect(await workOf(first)).toBe("admitted");
  expect(await workOf(second)).toBe("waiting");
  expect((await waitingOf(second))?.reason).toContain(
    "The warehouse is hot (2 sessions wait), so 1 of its 2 slots is given",
  );
  expect((await getLoad(admin, warehouse.id)).waiting[0]?.reason).toBe("Slowed down: 1 of 2 slots are given");

  await others.release();
  await later(60);
  await samples(5);
  expect((await gate()).slotsNow).toBe(1);
  await samples(1);
  expect(await gate()).toMatchObject({ slotsNow: 2, slowedSince: null, slowReason: null });
  // What waited goes on without anybody's doing.
  expect(await workOf(second)).toBe("admitted");

  const history = await getLoadHistory(admin, warehouse.id);
  expect(history.decisions.filter(({ kind }) => kind === "slow").map(({ text, by }) => [text, by])).toEqual([
    ["Slots 2 → 1 of 2: 2 sessions wait", null],
    ["Slots 1 → 2 of 2", null],
  ]);
  expect(Math.max(...history.points.map(({ waiting }) => waiting ?? 0))).toBe(2);
  expect(Math.min(...history.points.map(({ slots }) => slots))).toBe(1);
  await db().work.updateMany({ where: { warehouseId: warehouse.id }, data: { state: "done" } });
});

it("is felt by nobody where it is switched off, and gives all back when it is switched off", async () => {
  const others = await crowd(3);
  await samples(4);
  expect((await gate()).slotsNow).toBe(2);
  await setHeat(admin, warehouse.id, { slowDown: true });
  await samples(3);
  expect((await gate()).slotsNow).toBe(1);
  await setHeat(admin, warehouse.id, { slowDown: false });
  expect(await gate()).toMatchObject({ slotsNow: 2, slowedSince: null });
  await samples(1);
  expect((await gate()).slotsNow).toBe(2);
  await others.release();
});

it("takes the age of what is open for heat where an admin says which is too much, and nowhere else", async () => {
  const client = await connect("forgotten");
  await client.query("begin; select 1");
  const heat = async () => (await getLoad(admin, warehouse.id)).heat;
  // Some seconds of the minute: what is more than a minute old is as hot as heat.test.ts says.
  await expect.poll(async () => (await load()).oldestSeconds, { timeout: 30_000 }).toBeGreaterThanOrEqual(1);
  expect(await heat()).toEqual({ heat: 0, words: "0 sessions wait" });
  await setHeat(admin, warehouse.id, { hotOldestMinutes: 1 });
  expect(await heat()).toEqual({
    heat: expect.toSatisfy((share: number) => share >= 1 / 60),
    words: expect.stringMatching(/^the oldest transaction is \d/),
  });
  const since = new Date();
  await samples(1);
  const kept = await db().loadSample.findFirst({ where: { warehouseId: warehouse.id, at: { gte: since } } });
  expect(kept?.heat).toBeGreaterThanOrEqual(1 / 61);
  await client.end();
  const setAt = (patch: object) => setHeat(admin, warehouse.id, patch).catch((error: unknown) => error);
  expect(await setAt({ hotEngineSlots: 100 })).toMatchObject({
    code: "invalid",
    extra: { fields: [{ field: "hotEngineSlots", message: expect.stringContaining("Only BigQuery") }] },
  });
});

it("takes a server that has no connection left for a hot one, and says so", async () => {
  await setHeat(admin, warehouse.id, { slowDown: true });
  // As where others have taken all: the server refuses with the same code (53300, too_many_connections).
  await server.admin(`alter role reader connection limit 0;
    select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'`);
  await samples(3);
  expect(await gate()).toMatchObject({ slotsNow: 1, slowReason: "the server has no connection left" });
  await server.admin("alter role reader connection limit -1");
  await later(60);
  await samples(6);
  expect(await gate()).toMatchObject({ slotsNow: 2, slowReason: null });
});

it("is asked by one worker, until that one is not heard of", async () => {
  await sampleWarehouses();
  const claimed = (worker: string) => sql("claim", "select warehouse_id from sluice_claim_samples($1)", [worker]);
  await later(10);
  expect(await claimed("another")).toEqual([]);
  await later(20);
  expect(await claimed("another")).toHaveLength(await db().warehouse.count());
  // What the first found meanwhile is not kept.
  const before = await db().loadSample.count();
  await sql("stale", "select sluice_sample($1, 'first', '{}', '{}', 1, null, $2)", [warehouse.id, newId()]);
  expect(await db().loadSample.count()).toBe(before);
  expect((await gate()).slotsNow).toBe(2);
});

it("keeps one sample a minute of what is older than an hour, and none of what is older than a day", async () => {
  await db().loadSample.deleteMany();
  const at = (minutes: number) => new Date(Math.floor(Date.now() / 60_000) * 60_000 - minutes * 60_000);
  const one = (when: Date, heat: number) => ({
    warehouseId: warehouse.id,
    at: when,
    heat,
    used: 0,
    queued: 0,
    slots: 2,
  });
  const seconds = (when: Date, n: number) => new Date(when.getTime() + n * 1_000);
  await db().loadSample.createMany({
    data: [
      ...[0, 10, 20].map((n) => one(seconds(at(2), n), n)),
      ...[0, 10, 20].map((n) => one(seconds(at(90), n), n === 10 ? 3 : 1)),
      one(at(25 * 60), 1),
    ],
  });
  await sql("thin", "select sluice_thin_samples()", []);
  const left = await db().loadSample.findMany({ orderBy: { at: "asc" } });
  expect(left.map(({ heat }) => heat)).toEqual([3, 0, 10, 20]);
});

it("lists sessions that are not ours, and ends one where the role may", async () => {
  const others = await crowd(1);
  // As the queue's listeners are called, where Sluice's own database is on the same server.
  for (const name of ["sluice", "sluice queue", "sluice-attempts"]) await connect(name);
  const found = async (name: string) =>
    (await listForeign(admin, warehouse.id)).items.find(({ application }) => application === name);
  const waiter = await found("dashboard");
  const holder = await found("nightly etl");
  expect(waiter).toMatchObject({ state: "active", waitsFor: "Lock relation", sql: "select count(*) from one" });
  expect(waiter?.blockedBy).toEqual([holder?.id.split(" ")[0]]);
  expect(
    (await listForeign(admin, warehouse.id)).items.some(({ application }) => application?.startsWith("sluice")),
  ).toBe(false);
  // A superuser's session, which no role may end.
  const end = (id: string | undefined) =>
    endForeign(admin, warehouse.id, { session: id ?? "", reason: "Holds a lock." });
  expect(holder?.mayEnd).toBe(false);
  await expect(end(holder?.id)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("may not end"),
  });

  // One of the reader's own role.
  const own = await connect("notebook", "reader", "reader");
  const gone = new Promise((resolve) => own.once("end", resolve));
  const notebook = await found("notebook");
  expect(notebook?.mayEnd).toBe(true);
  expect(await end(notebook?.id)).toEqual({ outcome: "ended" });
  await gone;
  expect(await end(notebook?.id)).toEqual({ outcome: "gone" });
  const entries = await db().auditEntry.findMany({ where: { action: "session.end_foreign" }, orderBy: { id: "asc" } });
  expect(entries.map(({ detail }) => (detail as { outcome: string }).outcome)).toEqual([
    ...["asked", "refused", "asked", "ended", "asked", "gone"],
  ]);
  await others.release();
});

it("shows a person without the role neither load nor sessions", async () => {
  const ctx = await contextFor(person);
  await expect(listForeign(ctx, warehouse.id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(getLoadHistory(ctx, warehouse.id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(setHeat(ctx, warehouse.id, { slowDown: true })).rejects.toMatchObject({ code: "forbidden" });
  await expect(endForeign(ctx, warehouse.id, { session: "1 x", reason: "no" })).rejects.toMatchObject({
    code: "forbidden",
  });
});

it("tells every admin, also by mail, and the webhook once that it is hot, and once that it is over", async () => {
  await db().notice.deleteMany();
  await db().mail.deleteMany();
  await db().webhook.deleteMany();
  const second = await buildUser({ role: "admin" });
  const gone = await buildUser({ role: "admin" });
  await db().user.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
  await expect(setHeat(admin, warehouse.id, { webhook: "http://127.0.0.1/x" })).rejects.toMatchObject({
    code: "invalid",
  });
  const saved = await setHeat(admin, warehouse.id, { alertMinutes: 1, webhook: "https://hooks.example.com/hot" });
  expect(saved.webhookSecret).toMatch(/^whs_/);
  const others = await crowd(2);
  await samples(6);
  const notices = () =>
    db().notice.findMany({ where: { kind: "gate", userId: admin.user.id }, orderBy: { id: "asc" } });
  const admins = await db().user.findMany({ where: { role: "admin", disabledAt: null } });
  expect(admins.map(({ id }) => id)).toEqual(expect.arrayContaining([admin.user.id, second.id]));
  const toEach = (subject: string) => admins.map(({ email }) => [email, subject]).sort();
  const mails = async () => {
    const queued = await db().mail.findMany();
    await db().mail.deleteMany();
    expect(queued.every(({ text }) => text.endsWith("\n\nhttp://127.0.0.1:3000/admin/load\n"))).toBe(true);
    return queued.map(({ recipient, subject }) => [recipient, subject]).sort();
  };
  expect(await notices()).toEqual([]);
  expect(await mails()).toEqual([]);
  await samples(3);
  const hot = `The warehouse ${warehouse.name} has been hot for a minute: 2 sessions wait.`;
  expect((await notices()).map(({ text }) => text)).toEqual([hot]);
  // Two that come to tell at once.
  expect(await tellHeat(warehouse.id, "hot", null)).toBe(false);
  expect(await mails()).toEqual(toEach(hot));
  const [sent] = await db().webhook.findMany();
  expect(JSON.parse(sent?.body ?? "{}")).toMatchObject({ event: "warehouse.hot", slots: { given: 2, of: 2 } });
  await others.release();
  await samples(1);
  await sql(
    "calm",
    "update load_samplers set state = jsonb_set(state, '{alert,calmSince}', to_jsonb((state #>> '{alert,calmSince}')::bigint - 300000)) where state #>> '{alert,calmSince}' is not null",
    [],
  );
  await samples(2);
  const over = `The warehouse ${warehouse.name} is no longer hot.`;
  expect((await notices()).map(({ text }) => text)).toEqual([hot, over]);
  expect(await mails()).toEqual(toEach(over));
});

let made = 0;
async function submit(): Promise<string> {
  made += 1;
  const id = newId();
  const text = `select ${made}`;
  const statements = [
    {
      executionId: newId(),
      statementId: id,
      sql: text,
      bound: text,
      parameters: {},
      values: [],
      rowLimit: null,
      timeZone: "UTC",
    },
  ];
  await sql("submit-here", "select sluice_submit($1, $2, $3, $4, null, 0, null, null, 0, $5)", [
    newId(),
    warehouse.id,
    warehouse.readerId,
    person,
    JSON.stringify(statements),
  ]);
  return id;
}

async function workOf(statement: string): Promise<string | undefined> {
  const found = await db().statement.findUnique({ where: { id: statement }, include: { work: true } });
  return found?.work?.state;
}
