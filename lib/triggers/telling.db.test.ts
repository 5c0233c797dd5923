import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { createBoard } from "@/lib/boards/save-board";
import { saveBoardSchema } from "@/lib/boards/schema";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { saveQuery } from "@/lib/queries/save-query";
import { closeReaders } from "@/lib/results/readers";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { getTrigger, listAllTriggers, listSlots, type Scheduled } from "./data";
import { fireTriggers } from "./fire";
import { createTrigger, updateTrigger } from "./save-trigger";
import { saveTriggerSchema, updateTriggerSchema } from "./schema";
import { tellOfEnds } from "./tell";

let ana: Context;
let bo: Context;
let outer: Context;
let team: { id: string };
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  Object.assign(process.env, { SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "sluice@example.com" });
  await testDatabase();
  team = await buildTeam();
  const person = async (teamIds: string[]) => buildPerson({ teamIds });
  [ana, bo, outer] = [await person([team.id]), await person([team.id]), await person([])];
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 50 });
});
beforeEach(() => db().mail.deleteMany());
afterAll(async () => {
  closeReaders();
  await closeGate();
});

const query = (title = "Learners", sql = "select {{n}}::int as n", ctx = ana) =>
  saveQuery(ctx, {
    ...{ title, description: "", tags: [], team: null, sql, warehouse: warehouse.id },
    parameters: sql.includes("{{n}}") ? [{ type: "number", name: "n", default: "1" }] : [],
  });
const schedule = (of: Scheduled, more: object = {}, ctx = ana) =>
  createTrigger(ctx, of, saveTriggerSchema.parse({ when: "0 * * * *", zone: "UTC", mailTo: [bo.user.id], ...more }));

/** Lets a slot come, and has its executions end with these rows (CSV), or fail. */
let hours = 0;
async function comes(id: string, ...ends: (string | null)[]): Promise<string[]> {
  const at = Math.floor(Date.now() / 3_600_000) - 5_000 + hours++;
  await db().trigger.update({ where: { id }, data: { nextAt: new Date(at * 3_600_000) } });
  // As if nobody had looked since: what came later was missed.
  await db().trigger.update({ where: { id }, data: { cron: null, at: new Date(at * 3_600_000) } });
  await fireTriggers();
  const runs = await db().triggerRun.findMany({
    where: { triggerId: id, slot: new Date(at * 3_600_000) },
    orderBy: { position: "asc" },
  });
  for (const [n, { executionId, error }] of runs.entries()) if (error === null) await end(executionId, ends[n] ?? null);
  await tellOfEnds();
  return runs.map(({ executionId }) => executionId);
}
async function end(execution: string, csv: string | null): Promise<void> {
  const rows = csv === null ? 0 : csv.split("\n").length - 1;
  await pool().query(
    `with s as (update statements set state = $2::state, finished_at = now(), row_count = $3::int, head = $4, head_rows = $3::int,
         columns = '[{"name":"n","type":"numeric"},{"name":"who","type":"text"}]',
         error = case when $2 = 'failed' then '{"code":"x","message":"It broke.","line":null,"column":null,"hint":null}'::jsonb end
       where id = (select statement_id from executions where id = $1))
     update executions set state = $2::state, finished_at = now() where id = $1`,
    [execution, csv === null ? "failed" : "succeeded", rows, csv === null ? null : Buffer.from(csv)],
  );
}
const mails = async () =>
  (await db().mail.findMany({ orderBy: { id: "asc" } })).map(({ recipient, text }) => ({ recipient, text }));
const met = async (id: string) => (await listSlots(ana, id, undefined, 10)).items.map((one) => one.met).reverse();
const field = (promise: Promise<unknown>) =>
  promise.then(
    () => "taken",
    (error: { extra: { fields?: { field: string }[] } }) => error.extra.fields?.[0]?.field,
  );

