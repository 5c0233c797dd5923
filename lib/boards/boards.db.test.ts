import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { forgetWarehouses } from "@/lib/access/reader";
import { saveChart } from "@/lib/charts/save-chart";
import { chartSpec } from "@/lib/charts/schema";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { listChoices } from "@/lib/queries/list-choices";
import { saveQuery } from "@/lib/queries/save-query";
import { choicesSchema } from "@/lib/queries/schema";
import { updateQuery } from "@/lib/queries/update-query";
import { expireResults } from "@/lib/results/expire";
import { createShare } from "@/lib/shares/create-share";
import { revokeShare } from "@/lib/shares/revoke-share";
import type { CreateShare } from "@/lib/shares/schema";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { boardAnswers } from "./answers";
import { getBoard, listBoards } from "./data";
import { keepBoardAnswers } from "./keep-answers";
import { refreshBoard } from "./refresh-board";
import { addTile, copyBoard, createBoard, deleteBoard, markBoard, updateBoard } from "./save-board";
import { refreshBoardSchema, saveBoardSchema, updateBoardSchema } from "./schema";

let ana: Context;
let bo: Context;
let admin: Context;
/** Belongs to no team that may use the warehouse. */
let outer: Context;
let team: { id: string };
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  await testDatabase();
  team = await buildTeam();
  const person = async (teamIds: string[], role: "viewer" | "editor" | "admin" = "editor") =>
    buildPerson({ role, teamIds });
  [ana, bo] = [await person([team.id]), await person([team.id])];
  [outer, admin] = [await person([(await buildTeam()).id]), await person([], "admin")];
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 4 });
});
beforeEach(() => db().share.deleteMany());
afterAll(closeGate);

const query = (sql = "select {{country}} as country, {{n}}::int as n", ctx = ana, where = warehouse.id) =>
  saveQuery(ctx, {
    ...{ title: "Learners", description: "", tags: [], team: null, sql, warehouse: where },
    parameters: [
      ...(sql.includes("{{country}}") ? [{ type: "text" as const, name: "country", default: "US" }] : []),
      ...(sql.includes("{{n}}") ? [{ type: "number" as const, name: "n", default: "1" }] : []),
    ],
  });
const board = (more: object, ctx = ana) => createBoard(ctx, saveBoardSchema.parse({ title: "Growth", ...more }));
const country = (value = "DE") => ({ name: "country", type: "text", default: value });
const tile = (queryId: string, more: object = {}) => ({ id: "t1", kind: "query", query: queryId, ...more });
const change = (ctx: Context, id: string, input: object) => updateBoard(ctx, id, updateBoardSchema.parse(input));
const refresh = (ctx: Context, id: string, input: object = {}) =>
  refreshBoard(ctx, id, refreshBoardSchema.parse(input));
const share = (by: Context, id: string, more: Partial<CreateShare>) =>
  createShare(by, {
    kind: "board",
    id,
    audience: "person",
    to: outer.user.id,
    allows: "see",
    expiresInDays: null,
    ...more,
  });

/** As a worker would end it. */
async function end(execution: string, state: "succeeded" | "failed" = "succeeded"): Promise<void> {
  await pool().query(
    `with s as (update statements set state = $2::state, finished_at = now(), row_count = 1, head = '1\n', head_rows = 1,
         columns = '[{"name":"n","type":"integer"}]',
         error = case when $2 = 'failed' then '{"code":"x","message":"It broke.","line":null,"column":null,"hint":null}'::jsonb end
       where id = (select statement_id from executions where id = $1))
     update executions set state = $2::state, finished_at = now() where id = $1`,
    [execution, state],
  );
}
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => "taken",
    (error: { code: string; extra: { fields?: { field: string }[] } }) => [error.code, error.extra.fields?.[0]?.field],
  );

