import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses, warehousesOf } from "@/lib/access/reader";
import { grantWarehouse } from "@/lib/connections/grant-warehouse";
import { tablesOf } from "@/lib/connections/tables";
import { updateWarehouse } from "@/lib/connections/update-warehouse";
import { cancelExecution } from "@/lib/executions/cancel-execution";
import { getExecution, listExecutions, statementOf, waitForExecution } from "@/lib/executions/data";
import { nameResult } from "@/lib/executions/name-result";
import { runQuery } from "@/lib/executions/run-query";
import { openQueue } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import { runSavedQuery } from "@/lib/queries/run-saved-query";
import { saveQuery } from "@/lib/queries/save-query";
import { saveQuerySchema } from "@/lib/queries/schema";
import { readRows } from "@/lib/results/read-rows";
import { closeReaders } from "@/lib/results/readers";
import { closeWriters } from "@/lib/results/writers";
import { createShare } from "@/lib/shares/create-share";
import { revokeShare } from "@/lib/shares/revoke-share";
import { resultsWarehouse } from "@/lib/tables/schema";
import { tablesFor } from "@/lib/tables/tables";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { adapterFor } from "@/lib/warehouses/registry";
import { runWork } from "./handlers/run-work";
import { newRunning } from "./registry";

/** SQL over results, from who asks to what the sandbox answers: everybody reads what they may open, now. */

let ana: Context;
let bo: Context;
let admin: Context;
let warehouse: BuiltWarehouse;
let teamId: string;

beforeAll(async () => {
  await testDatabase();
  const team = await buildTeam();
  teamId = team.id;
  ana = await buildPerson({ teamIds: [team.id] });
  bo = await buildPerson();
  admin = await buildPerson({ role: "admin" });
  warehouse = await buildWarehouse({
    teamIds: [team.id],
    sql: "create table sales as select n, n * 1.5 as amount, 'x' || n as label from generate_series(1, 30000) n",
  });
  const running = newRunning("the-test");
  await openQueue().consume((work) => runWork(work, running), 4);
});
afterAll(async () => {
  closeReaders();
  closeWriters();
  await closeGate();
  await (await adapterFor("postgres")).close();
  await (await adapterFor("duckdb")).close();
});

async function run(ctx: Context, sql: string, where = resultsWarehouse) {
  const { id } = await runQuery(ctx, { warehouse: where, sql });
  return waitForExecution(ctx, id, 40);
}

async function answer(ctx: Context, sql: string) {
  const view = await run(ctx, sql);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  return (await readRows(await statementOf(ctx, view.id), { offset: 0, limit: 100 })).rows;
}

const asked = async (sql = "select n, amount, label from sales order by n") => (await run(ana, sql, warehouse.id)).id;

describe("a person's own", () => {
  it("results are tables, small and stored, and joined with each other", async () => {
    const [large, small] = [await asked(), await asked("select 7 as n, 'seven' as word")];
    expect(
      await answer(
        ana,
        `select l.label, s.word, l.amount, typeof(l.amount) from results."${large}" l join results."${small}" s using (n)`,
      ),
    ).toEqual([["x7", "seven", "10.5", "DECIMAL(38,1)"]]);
    expect(await answer(ana, `select count(*), sum(amount) from results."${large}"`)).toEqual([
      ["30000", "675022500.0"],
    ]);
    // Longer than one file of a result, with rows that end anywhere in what a pipe brings at once.
    const long = await run(
      ana,
      `select a.*, 'line' || chr(10) || '"quoted", ' || repeat('é', b.range::int) as note from results."${large}" a, range(16) b`,
    );
    expect(long).toMatchObject({ state: "succeeded", rowCount: 480_000 });
    expect(await answer(ana, `select count(distinct note), max(length(note)) from results."${long.id}"`)).toEqual([
      ["16", "30"],
    ]);
    const again = await run(ana, `select * from results."${small}"`);
    // What was answered is a table in its turn.
    expect(await answer(ana, `select word || '!' from results."${again.id}"`)).toEqual([["seven!"]]);
  });

  it("results go by the name that one gives them, which moves on to a newer answer and is nobody else's", async () => {
    const [first, second] = [await asked("select 1 as n"), await asked("select 2 as n")];
    await nameResult(ana, first, "Last month");
    const named = `select n from results."Last month"`;
    expect(await answer(ana, named)).toEqual([[1]]);
    await nameResult(ana, second, "Last month");
    expect(await answer(ana, named)).toEqual([[2]]);
    const listed = (await tablesFor(ana.user.id).list()).filter(({ schema }) => schema === "results");
    expect(listed[0]?.name).toBe("Last month");
    expect(listed.map(({ name }) => name)).not.toContain(second);
    expect(listed.map(({ name }) => name)).toContain(first);
    expect((await run(bo, named)).error?.message).toContain('no result "Last month"');
    await expect(nameResult(bo, second, "mine")).rejects.toMatchObject({ code: "not_found" });
    await expect(nameResult(ana, first, second)).rejects.toMatchObject({ code: "invalid" });
    await nameResult(ana, second, null);
    expect((await run(ana, named)).state).toBe("failed");
  });

  it("saved queries' answers go by their title", async () => {
    const query = await saveQuery(
      ana,
      saveQuerySchema.parse({ title: "Sales of all", warehouse: warehouse.id, sql: "select count(*) as n from sales" }),
    );
    expect((await run(ana, 'select * from queries."Sales of all"')).error).toMatchObject({
      message: expect.stringMatching(/no answer yet/),
    });
    await waitForExecution(ana, (await runSavedQuery(ana, query.id, { parameters: {} })).id, 30);
    expect(await answer(ana, 'select n from queries."sales OF all"')).toEqual([["30000"]]);
    expect((await run(bo, 'select * from queries."Sales of all"')).error).toMatchObject({
      message: 'There is no query "Sales of all" that you may open.',
    });
  });

  it("tables are listed as they are at that moment, and no other's", async () => {
    const id = await asked("select 1 as only_mine");
    const listed = async (ctx: Context) => JSON.parse(await tablesOf(ctx, resultsWarehouse, false)).tables;
    expect(await listed(ana)).toContainEqual(
      expect.objectContaining({
        schema: "results",
        name: id,
        columns: [expect.objectContaining({ name: "only_mine" })],
      }),
    );
    expect(await listed(bo)).toEqual([]);
  });

  it("statement is stopped, and its process with it", async () => {
    const { id } = await runQuery(ana, {
      warehouse: resultsWarehouse,
      sql: "select count(*) from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 11",
    });
    await expect.poll(async () => (await getExecution(ana, id)).state, { timeout: 30_000 }).toBe("running");
    await expect(cancelExecution(bo, id)).rejects.toMatchObject({ code: "not_found" });
    // Whom it shows nothing, but who keeps the slots free.
    await cancelExecution(admin, id);
    expect(await waitForExecution(ana, id, 30)).toMatchObject({ state: "cancelled" });
  });
});