describe("a condition", () => {
  it("of a limit looks at the first row's number, exactly, and tells when it is newly beyond", async () => {
    const { id: q } = await query();
    const limit = { column: "n", is: "above", value: "9007199254740992" };
    const { id } = await schedule({ query: q }, { tellWhen: "limit", limit });
    await comes(id, "9007199254740992,a\n99999999999999999999,b\n");
    expect(await mails()).toEqual([]);
    await comes(id, "9007199254740993,a\n1,b\n");
    expect((await mails()).map(({ text }) => text)).toEqual([
      expect.stringContaining("n is 9007199254740993, above 9007199254740992."),
    ]);
    await comes(id, "9007199254740999,a\n");
    expect(await mails()).toHaveLength(1);
    await comes(id, "5,a\n");
    await comes(id, "9007199254740999,a\n");
    expect(await mails()).toHaveLength(2);
    expect(await met(id)).toEqual([false, true, true, false, true]);
    await updateTrigger(ana, id, updateTriggerSchema.parse({ limit: { ...limit, once: false } }));
    await comes(id, "9007199254740999,a\n");
    expect(await mails()).toHaveLength(3);
  });

  it("of a limit looks at any row where it is asked to, also for what is below or equal", async () => {
    const { id: q } = await query();
    const below = await schedule(
      { query: q },
      { tellWhen: "limit", limit: { column: "n", of: "any", is: "below", value: "-2" } },
    );
    await comes(below.id, "1,a\n,b\n-2,c\n");
    expect(await mails()).toEqual([]);
    await comes(below.id, "1,a\n,b\n-2.5,c\n");
    expect((await mails())[0]?.text).toContain("n is -2.5, below -2.");
    const zero = await schedule({ query: q }, { tellWhen: "limit", limit: { column: "n", is: "equals", value: "0" } });
    await comes(zero.id, "0.00,a\n");
    expect((await mails())[1]?.text).toContain("equal to 0");
    // NULL is no number, and no rows have none.
    await comes(zero.id, ",a\n");
    await comes(zero.id, "");
    expect(await met(zero.id)).toEqual([true, false, false]);
  });

  it("says when it cannot be checked, instead of being silent for ever", async () => {
    const { id: q } = await query();
    const { id } = await schedule(
      { query: q },
      { tellWhen: "limit", limit: { column: "gone", is: "above", value: "1" } },
    );
    await comes(id, "1,a\n");
    expect((await mails())[0]?.text).toContain("could not be checked: The answer has no column “gone”.");
  });

  it("of a change compares the rows, whatever their order, with the time before", async () => {
    const { id: q } = await query();
    const { id } = await schedule({ query: q }, { tellWhen: "changed" });
    await comes(id, "1,a\n2,b\n");
    await comes(id, "2,b\n1,a\n");
    expect(await mails()).toEqual([]);
    await comes(id, "2,b\n1,b\n");
    expect((await mails())[0]?.text).toContain("others than the time before");
    await comes(id, "2,b\n1,b\n1,b\n");
    await comes(id, null);
    await comes(id, "2,b\n1,b\n1,b\n");
    expect(await met(id)).toEqual([false, false, true, true, false, false]);
    expect(await mails()).toHaveLength(2);
  }, 30_000);

  it("is refused where it says nothing, and for a board without its tile", async () => {
    const { id: q } = await query();
    const board = await createBoard(
      ana,
      saveBoardSchema.parse({ title: "B", tiles: [{ id: "t1", kind: "query", query: q }] }),
    );
    const limit = { column: "n", is: "above", value: "1" };
    expect(await field(schedule({ query: q }, { tellWhen: "limit" }))).toBe("limit");
    expect(await field(schedule({ board: board.id }, { tellWhen: "limit", limit }))).toBe("limit.tile");
    expect(await field(schedule({ board: board.id }, { parameters: { nope: 1 } }))).toBe("parameters.nope");
    expect(await field(schedule({ query: q }, { webhook: "http://127.0.0.1/x" }))).toBe("webhook");
    expect(
      saveTriggerSchema.safeParse({ when: "0 * * * *", zone: "UTC", webhook: "https://a:b@example.com/" }).success,
    ).toBe(false);
  });
});

