import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForExecution } from "@/lib/executions/data";
import { startQuery } from "@/lib/executions/run-query";
import type { ParameterValues } from "@/lib/executions/schema";
import { grantSchemas } from "@/lib/pipelines/grant-schemas";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { getRun, listRuns, waitForRun } from "@/lib/runs/data";
import { forgetTries } from "@/lib/runs/forget-tries";
import { retryRun } from "@/lib/runs/retry-run";
import { saveTable } from "@/lib/runs/save-table";
import { retryRunSchema, saveTableSchema } from "@/lib/runs/schema";
import { scratchOf } from "@/lib/runs/scratch";
import { rowsIn, testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse, buildWriter } from "@/lib/testing/factories";
import { askLake, buildLake, lakeConnection } from "@/lib/testing/lake";
import { adapter } from "@/lib/warehouses/duckdb";
import { startStageWorker } from "./testing/stage-worker";

/** What a query answers is kept as a table of the team's scratch schema, as the one who asks, and no table goes without a yes. */

let ana: Context;
let stranger: Context;
let admin: Context;
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam({ name: "growth" });
  ana = await buildPerson({ name: "Ana", teamIds: [team.id] });
  stranger = await buildPerson();
  admin = await buildPerson({ role: "admin", name: "Ada", email: "ada@example.com" });
  warehouse = await buildWarehouse({
    teamIds: [team.id],
    sql: `create schema scratch; create schema mart; create table salaries as select 1 as n;
      create table scratch.theirs as select 7 as n; grant usage on schema scratch to public`,
  });
  // The writer may read what no reader may.
  await buildWriter(
    warehouse,
    `grant usage, create on schema scratch, mart to $writer; revoke all on salaries from public;
     do $$ declare r text; begin
       for r in select distinct grantee from information_schema.role_table_grants where table_name = 'salaries' and grantee <> current_user
       loop execute format('revoke all on salaries from %I', r); end loop; end $$;
     grant select on salaries to $writer; alter table scratch.theirs owner to $writer`,
  );
  await startStageWorker({ statements: true });
});

const inWarehouse = (sql: string) => rowsIn(warehouse.database, sql);

async function ran(sql: string, parameters: ParameterValues = {}, more: object = {}): Promise<string> {
  const started = await startQuery(ana, { warehouse: warehouse.id, sql, parameters, ...more });
  await waitForExecution(ana, started.id, 30);
  return started.id;
}
const save = (execution: string, table: string, more: object = {}, ctx = ana, id?: string) =>
  saveTable(ctx, execution, saveTableSchema.parse({ table, ...more }), id);
async function saved(execution: string, table: string, more: object = {}, ctx = ana) {
  const { id } = await save(execution, table, more, ctx);
  return waitForRun(ctx, id, 40);
}

describe("before an admin has chosen a schema", () => {
  it("says whom to ask", async () => {
    await grantSchemas(admin, warehouse.id, [{ team: "growth", schema: "mart" }]);
    expect(await scratchOf(ana)).toEqual({ items: [], ask: "Ada (ada@example.com)" });
    await expect(save(await ran("select 1 as n"), "kept")).rejects.toMatchObject({
      ...{ code: "forbidden", message: expect.stringContaining("Ask Ada (ada@example.com) for one.") },
    });
  });

  it("lets a team have one in a warehouse", async () => {
    const grants = ["scratch", "mart"].map((schema) => ({ team: "growth", schema, scratch: true }));
    await expect(grantSchemas(admin, warehouse.id, grants)).rejects.toMatchObject({
      extra: { fields: [expect.objectContaining({ field: "grants.1.scratch" })] },
    });
  });
});

