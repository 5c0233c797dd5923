import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { buildLake } from "@/lib/testing/lake";
import { countUsage } from "./count-usage";
import { forgetUsage, getUsage } from "./data";
import { usageQuery } from "./schema";
import { tableUsage } from "./table-usage";
import { noteVisit } from "./visits";

type Person = Awaited<ReturnType<typeof buildUser>>;
let ana: Person;
let bo: Person;
let stranger: Person;
let team: { id: string };
let warehouse: BuiltWarehouse;

const day = 86_400_000;
const asked = usageQuery.parse({});

beforeAll(async () => {
  await testDatabase();
  [ana, bo, stranger] = [await buildUser({ name: "Ana" }), await buildUser({ name: "Bo" }), await buildUser()];
  team = await buildTeam({ name: "growth", userIds: [ana.id, bo.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id] });
  const tables = [{ schema: "public", name: "events", kind: "table", comment: null, columns: [] }];
  await db().catalog.create({
    data: { warehouseId: warehouse.id, readerId: warehouse.readerId, fetchedAt: new Date(), tables },
  });
});

beforeEach(async () => {
  const counted = [
    "usage_days",
    "usage_weeks",
    "usage_tables",
    "usage_openings",
    "usage_tops",
    "usage_stage_tops",
    "usage_counted",
    "visits",
  ];
  const written = [
    "boards",
    "shares",
    "trigger_runs",
    "trigger_slots",
    "triggers",
    "runs",
    "executions",
    "statements",
    "work",
    "queries",
  ];
  for (const table of [...counted, ...written]) await pool().query(`delete from ${table}`);
  forgetUsage();
});

interface Ran {
  by: Person;
  at?: number;
  sql?: string;
  seconds?: number;
  state?: "succeeded" | "running" | "failed";
  via?: "joined";
  token?: string;
  lane?: number;
  query?: string;
  bytes?: number;
  id?: string;
  /** Of which warehouse; else of the tests' own. */
  of?: { id: string; readerId: string };
}

async function ran(values: Ran) {
  const { by, sql = "select * from events", seconds = 1, state = "succeeded", lane = 0, of = warehouse } = values;
  const at = values.at ?? Date.now() - 60_000;
  const ids = { warehouseId: of.id, userId: by.id };
  const work = await db().work.create({
    data: { id: newId(at), ...ids, readerId: of.readerId, lane, state: "done" },
  });
  const finishedAt = state === "running" ? null : new Date(at + seconds * 1000);
  const statement = await db().statement.create({
    data: {
      ...{ id: newId(at), workId: work.id, warehouseId: of.id, readerId: of.readerId, sql, state },
      ...{ startedAt: new Date(at), finishedAt, queuedAt: new Date(at) },
      ...(values.bytes ? { cost: { bytesProcessed: values.bytes } } : {}),
    },
  });
  const { via, token: tokenId, query: queryId } = values;
  return db().execution.create({
    data: {
      ...{ id: values.id ?? newId(at), statementId: statement.id, ...ids, lane, sql, state, via, tokenId, queryId },
      ...{ submittedAt: new Date(at), finishedAt },
    },
  });
}

const saved = (values: { title?: string; at?: number; owner?: Person } = {}) =>
  db().query.create({
    data: {
      ...{ id: newId(), title: values.title ?? "Learners", warehouseId: warehouse.id, sql: "select * from events" },
      ...{ ownerId: (values.owner ?? ana).id, tables: ["public.events"], updatedAt: new Date(values.at ?? Date.now()) },
    },
  });

const usageFor = async (person: Person) => {
  forgetUsage();
  return getUsage(await contextFor(person.id), asked);
};
const thisWeek = async (person = ana) => (await usageFor(person)).weeks.at(-1);

describe("people of a week", () => {
  it("are counted once each, however often and whichever way they came, and what runs by itself is nobody", async () => {
    const at = Date.now();
    await ran({ by: ana, at });
    await ran({ by: ana, at });
    await ran({ by: ana, at, token: "t" });
    // An assistant's stands with what nobody waits for, and is bo's all the same.
    await ran({ by: bo, at, token: "t", lane: 2 });
    await ran({ by: stranger, at, lane: 2 });
    await countUsage();
    expect(await thisWeek()).toMatchObject({ people: 2, page: 1, api: 2, schedule: 1 });
  });

  it("are those of a team where one is named", async () => {
    await ran({ by: ana, at: Date.now() });
    await ran({ by: stranger, at: Date.now() });
    await countUsage();
    const { weeks } = await getUsage(await contextFor(stranger.id), { ...asked, team: team.id });
    expect(weeks.at(-1)).toMatchObject({ people: 1 });
  });

  it("are of the past too, from before anything was counted", async () => {
    await ran({ by: ana, at: Date.now() - 21 * day });
    await countUsage();
    const { weeks } = await usageFor(ana);
    expect(weeks).toHaveLength(26);
    expect(weeks.map(({ people }) => people).reduce((a, b) => a + b)).toBe(1);
    expect(weeks.slice(-4, -1).some(({ people }) => people === 1)).toBe(true);
  });
});