describe("what is told", () => {
  it("has the first rows for those who may open them, and for others no more than that there is something", async () => {
    const { id: q } = await query("Learners & <b>more</b>");
    const { id } = await schedule({ query: q }, { tellWhen: "always", mailTo: [bo.user.id, outer.user.id] });
    const [execution] = await comes(id, `7,<script>\n${"1,x\n".repeat(20)}`);
    const stored = await db().mail.findMany({ orderBy: { recipient: "asc" } });
    const to = (person: Context) => stored.find(({ recipient }) => recipient === person.user.email);
    expect(to(bo)?.text).toContain(`http://127.0.0.1:3000/executions/${execution}`);
    expect(to(bo)?.text).toContain("n | who\n7 | <script>\n1 | x");
    expect(to(bo)?.text).toContain("the first 10 of 21 rows");
    expect(to(bo)?.html).toContain("<td");
    expect(to(bo)?.html).toContain("&#60;script&#62;");
    expect(to(bo)?.html).not.toMatch(/<script|<b>/);
    expect(to(outer)?.text).not.toMatch(/script|rows/);
    expect(to(outer)?.html).not.toMatch(/script|<td/);
  });

  it("goes signed to a webhook, with a secret that is shown once and is another for another address", async () => {
    const { id: q } = await query();
    const made = await schedule({ query: q }, { tellWhen: "always", webhook: "https://example.com/hook" });
    expect(made.webhookSecret).toMatch(/^whs/);
    expect(await getTrigger(ana, made.id)).toMatchObject({ webhook: "https://example.com/hook", webhookSecret: null });
    expect(await getTrigger(bo, made.id)).toMatchObject({ webhook: "example.com", mayEdit: false });
    const [execution] = await comes(made.id, "7,a\n");
    const [sent] = await db().webhook.findMany({ where: { triggerId: made.id } });
    expect(JSON.parse(sent?.body ?? "")).toMatchObject({
      id: sent?.id,
      event: "schedule.ended",
      state: "succeeded",
      trigger: { id: made.id, query: q, board: null, title: "Learners" },
      answers: [{ execution, rowCount: 1, columns: [{ name: "n" }, { name: "who" }], rows: [["7", "a"]] }],
    });
    expect((await getTrigger(ana, made.id)).webhookSent).toMatchObject({ state: "waiting" });
    const change = (input: object) => updateTrigger(ana, made.id, updateTriggerSchema.parse(input));
    expect(await change({ paused: true })).toMatchObject({ webhookSecret: null });
    const other = await change({ webhook: "https://example.com/other" });
    expect(other.webhookSecret).not.toBe(made.webhookSecret);
    expect(other.webhookSecret).toMatch(/^whs/);
    expect(await change({ webhook: null })).toMatchObject({ webhook: null, webhookSecret: null });
  });
});