const seeing = (id: string, who: Context) => ({
  kind: "execution" as const,
  id,
  audience: "person" as const,
  to: who.user.id,
  allows: "see" as const,
  expiresInDays: null,
});

describe("another's", () => {
  it("result is not there, by its id or through a query of one's own, and the place is said", async () => {
    const id = await asked();
    expect((await run(bo, `select 1,\n  (select count(*) from results."${id}")`)).error).toMatchObject({
      code: "42P01",
      line: 2,
      message: expect.stringMatching(/^There is no result .* ask them to share it/),
    });
  });

  it("shared result is there as long as the share is, and so is what was drawn from it", async () => {
    const id = await asked("select 42 as secret");
    const share = await createShare(ana, seeing(id, bo));
    const drawn = await run(bo, `select secret from results."${id}"`);
    expect(drawn).toMatchObject({ state: "succeeded", audience: "Only who ran it" });
    const further = await run(bo, `select secret + 1 as more from results."${drawn.id}"`);
    // Shared on with a third: their rows stand on what Bo may open.
    await createShare(bo, seeing(further.id, admin));
    expect((await getExecution(admin, further.id)).state).toBe("succeeded");
    await revokeShare(ana, share.id);
    for (const ctx of [bo, admin])
      await expect(getExecution(ctx, further.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(statementOf(bo, drawn.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await run(bo, `select secret from results."${drawn.id}"`)).error).toMatchObject({ code: "42P01" });
  });

  it("runs open for nobody else, admins included, and stand in nobody's history", async () => {
    const id = await asked("select 1 as n");
    const mine = await run(ana, `select n from results."${id}"`);
    await expect(getExecution(admin, mine.id)).rejects.toMatchObject({ code: "not_found" });
    // The source itself an admin may open, as everywhere.
    expect((await getExecution(admin, id)).state).toBe("succeeded");
    const history = async (ctx: Context) => (await listExecutions(ctx, { limit: 200 })).items.map((one) => one.id);
    expect(await history(ana)).toContain(mine.id);
    for (const ctx of [admin, bo]) expect(await history(ctx)).not.toContain(mine.id);
    const theirs = await run(admin, `select n from results."${id}"`);
    expect(theirs.via).toBeNull();
  });

  it("grant that ends takes along what was drawn through it", async () => {
    const id = await asked("select 5 as n");
    const mine = await run(ana, `select n from results."${id}"`);
    const carol = await buildPerson({ teamIds: [teamId] });
    const drawn = await run(carol, `select n from results."${id}"`);
    expect(drawn.state).toBe("succeeded");
    await db().teamMember.deleteMany({ where: { userId: carol.user.id } });
    const now = await contextFor(carol.user.id);
    await expect(getExecution(now, drawn.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await getExecution(ana, mine.id)).state).toBe("succeeded");
  });
});

describe("the warehouse itself", () => {
  it("is everybody's, last in the list, and nobody is let in or shut out", async () => {
    forgetWarehouses();
    for (const ctx of [ana, bo, admin]) expect((await warehousesOf(ctx)).at(-1)).toBe(resultsWarehouse);
    for (const change of [
      () => grantWarehouse(admin, resultsWarehouse, { team: teamId }),
      () => updateWarehouse(admin, resultsWarehouse, { openToCompany: true }),
    ])
      await expect(change()).rejects.toMatchObject({ code: "invalid" });
    await updateWarehouse(admin, resultsWarehouse, { slots: 3 });
    const readers = await db().warehouseRole.findMany({ where: { warehouseId: resultsWarehouse } });
    expect(new Set(readers.map(({ userId }) => userId)).size).toBe(readers.length);
  });

  it("refuses in words what is no query, and more memory than there is", async () => {
    expect((await run(ana, "create table t as select 1")).error).toMatchObject({ code: "write_refused" });
    expect((await run(ana, "select length(repeat('x', 2500000000))")).error).toMatchObject({ code: "out_of_memory" });
  });
});