describe("a day", () => {
  const closed = async () =>
    (await pool().query<{ closed: boolean }>("select closed from usage_counted order by day limit 1")).rows[0]?.closed;

  it("stays open while something of it runs, and is then written anew", async () => {
    const at = Date.now() - 3 * day;
    const one = await ran({ by: ana, at, state: "running" });
    await countUsage();
    expect(await closed()).toBe(false);
    await db().statement.update({ where: { id: one.statementId }, data: { finishedAt: new Date(at + 7_000) } });
    await db().execution.update({ where: { id: one.id }, data: { state: "succeeded" } });
    await pool().query("update usage_counted set counted_at = counted_at - interval '2 minutes'");
    await countUsage();
    expect(await closed()).toBe(true);
    const { rows } = await pool().query("select executions, seconds from usage_days");
    expect(rows).toEqual([{ executions: 1, seconds: 7 }]);
  });

  it("that is closed is not counted again", async () => {
    await ran({ by: ana, at: Date.now() - 3 * day });
    expect(await countUsage()).toBe(4);
    expect(await countUsage()).toBe(0);
  });

  it("has the warehouse's seconds once, whoever joined", async () => {
    await ran({ by: ana, seconds: 5, at: Date.now() - 2 * day });
    await ran({ by: bo, seconds: 5, at: Date.now() - 2 * day, via: "joined" });
    await countUsage();
    const { teams } = await usageFor(ana);
    expect(teams.find(({ id }) => id === team.id)).toMatchObject({
      members: 2,
      people: 2,
      executions: 2,
      seconds: 5,
      share: 1,
    });
  });
});

describe("what stands in the lists", () => {
  it("is what one may see oneself", async () => {
    const query = await saved();
    await ran({ by: ana, query: query.id, seconds: 3 });
    await countUsage();
    const mine = await usageFor(bo);
    expect(mine.queries).toMatchObject([{ id: query.id, title: "Learners", owner: "Ana", people: 1, seconds: 3 }]);
    expect(mine.tables).toMatchObject([{ table: "public.events", people: 1 }]);
    expect(mine.slowest).toMatchObject([{ title: "Learners", user: "Ana", seconds: 3 }]);
    const theirs = await usageFor(stranger);
    expect(theirs).toMatchObject({ queries: [], tables: [], slowest: [], stale: [] });
    // Numbers of people are the company's.
    expect(theirs.weeks.at(-1)).toMatchObject({ people: 1 });
  });

  it("has the slowest and the most expensive executions, each by its own measure, with whose they are", async () => {
    const query = await saved();
    const small = await ran({ by: ana, query: query.id, bytes: 7_000, seconds: 1 });
    const large = await ran({ by: bo, sql: "select large", bytes: 9_000, seconds: 2 });
    const others = await ran({ by: stranger, bytes: 8_000, seconds: 3 });
    const slow = await ran({ by: ana, sql: "select slow", seconds: 5 });
    // The warehouse worked for the one that was joined, and long ago is not asked for.
    await ran({ by: bo, bytes: 9_500, seconds: 9, via: "joined" });
    await ran({ by: bo, bytes: 9_700, seconds: 9, at: Date.now() - 30 * day });
    await countUsage();
    const row = (one: { id: string }, user: Person, title: string, seconds: number, bytes: number) => ({
      ...{ kind: "execution", id: one.id, run: null, title, user: user.name, warehouse: warehouse.name },
      ...{ submittedAt: expect.any(String), seconds, bytes },
    });
    const [ofAna, ofBo] = [row(small, ana, "Learners", 1, 7_000), row(large, bo, "select large", 2, 9_000)];
    const ofStranger = row(others, stranger, "select * from events", 3, 8_000);
    const seen = await usageFor(ana);
    expect(seen.expensive).toEqual([ofBo, ofStranger, ofAna]);
    expect(seen.slowest).toEqual([row(slow, ana, "select slow", 5, 0), ofStranger, ofBo, ofAna]);
    expect(await usageFor(stranger)).toMatchObject({ expensive: [ofStranger], slowest: [ofStranger] });
  });

  it("has stale queries: neither run nor opened nor changed for 90 days", async () => {
    const [old, opened, changed] = [
      await saved({ title: "Old", at: Date.now() - 100 * day }),
      await saved({ title: "Opened", at: Date.now() - 100 * day }),
      await saved({ title: "Changed" }),
    ];
    await pool().query("insert into visits values ('query', $1, current_date - 3, $2)", [opened.id, bo.id]);
    await ran({ by: bo, query: old.id, at: Date.now() - 95 * day });
    await countUsage();
    const { stale } = await usageFor(ana);
    expect(stale.map(({ title }) => title)).toEqual(["Old"]);
    expect(stale[0]?.lastUsed).toBe(new Date(Date.now() - 95 * day).toISOString().slice(0, 10));
    expect(changed.title).toBe("Changed");
  });
});