describe("with a scratch schema", () => {
  beforeAll(async () => {
    const grants = [
      { team: "growth", schema: "scratch", scratch: true },
      { team: "growth", schema: "mart" },
    ];
    await grantSchemas(admin, warehouse.id, grants);
  });

  it("keeps all rows in their own types, with values bound as they were, for the team to read", async () => {
    const sql =
      "select n, n::numeric / 3 as third, {{Word}} as word, now() as at, array[n] as list from generate_series(1, {{least}}::int) n where n::text = any({{all}})";
    const all = Array.from({ length: 400 }, (_, n) => String(n));
    const execution = await ran(sql, { Word: "it's '; drop table salaries; --", least: "300", all }, { limit: 10 });
    const run = await saved(execution, "kept");
    expect(run).toMatchObject({
      ...{ state: "succeeded", error: null, trigger: "save", tried: null, lane: "interactive" },
      saves: { execution, schema: "scratch", table: "kept", team: "growth", warehouse: { id: warehouse.id } },
      may: { retry: false },
    });
    const columns = `select column_name, data_type from information_schema.columns
      where table_schema = 'scratch' and table_name = 'kept' order by ordinal_position`;
    expect(await inWarehouse(columns)).toEqual([
      ...[
        ["n", "integer"],
        ["third", "numeric"],
        ["word", "text"],
      ],
      ...[
        ["at", "timestamp with time zone"],
        ["list", "ARRAY"],
      ],
    ]);
    expect(await inWarehouse("select count(*)::int, min(word), (min(third))::text from scratch.kept")).toEqual([
      [300, "it's '; drop table salaries; --", "0.33333333333333333333"],
    ]);
    const again = await ran("select count(*) as n from scratch.kept");
    expect((await db().execution.findUniqueOrThrow({ where: { id: again } })).state).toBe("succeeded");
    const [entry] = await db().auditEntry.findMany({ where: { action: "table.save" } });
    expect(entry).toMatchObject({ object: `execution:${execution}`, detail: { table: "scratch.kept", run: run.id } });
  });

  it("replaces nothing without a yes, and then what was saved, never what somebody else has made", async () => {
    const execution = await ran("select 2 as n");
    await expect(save(execution, "kept")).rejects.toMatchObject({
      ...{ code: "conflict", message: expect.stringMatching(/^scratch\.kept is there already, saved by Ana on 20/) },
      extra: { fields: [{ field: "table" }], taken: true },
    });
    expect((await saved(execution, "kept", { replace: true })).state).toBe("succeeded");
    expect(await inWarehouse("select * from scratch.kept")).toEqual([[2]]);
    const theirs = await saved(execution, "theirs", { replace: true });
    expect(theirs.stages[0]?.error?.message).toMatch(/was not made by Sluice/);
    expect(await inWarehouse("select * from scratch.theirs")).toEqual([[7]]);
  });

  it("looks again in the warehouse: of two at once one makes the table, and the other leaves it", async () => {
    const execution = await ran("select 3 as n");
    const both = await Promise.all([save(execution, "race"), save(execution, "race")]);
    const ends = await Promise.all(both.map(({ id }) => waitForRun(ana, id, 40)));
    expect(ends.map(({ state }) => state).sort()).toEqual(["failed", "succeeded"]);
    expect(await inWarehouse("select * from scratch.race")).toEqual([[3]]);
  });

  it("reads as the one who asks: what the writer alone may see is not saved", async () => {
    const execution = await ran("select 1 as n");
    await db().execution.update({ where: { id: execution }, data: { sql: "select * from salaries" } });
    const run = await saved(execution, "leaked");
    expect(run.stages[0]?.error?.message).toMatch(/permission denied/);
    expect(await inWarehouse("select to_regclass('scratch.leaked')::text")).toEqual([[null]]);
  });

  it("is made once by a request that comes twice, and keeps its run though a try would be gone", async () => {
    const id = newId();
    const execution = await ran("select 4 as n");
    const [first, second] = [await save(execution, "once", {}, ana, id), await save(execution, "once", {}, ana, id)];
    expect(second.id).toBe(first.id);
    expect((await waitForRun(ana, id, 40)).state).toBe("succeeded");
    await db().run.update({ where: { id }, data: { createdAt: new Date("2020-01-01") } });
    await forgetTries();
    expect((await getRun(ana, id)).saves?.table).toBe("once");
    expect((await listRuns(ana, { limit: 50 })).items).toEqual([]);
    await expect(retryRun(ana, id, retryRunSchema.parse({ whole: true }))).rejects.toMatchObject({ code: "conflict" });
  });

  it("refuses who may not, and what has no rows", async () => {
    const execution = await ran("select 5 as n");
    await expect(save(execution, "kept2", {}, stranger)).rejects.toMatchObject({ code: "not_found" });
    const viewer = await buildPerson({ role: "viewer", teamIds: ana.teamIds });
    await expect(save(execution, "kept2", {}, viewer)).rejects.toMatchObject({ code: "forbidden" });
    await expect(save(await ran("select nothing"), "kept2")).rejects.toMatchObject({ code: "conflict" });
    await expect(save(execution, "kept2", { team: "sales" })).rejects.toMatchObject({
      extra: { fields: [{ field: "team" }] },
    });
    expect(saveTableSchema.safeParse({ table: 'x"; drop' }).success).toBe(false);
    await expect(getRun(stranger, (await save(execution, "kept3")).id)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("with a scratch schema on a lake", () => {
  let lake: Awaited<ReturnType<typeof buildLake>>;
  beforeAll(async () => {
    lake = await buildLake({ name: "lake", teamIds: ana.teamIds });
    await grantSchemas(admin, lake.id, [{ team: "growth", schema: "kept", scratch: true }]);
  });
  afterAll(() => adapter.close());
  const inLake = (sql: string) => askLake(lakeConnection(lake.id), sql);

  it("keeps PostgreSQL's rows in files, with their values, and replaces nothing without a yes", async () => {
    const into = { warehouse: "lake" };
    const sql =
      "select n, {{Word}} as word, timestamptz '2026-03-01 12:00Z' as at, (n * 1.5)::numeric(10,2) as price from generate_series(1, {{least}}::int) n";
    const execution = await ran(sql, { Word: "it's", least: "300" }, { limit: 10 });
    expect(await saved(execution, "numbers", into)).toMatchObject({
      ...{ state: "succeeded", error: null },
      saves: { schema: "kept", table: "numbers", warehouse: { name: "lake" } },
    });
    expect(
      await inLake(
        'select count(*) as n, min(word) as word, sum(price)::varchar as price, epoch(max("at")) as last from kept.numbers',
      ),
    ).toEqual([{ n: 300, word: "it's", price: "67725.00", last: Date.parse("2026-03-01T12:00:00Z") / 1_000 }]);
    const other = await ran("select 1 as one");
    await expect(save(other, "numbers", into)).rejects.toMatchObject({
      ...{ code: "conflict", message: expect.stringMatching(/^kept\.numbers is there already, saved by Ana on 20/) },
    });
    expect((await saved(other, "numbers", { ...into, replace: true })).state).toBe("succeeded");
    expect(await inLake("select * from kept.numbers")).toEqual([{ one: 1 }]);
  });

  it("keeps the lake's own rows", async () => {
    const execution = await ran(
      "select n + {{more}}::int as two from (values (1)) v(n);",
      { more: "1" },
      { warehouse: lake.id },
    );
    expect((await saved(execution, "own")).state).toBe("succeeded");
    expect(await inLake("select * from kept.own")).toEqual([{ two: 2 }]);
  });
  it("offers no schema of a warehouse whose tables Sluice does not make", async () => {
    const mysql = await db().warehouse.create({ data: { id: newId(), name: "shop", engine: "mysql", config: {} } });
    await grantSchemas(admin, mysql.id, [{ team: "growth", schema: "shop", scratch: true }]);
    const { items } = await scratchOf(ana);
    const names = items.map(({ warehouse: { name } }) => name);
    expect(names).toContain("lake");
    expect(names).not.toContain("shop");
  });
});