describe("a board", () => {
  it("feeds its parameters to those of the same name, to mapped ones, and gives fixed values", async () => {
    const { id: q } = await query();
    const { id } = await board({
      parameters: [country(), { name: "land", type: "text", default: "FR" }],
      tiles: [
        tile(q),
        tile(q, { id: "t2", parameters: { country: { board: "land" }, n: { value: 7 } } }),
        { id: "t3", kind: "text", text: "Read this." },
      ],
    });
    const { items } = await refresh(ana, id, { parameters: { country: "IT" } });
    const ran = await db().execution.findMany({ where: { queryId: q }, orderBy: { id: "asc" } });
    expect(ran.map(({ parameters }) => parameters)).toEqual([
      { country: "IT", n: "1" },
      { country: "FR", n: "7" },
    ]);
    expect(items.map(({ tile: of, execution }) => [of, execution])).toEqual([
      ["t1", ran[0]?.id],
      ["t2", ran[1]?.id],
    ]);
    await end(ran[0]?.id ?? "");
    const answers = await boardAnswers(ana, id, { country: "IT" });
    expect(answers).toMatchObject([
      {
        tile: "t1",
        state: "open",
        title: "Learners",
        answer: { id: ran[0]?.id },
        newer: null,
        path: `/queries/${q}?country=IT`,
      },
      { tile: "t2", answer: null, newer: { id: ran[1]?.id, state: "queued" }, path: `/queries/${q}?country=FR&n=7` },
    ]);
    expect((await boardAnswers(ana, id))[0]).toMatchObject({ answer: null, newer: null });
  });

  it("runs what two tiles ask alike once, and only the tiles that are asked for", async () => {
    const { id: q } = await query();
    const { id } = await board({ tiles: [tile(q), tile(q, { id: "t2", as: "table" })] });
    const { items } = await refresh(ana, id);
    expect(items[0]?.execution).toBe(items[1]?.execution);
    expect(await db().execution.count({ where: { queryId: q } })).toBe(1);
    expect((await refresh(ana, id, { tiles: ["t2"] })).items.map((one) => one.tile)).toEqual(["t2"]);
  });

  it("shows the others when a query of it fails, has lost its chart or takes no such value, and says each", async () => {
    const [good, bad] = [await query("select 1 as n"), await query("select {{n}} / 0 as n")];
    const of = { kind: "query" as const, id: good.id };
    const chart = await saveChart(ana, { title: "Bars", spec: chartSpec.parse({ type: "number" }), of });
    const { id } = await board({
      parameters: [{ name: "n", type: "text", default: "1" }],
      tiles: [tile(good.id), tile(bad.id, { id: "t2" }), tile(good.id, { id: "t3", chart: chart.id })],
    });
    const first = await refresh(ana, id);
    for (const { execution } of first.items) await end(execution ?? "");
    const second = await refresh(ana, id);
    await end(second.items.find((one) => one.tile === "t1")?.execution ?? "");
    await end(second.items.find((one) => one.tile === "t2")?.execution ?? "", "failed");
    await db().chart.delete({ where: { id: chart.id } });
    expect(await boardAnswers(ana, id)).toMatchObject([
      { answer: { state: "succeeded" }, newer: null },
      // The last good answer stays beside what went wrong since.
      { answer: { state: "succeeded" }, newer: { state: "failed", error: { message: "It broke." } } },
      { state: "gone", problem: expect.stringContaining("chart") },
    ]);
    const broken = await boardAnswers(ana, id, { n: "many" });
    expect(broken).toMatchObject([
      { state: "open" },
      { state: "values", problem: expect.stringMatching(/^n: .*number/) },
      {},
    ]);
    const run = await refresh(ana, id, { parameters: { n: "many" } });
    expect(run.items.find((one) => one.tile === "t2")).toMatchObject({
      execution: null,
      problem: expect.stringContaining("n:"),
    });
    expect(run.items.find((one) => one.tile === "t1")?.execution).toEqual(expect.any(String));
    expect(await refused(refresh(ana, id, { parameters: { nope: 1 } }))).toEqual(["invalid", "parameters.nope"]);
  });

  it("refuses what may not stand on it, at its field", async () => {
    const { id: q } = await query();
    const other = await query("select 2 as n");
    const of = { kind: "query" as const, id: other.id };
    const chart = await saveChart(ana, { title: "Bars", spec: chartSpec.parse({ type: "number" }), of });
    expect(await refused(board({ tiles: [tile(q)] }, outer))).toEqual(["not_found", "tiles.0.query"]);
    expect(await refused(board({ tiles: [tile(q, { chart: chart.id })] }))).toEqual(["invalid", "tiles.0.chart"]);
    const mapped = tile(q, { parameters: { n: { board: "nowhere" } } });
    expect(await refused(board({ tiles: [mapped] }))).toEqual(["invalid", "tiles.0.parameters.n"]);
    expect(await refused(board({ team: (await buildTeam()).id }))).toEqual(["invalid", "team"]);
  });

  it("takes a tile at its end with the parameters that it does not have, whoever else changes it", async () => {
    const { id } = await board({ parameters: [country("DE")] });
    const queries = [await query(), await query("select 1 as n"), await query("select 2 as n")];
    await Promise.all(queries.map((one) => addTile(ana, id, { query: one.id, as: "chart", chart: null })));
    const view = await getBoard(ana, id);
    expect(view.tiles.map((one) => one.kind === "query" && one.query).sort()).toEqual(
      queries.map((one) => one.id).sort(),
    );
    expect(view.parameters).toMatchObject([{ name: "country", default: "DE" }, { name: "n" }]);
    expect(view.revision).toBe(4);
    await expect(addTile(bo, id, { query: queries[1]?.id ?? "", as: "chart", chart: null })).rejects.toThrow(
      /copy of your own/,
    );
  });

  it("loses nobody's text when two change it at once", async () => {
    const { id } = await board({ team: team.id, description: "ours" });
    await change(bo, id, { revision: 1, description: "Bo's" });
    await expect(change(ana, id, { revision: 1, description: "Ana's" })).rejects.toMatchObject({
      code: "conflict",
      extra: { current: { revision: 2, author: bo.user.name, description: "Bo's" } },
    });
    // What both wanted alike is no conflict.
    expect(await change(ana, id, { revision: 1, description: "Bo's" })).toMatchObject({ revision: 2 });
    expect(await change(ana, id, { revision: 2, description: "Ana's" })).toMatchObject({ revision: 3 });
    const both = await Promise.allSettled([
      change(ana, id, { revision: 3, title: "One" }),
      change(bo, id, { revision: 3, title: "Two" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("is found by those who may use what it shows, is starred, archived, copied and deleted", async () => {
    const { id: q } = await query();
    const { id } = await board({ title: "Weekly numbers", tiles: [tile(q)] });
    const ids = async (ctx: Context, filter: object = {}) => (await listBoards(ctx, filter)).items.map((one) => one.id);
    expect(await ids(bo, { q: "WEEKLY" })).toEqual([id]);
    expect(await ids(bo, { query: q })).toEqual([id]);
    expect(await ids(bo, { mine: "true", query: q })).toEqual([]);
    expect(await ids(admin, { q: "weekly" })).toEqual([id]);
    expect(await ids(outer)).toEqual([]);
    await expect(getBoard(outer, id)).rejects.toMatchObject({ code: "not_found" });
    await markBoard(bo, id, true);
    expect(await ids(bo, { favourite: "true" })).toEqual([id]);
    expect(await ids(ana, { favourite: "true" })).toEqual([]);
    const copy = await copyBoard(bo, id, undefined);
    expect(copy).toMatchObject({ title: "Weekly numbers (copy)", tiles: [{ query: q }], may: { edit: true } });
    await change(ana, id, { archived: true });
    expect(await ids(ana, { q: "weekly numbers" })).toEqual([copy.id]);
    expect(await ids(ana, { archived: "true" })).toEqual([id]);
    await expect(deleteBoard(bo, id)).rejects.toMatchObject({ code: "forbidden" });
    await deleteBoard(ana, id);
    await expect(getBoard(ana, id)).rejects.toMatchObject({ code: "not_found" });
    expect(await db().favourite.count({ where: { objectId: id } })).toBe(0);
  });

  it("pages through many without losing or repeating one", async () => {
    for (let n = 0; n < 5; n++) await board({ title: `Paged ${n}` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listBoards(ana, { q: "paged", limit: 2, cursor });
      seen.push(...page.items.map(({ title }) => title));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(seen).toEqual(["Paged 4", "Paged 3", "Paged 2", "Paged 1", "Paged 0"]);
  });
});

describe("a shared board", () => {
  it("opens its queries' answers, to run only where it was shared so, and closes with the share", async () => {
    const { id: q } = await query();
    const { id } = await board({ parameters: [country()], tiles: [tile(q)] });
    const { items } = await refresh(ana, id);
    await end(items[0]?.execution ?? "");
    const seeing = await share(ana, id, {});
    expect(await getBoard(outer, id)).toMatchObject({ may: { edit: false } });
    expect((await listBoards(outer)).items.map((one) => one.id)).toEqual([id]);
    expect((await listBoards(outer, { mine: "true" })).items).toEqual([]);
    expect(await boardAnswers(outer, id)).toMatchObject([
      { state: "open", mayRun: false, answer: { id: items[0]?.execution } },
    ]);
    expect((await refresh(outer, id)).items).toMatchObject([
      { execution: null, problem: expect.stringContaining("to see") },
    ]);
    await share(ana, id, { allows: "run" });
    const ran = await refresh(outer, id, { parameters: { country: "IT" } });
    const stored = await db().execution.findUniqueOrThrow({
      where: { id: ran.items[0]?.execution ?? "" },
      include: { statement: true },
    });
    expect(stored).toMatchObject({ userId: outer.user.id, statement: { readerId: warehouse.readerId } });
    await db().share.updateMany({ where: { id: { not: seeing.id } }, data: { revokedAt: new Date() } });
    expect((await boardAnswers(outer, id))[0]).toMatchObject({ mayRun: false });
    await revokeShare(ana, seeing.id);
    await expect(getBoard(outer, id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listBoards(outer)).items).toEqual([]);
  });

  it("opens nothing that another puts on it later, and what the sharer does", async () => {
    const [first, second, third] = [await query(), await query("select 'secret' as s"), await query("select 3 as n")];
    const { id } = await board({ team: team.id, tiles: [tile(first.id)] });
    await share(ana, id, {});
    const states = async () => (await boardAnswers(outer, id)).map(({ state, title }) => [state, title]);
    const tiles = [tile(first.id), tile(second.id, { id: "t2" })];
    await change(bo, id, { tiles });
    expect(await states()).toEqual([
      ["open", "Learners"],
      ["closed", null],
    ]);
    await change(ana, id, { tiles: [...tiles, tile(third.id, { id: "t3" })] });
    expect((await states()).map(([state]) => state)).toEqual(["open", "closed", "open"]);
    // Taken off and put back by another it is not what Ana shared any more.
    await change(bo, id, { tiles: tiles.slice(1) });
    await change(bo, id, { tiles });
    expect((await states()).map(([state]) => state)).toEqual(["closed", "closed"]);
  });

  it("opens what its form's lists are read from, too, and nobody puts one there that they may not see", async () => {
    const [shown, list] = [await query(), await query("select 'DE' as country")];
    const choice = { name: "country", type: "queryList", query: list.id };
    const { id } = await board({ parameters: [choice], tiles: [tile(shown.id)] });
    const choices = () => listChoices(outer, list.id, choicesSchema.parse({}));
    await expect(choices()).rejects.toMatchObject({ code: "not_found" });
    await share(ana, id, { allows: "run" });
    // No worker is here, so that it waits; it is asked for, by the sharer's reader.
    await expect(listChoices(outer, list.id, { parameters: {}, wait: 0 })).rejects.toMatchObject({
      code: "unavailable",
    });
    const asked = await db().execution.findFirstOrThrow({ where: { queryId: list.id }, include: { statement: true } });
    expect(asked).toMatchObject({ userId: outer.user.id, statement: { readerId: warehouse.readerId } });
    const own = saveBoardSchema.parse({ title: "Mine", parameters: [{ ...choice, query: shown.id }] });
    await db().share.deleteMany();
    await expect(createBoard(outer, own)).rejects.toMatchObject({
      code: "invalid",
      extra: { fields: [{ field: "parameters.0.query" }] },
    });
    await change(ana, id, { parameters: [] });
    await share(ana, id, { allows: "run" });
    await expect(choices()).rejects.toMatchObject({ code: "not_found" });
  });

  it("runs no text that another wrote into a query since", async () => {
    const { id: q } = await query("select 1 as n");
    await db().query.update({ where: { id: q }, data: { teamId: team.id } });
    const { id } = await board({ tiles: [tile(q)] });
    await share(ana, id, { allows: "run" });
    expect((await refresh(outer, id)).items).toMatchObject([{ problem: null }]);
    await updateQuery(bo, q, { sql: "select 'what Ana may read'" });
    expect((await refresh(outer, id)).items).toMatchObject([
      { execution: null, problem: expect.stringContaining("Version 2") },
    ]);
    expect((await boardAnswers(outer, id))[0]).toMatchObject({ mayRun: false });
  });

  it("is never wider than what its sharer may see now", async () => {
    const sharer = await buildPerson({ teamIds: [team.id] });
    const { id: q } = await query("select 1 as n");
    const { id } = await board({ tiles: [tile(q)] }, sharer);
    await share(sharer, id, {});
    expect((await boardAnswers(outer, id))[0]).toMatchObject({ state: "open" });
    await db().teamMember.deleteMany({ where: { userId: sharer.user.id } });
    forgetWarehouses();
    // The board is still its owner's, and what stands on it is not theirs to show any more.
    expect(await boardAnswers(outer, id)).toMatchObject([{ state: "closed", title: null, answer: null, path: null }]);
    expect(await refused(share(outer, id, { to: bo.user.id, allows: "run" }))).toEqual(["forbidden", undefined]);
    expect((await listBoards(outer)).items.map((one) => one.id)).toEqual([id]);
    await db().user.update({ where: { id: sharer.user.id }, data: { disabledAt: new Date() } });
    expect((await listBoards(outer)).items).toEqual([]);
  });
});

describe("answers that a board shows", () => {
  it("are kept when retention is over, the newest of each reader, and go when the board does not show them any more", async () => {
    const { id: q } = await query();
    const { id } = await board({ parameters: [country("DE")], tiles: [tile(q)] });
    const statementOf = async (execution: string) =>
      (await db().execution.findUniqueOrThrow({ where: { id: execution } })).statementId;
    const run = async (values: object) => {
      const { items } = await refresh(ana, id, { parameters: values });
      await end(items[0]?.execution ?? "");
      return statementOf(items[0]?.execution ?? "");
    };
    const [old, shown, asked] = [await run({}), await run({}), await run({ country: "IT" })];
    await db().warehouse.update({ where: { id: warehouse.id }, data: { retentionDays: 1 } });
    await db().statement.updateMany({
      where: { id: { in: [old, shown, asked] } },
      data: { finishedAt: new Date(Date.now() - 10 * 86_400_000) },
    });
    const kept = async () =>
      (await db().statement.findMany({ where: { id: { in: [old, shown, asked] }, expiredAt: null } })).map(
        (one) => one.id,
      );
    await keepBoardAnswers();
    await expireResults();
    expect(await kept()).toEqual([shown]);
    expect((await boardAnswers(ana, id))[0]).toMatchObject({ answer: { state: "succeeded" } });
    await change(ana, id, { archived: true });
    await keepBoardAnswers();
    await expireResults();
    expect(await kept()).toEqual([]);
    await db().warehouse.update({ where: { id: warehouse.id }, data: { retentionDays: null } });
  });
});