describe("a refresh that nobody opened", () => {
  const trigger = async (query: string, values: object = {}) =>
    db().trigger.create({
      data: {
        ...{ id: newId(), queryId: query, ownerId: ana.id, cron: "0 8 * * *", zone: "UTC", nextAt: new Date() },
        ...{ createdAt: new Date(Date.now() - 100 * day), ...values },
      },
    });
  const openingsSince = (days: number) =>
    pool().query("update visits_since set at = now() - make_interval(days => $1)", [days]);

  it("is proposed with its share of the load, to pause for who set it up", async () => {
    await openingsSince(61);
    const query = await saved();
    const { id } = await trigger(query.id);
    const slot = new Date(Date.now() - day);
    const own = await ran({ by: ana, lane: 2, query: query.id, seconds: 30, at: slot.getTime() });
    await ran({ by: bo, seconds: 10, at: slot.getTime() });
    await db().triggerSlot.create({ data: { triggerId: id, slot, outcome: "ran" } });
    await db().triggerRun.create({
      data: { triggerId: id, slot, executionId: own.id, position: 0, queryId: query.id, parameters: {} },
    });
    await countUsage();
    const [found] = (await usageFor(ana)).unopened;
    expect(found).toMatchObject({
      id,
      title: "Learners",
      runs: 1,
      seconds: 30,
      share: 0.75,
      lastOpened: null,
      mayPause: true,
    });
    expect((await usageFor(bo)).unopened).toMatchObject([{ id, mayPause: false }]);
    expect((await usageFor(stranger)).unopened).toEqual([]);
  });

  it("is none while openings are known for less than 60 days", async () => {
    await openingsSince(59);
    await trigger((await saved()).id);
    expect((await usageFor(ana)).unopened).toEqual([]);
  });

  it("is none once somebody opened it, ran it by hand, or is told of it", async () => {
    await openingsSince(61);
    const [seen, run, told] = [await saved(), await saved(), await saved()];
    for (const { id } of [seen, run]) await trigger(id);
    await trigger(told.id, { tellWhen: "always", mailTo: [bo.id] });
    noteVisit(await contextFor(bo.id), "query", seen.id);
    await ran({ by: bo, query: run.id });
    await countUsage();
    await expect.poll(async () => (await usageFor(ana)).unopened).toEqual([]);
  });
});

