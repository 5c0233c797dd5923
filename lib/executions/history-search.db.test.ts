import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { newId } from "@/lib/platform/ids";
import { addressOf, asSuperuser, testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { migrate } from "../../prisma/migrator";
import { historyQuery, spanOf } from "./list";
import { listExecutions } from "./look-back";
import { runQuery } from "./run-query";
import type { ExecutionsQuery } from "./schema";

/** Search over a history of 40,000 executions. */

let ana: Context;
let admin: Context;

beforeAll(async () => {
  const { name } = await testDatabase();
  const team = await buildTeam();
  const user = await buildUser({ teamIds: [team.id] });
  ana = await contextFor(user.id);
  admin = await buildPerson({ role: "admin" });
  const { id } = await buildWarehouse({ teamIds: [team.id] });
  await runQuery(ana, { warehouse: id, sql: "select 'their statement'" });
  // The index is made after the rows, which takes a fraction of the time.
  await asSuperuser(
    `set session_replication_role = replica;
     do $$
     declare definition text := pg_get_indexdef('executions_sql_trgm'::regclass);
     begin
       drop index executions_sql_trgm;
       insert into executions (id, statement_id, warehouse_id, user_id, lane, sql, state)
       select lpad(n::text, 12, '0'), (select id from statements), '${id}', '${user.id}', 0,
         'select country, count(*), sum(' || md5(n::text) || ') from activity_' || n % 1000 ||
           ' join learners using (learner_id) where at >= ''2026-01-01'' group by country order by 2 desc' ||
           case when n % 10000 = 7 then ' -- Quarterly_Needle' else '' end,
         (case when n = 30007 then 'running' else 'succeeded' end)::state
       from generate_series(1, 40000) n;
       execute definition;
     end $$`,
    name,
  );
  await asSuperuser("vacuum analyze", name);
}, 120_000);
afterAll(closeGate);

/** With time enough for the whole history, however busy the machine is. */
const idsOf = async (ctx: Context, filter: Partial<ExecutionsQuery>) =>
  (await listExecutions(ctx, filter, 60_000)).items.map(({ id }) => Number(id));

async function plan(ctx: Context, filter: Partial<ExecutionsQuery>, gather: boolean): Promise<string> {
  const { text, values } = historyQuery(ctx, filter, 51, spanOf(filter), gather);
  const { rows } = await pool().query(`explain (analyze, costs off) ${text}`, values);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

it("finds a rare text by its index, whoever asks and whatever runs just now", async () => {
  for (const ctx of [ana, admin]) {
    expect(await idsOf(ctx, { q: "quarterly_needle" })).toEqual([30_007, 20_007, 10_007, 7]);
    const shown = await plan(ctx, { q: "quarterly_needle" }, true);
    expect(shown).toMatch(/Index Scan on executions_sql_trgm/);
    expect(shown).not.toMatch(/Seq Scan on executions/);
  }
  expect(await idsOf(ana, { q: "quarterly%needle" })).toEqual([]);
  expect(await idsOf(ana, { q: "000000000123" })).toEqual([123]);
});

it("finds a frequent text from the newest on", async () => {
  expect(await idsOf(ana, { q: "JOIN learners", limit: 3 })).toEqual([40_000, 39_999, 39_998]);
  expect(await plan(ana, { q: "JOIN learners" }, false)).not.toMatch(/Seq Scan on executions/);
});

it("ends a look when its time is over, says since when it looked, and goes on from there to the end", async () => {
  const found: string[] = [];
  const reached: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await listExecutions(ana, { q: "quarterly_needle", ...(cursor ? { cursor } : {}) }, 0);
    found.push(...page.items.map(({ id }) => id));
    reached.push(page.searchedTo);
    expect(page.searchedTo === null).toBe(page.next === null);
    cursor = page.next ?? undefined;
  } while (cursor && reached.length < 100);
  expect(found.map(Number)).toEqual([30_007, 20_007, 10_007, 7]);
  // One is the run that the others point to.
  expect(reached.length).toBe(Math.ceil(40_001 / 2_000));
  expect(reached[0]).toMatch(/^\d{4}-\d\d-\d\dT/);
});

it("walks in growing steps where no index helps, and finds each execution once", async () => {
  const { items, next } = await listExecutions(ana, { q: "y_n" }, 60_000);
  expect(items.map(({ id }) => Number(id))).toEqual([30_007, 20_007, 10_007, 7]);
  expect(next).toBeNull();
});

it("says with nothing found that nothing is left to look at", async () => {
  for (const q of ["zz", "group by 7", "no such words"]) {
    expect(await listExecutions(ana, { q }, 60_000)).toEqual({ items: [], next: null, searchedTo: null });
  }
});

it("looks in a time only among the ids of that time", async () => {
  const now = Date.now();
  const at = (ms: number) => new Date(ms).toISOString();
  const span = spanOf({ from: at(now - 7_200_000), to: at(now) });
  expect([newId(now - 7_200_000), newId(now)].every((id) => id > (span.from ?? "") && id < (span.below ?? ""))).toBe(
    true,
  );
  expect(newId(now - 86_400_000) > (span.from ?? "")).toBe(false);
  expect(spanOf({ to: at(now), cursor: newId(now - 86_400_000) }).below).toMatch(/^.{26}$/);
  const theirs = await listExecutions(ana, { q: "their statement", from: at(now - 3_600_000) });
  expect(theirs.items.map(({ sql }) => sql)).toEqual(["select 'their statement'"]);
  expect((await listExecutions(ana, { q: "their statement", to: at(now - 3_600_000) })).items).toEqual([]);
});

it.each([
  ["which may have the extension, with the index", "select 1", 1],
  // A name that the extension needs is taken, so that it cannot be made, as on a server that does not offer it.
  ["where it cannot be had, without the index", "create type gtrgm as enum ()", 0],
])("migrates as the owner of a database %s", async (_what, before, indexes) => {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asSuperuser(`create role ${name} login password 'owner'`);
  await asSuperuser(`create database ${name} owner ${name}`);
  await asSuperuser(before, name);
  const url = addressOf(name, { name, password: "owner" });
  const client = new pg.Client({ connectionString: url });
  try {
    await migrate(url, url);
    await client.connect();
    const found = await client.query("select 1 from pg_indexes where indexname = 'executions_sql_trgm'");
    expect(found.rowCount).toBe(indexes);
    const { text, values } = historyQuery(ana, { q: "anything" }, 51);
    expect((await client.query(text, values)).rows).toEqual([]);
  } finally {
    await client.end();
    await asSuperuser(`drop database ${name} with (force)`);
    await asSuperuser(`drop role ${name}`);
  }
});
