import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { statementOf, waitForExecution } from "@/lib/executions/data";
import { setGate } from "@/lib/gate/settings";
import { openQueue } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { answerOf } from "@/lib/queries/answer";
import { listChoices } from "@/lib/queries/list-choices";
import { runSavedQuery } from "@/lib/queries/run-saved-query";
import { saveQuery } from "@/lib/queries/save-query";
import { type GivenValues, saveQuerySchema } from "@/lib/queries/schema";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { closeWriters } from "@/lib/results/writers";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

/** Parameters, from what a reader gives to what PostgreSQL makes of it. */

let ana: Context;
let viewer: Context;
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  ana = await buildPerson({ teamIds: [team.id] });
  viewer = await buildPerson({ role: "viewer", teamIds: [team.id] });
  warehouse = await buildWarehouse({
    teamIds: [team.id],
    sql: `create table sales (country text, city text, n int, at timestamptz);
      insert into sales values ('US', 'Boston', 1, '2026-01-01 12:00Z'), ('US', 'Austin', 2, '2026-01-02 12:00Z'),
        ('DE', 'Köln', 3, '2026-01-03 12:00Z'), ('O''Brien', null, 4, '2026-01-04 12:00Z');
      create table hours as select h as at from generate_series('2026-03-06Z'::timestamptz, '2026-03-12Z', '1 hour') h;
      insert into hours select h from generate_series('2026-10-30Z'::timestamptz, '2026-11-05Z', '1 hour') h`,
  });
  const running = newRunning("the-test");
  await openQueue().consume((work) => runWork(work, running), 4);
});
afterAll(async () => {
  closeReaders();
  closeWriters();
  await closeGate();
  await (await adapterFor("postgres")).close();
});

function save(sql: string, parameters?: unknown) {
  const body = { title: "Sales", warehouse: warehouse.id, sql, parameters };
  return saveQuery(ana, saveQuerySchema.parse(body));
}

async function rows(ctx: Context, id: string, parameters: GivenValues = {}, timeZone = "UTC") {
  const started = await runSavedQuery(ctx, id, { parameters, timeZone });
  const view = await waitForExecution(ctx, started.id, 25);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  return (await readRows(await statementOf(ctx, started.id), { offset: 0, limit: 100 })).rows;
}

describe("a text", () => {
  it.each([
    ["quotes", "it's \"so\" `it` \\' \\\\"],
    ["lines", "a\nb\r\nc\td"],
    ["SQL", "'; drop table sales; select '1"],
    ["the end of a dollar quote", "$$ $1 $sluice$"],
    ["placeholders", "{{country}} [[ {{x}} ]]"],
    ["any letters", "Ünïcödé 漢字 🙂"],
    ["a megabyte", "x'".repeat(512 * 1024)],
  ])("of %s comes out as it went in", async (_, value) => {
    const query = await save("select {{v}}::text as v, md5({{v}}) = md5({{v}}) as same, length({{v}}) as n");
    const [row] = await rows(viewer, query.id, { v: value });
    const cut = value.length > 100_000;
    expect(cut ? row?.[2] : row?.[0]).toBe(cut ? [...value].length : value);
    expect((await rows(ana, (await save("select count(*) from sales")).id))[0]).toEqual(["4"]);
  });
});