describe("a board's schedule", () => {
  const boardOf = async () => {
    const [one, two] = [await query("One"), await query("Two", "select 2 as n")];
    const tiles = [
      { id: "t1", kind: "query", query: one.id },
      { id: "t2", kind: "query", query: one.id, as: "table" },
      { id: "t3", kind: "query", query: two.id },
    ];
    const parameters = [{ name: "n", type: "number", default: "1" }];
    return { one, two, board: await createBoard(ana, saveBoardSchema.parse({ title: "Growth", parameters, tiles })) };
  };

  it("runs each question of its tiles once in the scheduled lane, and tells once when all have ended", async () => {
    const { one, two, board } = await boardOf();
    const { id } = await schedule({ board: board.id }, { parameters: { n: 5 }, tellWhen: "always" });
    const at = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
    await db().trigger.update({ where: { id }, data: { nextAt: at } });
    await Promise.all([fireTriggers(), fireTriggers(), fireTriggers()]);
    const where = { queryId: { in: [one.id, two.id] } };
    const found = await db().execution.findMany({ where });
    // Ids of one millisecond come in no order.
    const ran = found.sort((a, b) => Number(b.queryId === one.id) - Number(a.queryId === one.id));
    expect(ran).toMatchObject([
      { queryId: one.id, lane: 2, parameters: { n: "5" }, userId: ana.user.id },
      { queryId: two.id, lane: 2, parameters: {} },
    ]);
    // While one of them runs nobody is told, and the next slot is skipped.
    await end(ran[0]?.id ?? "", "5,a\n");
    await tellOfEnds();
    expect(await mails()).toEqual([]);
    // A slot that is over whatever the minute: one still to come would fire nothing.
    await db().trigger.update({ where: { id }, data: { nextAt: new Date(at.getTime() + 1) } });
    await fireTriggers();
    expect((await listSlots(ana, id, undefined, 5)).items[0]).toMatchObject({ outcome: "skipped" });
    await end(ran[1]?.id ?? "", "2,b\n");
    await Promise.all([tellOfEnds(), tellOfEnds()]);
    expect(await mails()).toMatchObject([{ recipient: bo.user.email }]);
    const [mail] = await mails();
    expect(mail?.text).toContain(`http://127.0.0.1:3000/boards/${board.id}`);
    expect(mail?.text).toMatch(/One\n.*\nn \| who\n5 \| a[\s\S]*Two\n.*\nn \| who\n2 \| b/);
    const [, slot] = (await listSlots(ana, id, undefined, 5)).items;
    expect(slot).toMatchObject({ outcome: "ran", met: true, runs: [{ state: "succeeded" }, { state: "succeeded" }] });
  });

  it("runs the others when one cannot be run, and says how many failed", async () => {
    const { one, board } = await boardOf();
    await db().query.update({
      where: { id: one.id },
      data: {
        parameters: [
          { type: "number", name: "n" },
          { type: "text", name: "new", required: true },
        ],
      },
    });
    const { id } = await schedule({ board: board.id }, { tellWhen: "failed" });
    await comes(id, null, "2,b\n");
    const [slot] = (await listSlots(ana, id, undefined, 1)).items;
    expect(slot).toMatchObject({
      outcome: "ran",
      runs: [{ error: expect.stringContaining("new") }, { state: "succeeded" }],
    });
    expect((await mails())[0]?.text).toContain("failed in 1 of 2");
    expect(await db().notice.findFirst({ where: { userId: ana.user.id, url: `/boards/${board.id}` } })).toMatchObject({
      kind: "failure",
    });
  });

  it("starts what a process that died left over, and not what was refused before", async () => {
    const { one, two, board } = await boardOf();
    const { id } = await schedule({ board: board.id });
    const run = (queryId: string, position: number, error: string | null) => ({
      ...{ executionId: newId(), position, queryId, parameters: {}, error },
    });
    const [refused, left] = [run(one.id, 0, "Not today."), run(two.id, 1, null)];
    await db().triggerSlot.create({
      data: {
        ...{ triggerId: id, slot: new Date(0), outcome: "due", notedAt: new Date(0) },
        runs: { create: [refused, left] },
      },
    });
    await fireTriggers();
    const found = await db().execution.findMany({ where: { queryId: { in: [one.id, two.id] } } });
    expect(found.map((execution) => execution.id)).toEqual([left.executionId]);
    expect((await listSlots(ana, id, undefined, 1)).items[0]).toMatchObject({
      outcome: "ran",
      runs: [
        { error: "Not today.", state: null },
        { error: null, state: "queued" },
      ],
    });
  });

  it("looks at the number of one tile", async () => {
    const { board } = await boardOf();
    const limit = { tile: "t3", column: "n", is: "above", value: "10" };
    const { id } = await schedule({ board: board.id }, { tellWhen: "limit", limit });
    await comes(id, "100,a\n", "2,b\n");
    await comes(id, "1,a\n", "20,b\n");
    expect(await met(id)).toEqual([false, true]);
  });

  it("stands in the overview of those who see the board, and goes with it", async () => {
    const { board } = await boardOf();
    const { id } = await schedule({ board: board.id });
    const ids = async (ctx: Context, mine?: "true") =>
      (await listAllTriggers(ctx, { mine, limit: 200 })).items.map((one) => one.id);
    expect(await ids(ana, "true")).toContain(id);
    expect(await ids(bo)).toContain(id);
    expect(await ids(bo, "true")).toEqual([]);
    expect(await ids(outer)).toEqual([]);
    await db().board.delete({ where: { id: board.id } });
    expect(await ids(ana)).not.toContain(id);
  });
});
