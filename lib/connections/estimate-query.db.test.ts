import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { setLimit } from "@/lib/gate/limits";
import { setGate } from "@/lib/gate/settings";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { estimateQuery } from "./estimate-query";

let ana: Context;
let admin: Context;
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ name: "Ana", teamIds: [team.id] });
  admin = await buildPerson({ role: "admin" });
  warehouse = await buildWarehouse({
    teamIds: [team.id],
    sql: `create table events as select n as id, n % 7 as kind, now() - n * interval '1 minute' as at from generate_series(1, 200000) n;
      create index on events (at);
      create table tally (n int); insert into tally values (0);
      create function counted() returns int language sql volatile as 'update tally set n = n + 1 returning n'`,
  });
  await asSuperuser("analyze events", warehouse.database);
});

const estimate = (sql: string, parameters: Record<string, string> = {}) =>
  estimateQuery(ana, warehouse.id, { sql, parameters });

it("says what a statement would read, and which index a filter would use", async () => {
  expect(await estimate("select count(*) from events where kind = 3")).toEqual({
    state: "known",
    rows: 200_000,
    bytes: null,
    words: ["Reads about 200,000 rows of events.", "A filter on `at` of events would use its index."],
    warning: null,
    refusal: null,
  });
  const narrow = await estimate("select * from events where at > {{since}}::timestamptz", {
    since: new Date(Date.now() - 3_600_000).toISOString(),
  });
  expect(narrow.rows).toBeLessThan(2_000);
  expect(narrow.words).toHaveLength(1);
});

it("says in words when the planner takes it for much work", async () => {
  const { words } = await estimate("select count(*) from events a, events b");
  expect(words.at(-1)).toMatch(/^The planner takes it for as much work as reading about [\d,.]+ [GT]B in order\.$/);
});

it("is silent about what cannot be read yet, what is no query, and a table that one may not read", async () => {
  expect((await estimate("select * frm events")).state).toBe("invalid");
  expect((await estimate("select * from evnts")).state).toBe("invalid");
  expect((await estimate("select 1; select 2")).state).toBe("invalid");
  expect((await estimate("drop table events")).state).toBe("unknown");
  await asSuperuser("create table secret (n int)", warehouse.database);
  expect((await estimate("select * from secret")).state).toBe("invalid");
});

it("reads a plan that repeats a value of megabytes", async () => {
  const long = "x".repeat(3_000_000);
  expect((await estimate("select {{name}}::text from events", { name: long })).rows).toBe(200_000);
});

it("runs nothing", async () => {
  await estimate("select counted()");
  await asSuperuser(
    "do $$ begin if (select n from tally) <> 0 then raise exception 'it was run'; end if; end $$",
    warehouse.database,
  );
});

it("warns before a limit, and refuses above it, with who can raise it", async () => {
  const limit = (value: number | null) =>
    setLimit(admin, { scope: "person", id: ana.user.id, name: "rowsRead", value });
  await limit(300_000);
  expect(await estimate("select * from events")).toMatchObject({ warning: expect.any(String), refusal: null });
  await limit(100_000);
  expect(await estimate("select * from events")).toMatchObject({
    warning: null,
    refusal: "It would be refused: the limit rowsRead of the person Ana allows 100,000 rows. An admin can raise it.",
  });
  await limit(null);
  expect(await estimate("select * from events")).toMatchObject({ warning: null, refusal: null });
});

it("does not ask a paused warehouse, nor for who has no grant", async () => {
  await setGate(admin, warehouse.id, { paused: true });
  expect((await estimate("select 1")).state).toBe("paused");
  await setGate(admin, warehouse.id, { paused: false });
  const stranger = await buildPerson();
  await expect(estimateQuery(stranger, warehouse.id, { sql: "select 1", parameters: {} })).rejects.toMatchObject({
    code: "not_found",
  });
});

it("lets few wait, and tells who comes after nothing", async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => estimate("select count(*) from events")));
  expect(all.filter(({ state }) => state === "known")).toHaveLength(5);
  expect(all.filter(({ state }) => state === "unknown")).toHaveLength(7);
});