describe("values", () => {
  const parameters = [
    { name: "country", type: "list", options: ["US", "DE", "O'Brien"].map((value) => ({ value })) },
    { name: "cities", type: "multi", options: ["Boston", "Austin", "Köln", 'a"b\\c,{}'].map((value) => ({ value })) },
    { name: "least", type: "number" },
    { name: "period", type: "dateRange" },
  ];
  const sql = `select n from sales where true [[and country = {{country}}]] [[and city = any({{cities}})]]
    [[and n >= {{least}}::numeric]] [[and at >= {{period.from}} and at < {{period.to}}]] order by n`;
  it.each<[GivenValues, number[]]>([
    [{}, [1, 2, 3, 4]],
    [{ country: "US" }, [1, 2]],
    [{ country: "O'Brien" }, [4]],
    [{ country: "" }, [1, 2, 3, 4]],
    [{ cities: ["Boston", "Köln"] }, [1, 3]],
    [{ cities: 'a"b\\c,{}' }, []],
    [{ least: "2.5", country: "US" }, []],
    [{ least: "2" }, [2, 3, 4]],
    [{ period: "2026-01-02..2026-01-03" }, [2, 3]],
    [{ period: "2026-01", country: "DE" }, [3]],
  ])("%j choose rows %j, for viewers too", async (given, expected) => {
    const query = await save(sql, parameters);
    expect(await rows(viewer, query.id, given)).toEqual(expected.map((n) => [n]));
  });

  it("of days have every hour once, where clocks change too", async () => {
    const query = await save("select count(*) from hours where at >= {{p.from}} and at < {{p.to}}");
    const hours = async (period: string, zone: string) =>
      Number((await rows(ana, query.id, { p: period }, zone))[0]?.[0]);
    expect(await hours("2026-03-08", "America/New_York")).toBe(23);
    expect(await hours("2026-11-01", "America/New_York")).toBe(25);
    expect(await hours("2026-11-01", "Asia/Kathmandu")).toBe(24);
    const days = await Promise.all(
      ["2026-10-31", "2026-11-01", "2026-11-02"].map((day) => hours(day, "America/New_York")),
    );
    expect(await hours("2026-10-31..2026-11-02", "America/New_York")).toBe(days.reduce((sum, day) => sum + day, 0));
    // Cairo's clocks skip from midnight to one o'clock on this day: its first hour is no hour.
    const skipped = await save("select {{d}}::timestamptz::text", [{ name: "d", type: "date" }]);
    expect(await rows(ana, skipped.id, { d: "2026-04-24" }, "Africa/Cairo")).toEqual([["2026-04-24 01:00:00+03"]]);
  });

  it("leave the engine's complaint at its place in the person's own text", async () => {
    const query = await save("select 1\n[[where {{a}} = 'x']]\n where nope = {{b}}");
    const { id } = await runSavedQuery(ana, query.id, { parameters: { b: "1" } });
    const view = await waitForExecution(ana, id, 25);
    expect(view).toMatchObject({ state: "failed", error: { line: 3, column: 8 } });
    expect(view.sql).toHaveLength(query.sql.length);
  });
});

describe("a list from a query", () => {
  it("has its rows, by what it depends on, and asks the warehouse once an hour", async () => {
    const list = await save("select city, upper(city) as shown from sales where country = {{country}} order by 1");
    const ask = (parameters: GivenValues, more: object = {}) => listChoices(viewer, list.id, { parameters, ...more });
    expect((await ask({ country: "US" }, { labelColumn: "shown" })).choices).toEqual([
      { value: "Austin", label: "AUSTIN" },
      { value: "Boston", label: "BOSTON" },
    ]);
    const before = await db().execution.count();
    expect((await ask({ country: "US" })).choices).toHaveLength(2);
    expect(await db().execution.count()).toBe(before);
    expect((await ask({ country: "O'Brien" })).choices).toEqual([]);
    expect((await ask({ country: "US" }, { refresh: true })).choices).toHaveLength(2);
    expect(await db().execution.count()).toBe(before + 2);
    await expect(ask({ country: "US" }, { column: "nope" })).rejects.toMatchObject({ code: "invalid" });
  });

  it("says why it has none when its source fails, or its warehouse is paused", async () => {
    const broken = await save("select 1/0 as x");
    const refused = await listChoices(ana, broken.id, { parameters: {} }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SluiceError);
    expect(refused).toMatchObject({ code: "unavailable", message: expect.stringContaining("division by zero") });
    const list = await save("select distinct country from sales order by 1");
    await listChoices(ana, list.id, { parameters: {} });
    const admin = await buildPerson({ role: "admin" });
    await setGate(admin, warehouse.id, { paused: true, reason: "hot" });
    const paused = () => listChoices(ana, broken.id, { parameters: {}, wait: 1 }).then(() => "", String);
    await expect.poll(paused, { timeout: 10_000 }).toContain("paused: hot");
    expect((await listChoices(ana, list.id, { parameters: {}, refresh: true })).choices).toHaveLength(3);
    await setGate(admin, warehouse.id, { paused: false });
    await expect.poll(paused, { timeout: 10_000 }).toContain("division by zero");
  });
});

it("an answer is found again by what was given, in whatever words, and not after another version", async () => {
  const query = await save("select {{period.from}}::text, {{c}}::text", [
    { name: "period", type: "dateRange", default: "last 7 days" },
    { name: "c", type: "text" },
  ]);
  await rows(viewer, query.id, { c: "x" });
  const found = async (given: GivenValues) => (await answerOf(ana, query.id, given)).execution;
  expect(await found({ c: "x", period: " Last 7  DAYS" })).toMatchObject({
    user: { id: viewer.user.id },
    query: { id: query.id, title: "Sales", version: 1, values: { c: "x", period: "last 7 days" } },
  });
  expect(await found({ c: "x", period: "last 8 days" })).toBeNull();
  expect(await found({ c: "y" })).toBeNull();
});