describe("a table", () => {
  const shown = (query: { id: string }) => ({ queryId: query.id, addedById: ana.id });
  const usageOf = async (person: Person) =>
    tableUsage(await contextFor(person.id), { warehouse: warehouse.id, table: "public.events", days: 90 });

  it("names who may read it, who did, and whom to ask", async () => {
    await saved({ owner: bo });
    await ran({ by: ana, sql: "with e as (select 1) select * from public.events, e" });
    await ran({ by: stranger, sql: "select 1 from events" });
    await ran({ by: ana, state: "failed" });
    await countUsage();
    const found = await usageOf(ana);
    expect(found.teams).toMatchObject([{ name: "growth", members: 2 }]);
    expect(found.mayRead).toBe(2);
    expect(found.people).toMatchObject([
      { name: "Ana", executions: 1, mayStill: true },
      { id: stranger.id, executions: 1, mayStill: false },
    ]);
    expect(found.ask[0]).toMatchObject({ name: "Bo", why: "owns 1 query on it" });
  });

  it("names first who vouches for a query on it, then who owns one, then who ran most, and nobody twice", async () => {
    const [carl, dan, eve] = [await buildUser({ name: "Carl" }), await buildUser({ name: "Dan" }), await buildUser()];
    const vouch = async (by: Person, version: number) => {
      const { id } = await saved({ owner: bo });
      await db().query.update({
        where: { id },
        data: { version: 2, verifiedVersion: version, verifiedById: by.id, verifiedAt: new Date() },
      });
    };
    await vouch(carl, 2);
    await vouch(carl, 2);
    // A text that was changed since is vouched for by nobody.
    await vouch(dan, 1);
    await saved({ owner: eve });
    await db().user.update({ where: { id: eve.id }, data: { disabledAt: new Date() } });
    const [day1, day2] = [Date.now() - 3 * day, Date.now() - 2 * day];
    for (const at of [day1, day1, day2]) await ran({ by: ana, at });
    await ran({ by: stranger, at: day1 });
    for (const by of [stranger, dan]) for (let n = 0; n < 5; n++) await ran({ by, at: day1, lane: 2 });
    for (const by of [bo, carl, eve]) await ran({ by, at: day1 });
    await countUsage();
    const { ask } = await usageOf(ana);
    expect(ask.map(({ name, why }) => [name, why])).toEqual([
      ["Carl", "vouches for 2 queries on it"],
      ["Bo", "owns 3 queries on it"],
      ["Ana", "ran 3 executions on it"],
      [stranger.name, "ran 1 execution on it"],
    ]);
  });

  it("names who opened a stored answer over it, told apart from who ran something", async () => {
    const at = Date.now() - 3 * day;
    const on = new Date(at).toISOString().slice(0, 10);
    const query = await saved();
    const [first, latest] = [await ran({ by: ana, at: at - day }), await ran({ by: ana, at, query: query.id })];
    await ran({ by: ana, at, sql: "select 1 from other" });
    const failed = await ran({ by: ana, at, state: "failed" });
    const visit = (kind: string, id: string, by: Person) =>
      pool().query("insert into visits values ($1, $2, $3, $4)", [kind, id, on, by.id]);
    // The same answer twice a day, by its query and by a board, is one.
    await visit("query", query.id, bo);
    const board = await db().board.create({
      data: { id: newId(), title: "b", ownerId: ana.id, changedById: ana.id, queries: { create: shown(query) } },
    });
    await visit("board", board.id, bo);
    for (const one of [first, failed]) await visit("execution", one.id, bo);
    // What she ran that day is no opening; what she ran before is.
    for (const one of [first, latest]) await visit("execution", one.id, ana);
    const share = await db().share.create({
      data: {
        ...{ id: newId(), kind: "execution", objectId: latest.id, executionId: latest.id, sharerId: ana.id },
        ...{ audience: "person", userId: stranger.id, allows: "see" },
      },
    });
    await db().shareOpening.create({
      data: { id: newId(at), shareId: share.id, userId: stranger.id, at: new Date(at) },
    });
    await countUsage();
    expect((await usageOf(ana)).people.map(({ id: _, ...did }) => did)).toEqual([
      { name: "Ana", executions: 2, openings: 1, last: on, mayStill: true },
      { name: "Bo", executions: 0, openings: 2, last: on, mayStill: true },
      { name: stranger.name, executions: 0, openings: 1, last: on, mayStill: false },
    ]);
  });

  it("has openings of days too that were closed before they were counted, and none of rows that were gone", async () => {
    const at = Date.now() - 3 * day;
    const [kept, gone] = [await ran({ by: ana, at: at - day }), await ran({ by: ana, at: at - day })];
    const expired = { expiredAt: new Date(at - day), expiredBy: "retention" };
    await db().statement.update({ where: { id: gone.statementId }, data: expired });
    const insert = "insert into visits select 'execution', unnest($1::text[]), $2, $3";
    await pool().query(insert, [[kept.id, gone.id], new Date(at).toISOString().slice(0, 10), bo.id]);
    await countUsage();
    await pool().query("delete from usage_openings");
    await pool().query("update usage_counted set rules = 2");
    await countUsage();
    expect((await usageOf(ana)).people).toMatchObject([{ name: "Ana" }, { name: "Bo", executions: 0, openings: 1 }]);
  });

  it("of a lake is known before anybody has read it, and counted by its bare name", async () => {
    const lake = await buildLake({ teamIds: [team.id] });
    const row = { warehouseId: lake.id, columns: [], pipeline: "p", stage: "s" };
    for (const schema of ["main", "mart"])
      await db().lakeTable.create({ data: { ...row, id: newId(), schema, name: "daily" } });
    const of = async (person: Person, table: string) =>
      tableUsage(await contextFor(person.id), { warehouse: lake.id, table, days: 90 });
    expect(await of(ana, "mart.daily")).toMatchObject({ teams: [{ name: "growth" }], mayRead: 2, people: [], ask: [] });
    await expect(of(ana, "mart.other")).rejects.toMatchObject({ code: "not_found" });
    await expect(of(stranger, "mart.daily")).rejects.toMatchObject({ code: "not_found" });
    await ran({ by: bo, sql: "select * from daily", of: lake });
    await ran({ by: bo, sql: "select * from mart.daily", of: lake });
    await countUsage();
    for (const table of ["main.daily", "mart.daily"])
      expect((await of(ana, table)).people).toMatchObject([{ name: "Bo", executions: 1 }]);
  });

  it("is unknown to whose reader does not see it", async () => {
    await expect(usageOf(stranger)).rejects.toMatchObject({ code: "not_found" });
  });
});
