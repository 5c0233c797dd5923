import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForExecution } from "@/lib/executions/data";
import { db } from "@/lib/platform/db/prisma";
import { saveQuery } from "@/lib/queries/save-query";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { listSlots, listTriggers } from "./data";
import { someRunIsUntold, someSlotIsDue } from "./due";
import { fireTriggers } from "./fire";
import { createTrigger, deleteTrigger, updateTrigger } from "./save-trigger";
import { saveTriggerSchema } from "./schema";
import { tellOfEnds } from "./tell";

let ana: Context;
let bo: Context;
let viewer: Context;
let admin: Context;
let team: { id: string };
let warehouse: BuiltWarehouse;

beforeAll(async () => {
  Object.assign(process.env, { SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "sluice@example.com" });
  await testDatabase();
  team = await buildTeam();
  const person = async (role: "viewer" | "editor") => buildPerson({ role, teamIds: [team.id] });
  [ana, bo, viewer] = [await person("editor"), await person("editor"), await person("viewer")];
  admin = await buildPerson({ role: "admin" });
  warehouse = await buildWarehouse({ teamIds: [team.id], slots: 4 });
});
afterAll(async () => {
  killWorkers();
  await closeGate();
});

const query = async (sql = "select {{n}}::int as n", ctx = ana) =>
  saveQuery(ctx, {
    ...{ title: "Learners", description: "", tags: [], team: null },
    warehouse: warehouse.id,
    sql,
    parameters: sql.includes("{{n}}") ? [{ type: "number", name: "n", required: true }] : [],
  });
const schedule = async (queryId: string, more: object = {}, ctx = ana) =>
  createTrigger(
    ctx,
    { query: queryId },
    saveTriggerSchema.parse({ when: "0 * * * *", zone: "UTC", parameters: { n: 1 }, ...more }),
  );
/** As if so many hours had passed since its next slot. */
const passed = (id: string, hours: number) =>
  db().trigger.update({
    where: { id },
    data: { nextAt: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - hours * 3_600_000) },
  });
const outcomes = async (id: string) => (await listSlots(ana, id, undefined, 200)).items.map(({ outcome }) => outcome);

describe("a schedule", () => {
  it("runs a saved query as whoever set it up, in its lane, once for each slot whoever looks", async () => {
    const { id: queryId } = await query();
    const { id } = await schedule(queryId);
    // What the worker asks each second before it does anything.
    expect([await someSlotIsDue(), await someRunIsUntold()]).toEqual([false, false]);
    expect(await fireTriggers()).toBe(0);
    await passed(id, 0);
    expect(await someSlotIsDue()).toBe(true);
    await Promise.all([fireTriggers(), fireTriggers(), fireTriggers(), fireTriggers()]);
    expect([await someSlotIsDue(), await someRunIsUntold()]).toEqual([false, true]);
    const { items } = await listSlots(ana, id, undefined, 10);
    expect(items).toMatchObject([
      { slot: expect.any(String), outcome: "ran", execution: expect.any(String), error: null },
    ]);
    expect(items[0]?.runs).toHaveLength(1);
    const found = await db().execution.findMany({ where: { queryId } });
    expect(found).toMatchObject([{ id: items[0]?.execution, userId: ana.user.id, lane: 2, parameters: { n: "1" } }]);
    const [view] = await listTriggers(bo, { query: queryId });
    expect(view).toMatchObject({ mayEdit: false, last: { outcome: "ran" }, when: "0 * * * *" });
    expect(Date.parse(view?.nextAt ?? "")).toBeGreaterThan(Date.now());
  });

  it("gives each slot of an absence one outcome: the last runs, those before it were missed", async () => {
    const { id } = await schedule((await query()).id);
    await passed(id, 49);
    expect(await fireTriggers()).toBe(50);
    const all = await outcomes(id);
    expect(all[0]).toBe("ran");
    expect(all.slice(1)).toEqual(Array(49).fill("missed"));
  });

  it("goes through an absence of years without holding everything up", async () => {
    const { id } = await schedule((await query()).id, { when: "*/10 * * * *" });
    await passed(id, 24 * 20);
    expect(await fireTriggers()).toBeGreaterThan(2_800);
    expect((await outcomes(id))[0]).toBe("ran");
    expect(await db().triggerSlot.count({ where: { triggerId: id, outcome: "ran" } })).toBe(1);
  });

  it("skips a slot while the run before it is under way, and says so", async () => {
    const { id } = await schedule((await query()).id);
    await passed(id, 1);
    await fireTriggers();
    // No worker runs here: what was started waits.
    await db().triggerSlot.deleteMany({ where: { triggerId: id, outcome: "missed" } });
    await db().triggerSlot.updateMany({ where: { triggerId: id }, data: { slot: new Date(0) } });
    await passed(id, 0);
    await fireTriggers();
    expect(await outcomes(id)).toEqual(["skipped", "ran"]);
  });

  it("is paused and resumed without a run of what came meanwhile", async () => {
    const { id } = await schedule((await query()).id);
    await updateTrigger(ana, id, { paused: true });
    await passed(id, 2);
    await fireTriggers();
    expect(await outcomes(id)).toEqual(["paused", "paused", "paused"]);
    await updateTrigger(ana, id, { paused: false });
    expect(await fireTriggers()).toBe(0);
  });

  it("is taken up where a process died between taking a slot and starting it, and never started twice", async () => {
    const { id: queryId } = await query();
    const { id } = await schedule(queryId);
    const due = (executionId: string, slot: number, seconds: number) =>
      db().triggerSlot.create({
        data: {
          ...{ triggerId: id, slot: new Date(slot), outcome: "due" },
          notedAt: new Date(Date.now() - seconds * 1_000),
          // Planned, and not started.
          runs: { create: { executionId, position: 0, queryId, parameters: { n: 1 } } },
        },
      });
    await due("01hzzzzzzzzzzzzzzzzzzzzzz1", 1, 60);
    expect(await someSlotIsDue()).toBe(true);
    await fireTriggers();
    expect(await db().execution.count({ where: { id: "01hzzzzzzzzzzzzzzzzzzzzzz1", queryId } })).toBe(1);
    // It was started, and the process died before it said so.
    await db().triggerSlot.updateMany({ where: { triggerId: id }, data: { outcome: "due", notedAt: new Date(0) } });
    await fireTriggers();
    expect(await outcomes(id)).toEqual(["ran"]);
    expect(await db().execution.count({ where: { queryId } })).toBe(1);
    // One that somebody is just starting is left to them.
    await due("01hzzzzzzzzzzzzzzzzzzzzzz2", 2, 1);
    expect(await someSlotIsDue()).toBe(false);
    expect(await fireTriggers()).toBe(0);
  });

  it("says why it could not run, in the inbox of who set it up", async () => {
    const gone = await buildPerson({ teamIds: [team.id] });
    const { id: queryId } = await query();
    const { id } = await schedule(queryId, {}, gone);
    await db().teamMember.deleteMany({ where: { userId: gone.user.id } });
    await passed(id, 0);
    await fireTriggers();
    expect((await listSlots(ana, id, undefined, 5)).items).toMatchObject([{ outcome: "failed", execution: null }]);
    const [notice] = await db().notice.findMany({ where: { userId: gone.user.id } });
    expect(notice).toMatchObject({ kind: "failure", url: `/queries/${queryId}` });
    await db().user.update({ where: { id: gone.user.id }, data: { disabledAt: new Date() } });
    await passed(id, 0);
    await db().triggerSlot.deleteMany({ where: { triggerId: id } });
    await fireTriggers();
    expect((await listSlots(ana, id, undefined, 5)).items[0]?.error).toMatch(/account .* was closed/);
  });
});

describe("setting one up", () => {
  it("is for those who may run the query, and changing it for its maker and admins", async () => {
    const { id: queryId } = await query();
    await expect(schedule(queryId, {}, viewer)).rejects.toMatchObject({ code: "forbidden" });
    const stranger = await buildPerson();
    await expect(schedule(queryId, {}, stranger)).rejects.toMatchObject({ code: "not_found" });
    const { id } = await schedule(queryId);
    await expect(updateTrigger(stranger, id, { paused: true })).rejects.toMatchObject({ code: "not_found" });
    await expect(updateTrigger(bo, id, { paused: true })).rejects.toMatchObject({ code: "forbidden" });
    await expect(deleteTrigger(bo, id)).rejects.toMatchObject({ code: "forbidden" });
    expect(await updateTrigger(admin, id, { paused: true })).toMatchObject({ paused: true, when: "0 * * * *" });
    await deleteTrigger(ana, id);
    expect(await listTriggers(ana, { query: queryId })).toEqual([]);
  });

  it("is refused at the field that is wrong", async () => {
    const { id: queryId } = await query();
    const field = (more: object) =>
      schedule(queryId, more).then(
        () => "made",
        (error: { extra: { fields: { field: string }[] } }) => error.extra.fields[0]?.field,
      );
    expect(await field({ when: "0 0 30 2 *" })).toBe("when");
    expect(await field({ parameters: {} })).toBe("parameters.n");
    expect(await field({ parameters: { n: "many" } })).toBe("parameters.n");
    expect(await field({ mailTo: ["nobody"] })).toBe("mailTo");
    const { id } = await schedule(queryId);
    await expect(updateTrigger(ana, id, { when: "every day" })).rejects.toMatchObject({ code: "invalid" });
    expect(await updateTrigger(ana, id, { zone: "Asia/Kathmandu" })).toMatchObject({
      when: "0 * * * *",
      zone: "Asia/Kathmandu",
    });
  });
});

it("tells of each end once: the inbox of a failure, mail as it was asked", async () => {
  await startWorker();
  const rows = await query("select 1 as n where 1 = 1");
  const none = await query("select 1 as n where 1 = 0");
  const broken = await query("select 1 / 0 as n");
  const made = await Promise.all(
    [rows, none, broken].flatMap(({ id }) =>
      (["always", "rows", "failed"] as const).map((tellWhen) =>
        schedule(id, { parameters: {}, tellWhen, mailTo: [bo.user.id] }),
      ),
    ),
  );
  for (const { id } of made) await passed(id, 0);
  // The worker's own rounds may be first.
  await fireTriggers();
  for (const { id } of made) {
    const execution = async () => (await listSlots(ana, id, undefined, 1)).items[0]?.execution ?? null;
    await expect.poll(execution, { timeout: 20_000 }).not.toBeNull();
    await waitForExecution(ana, (await execution()) ?? "", 30);
  }
  await tellOfEnds();
  await expect
    .poll(() => db().triggerSlot.count({ where: { triggerId: { in: made.map(({ id }) => id) }, toldAt: null } }))
    .toBe(0);
  expect(await tellOfEnds()).toBe(0);
  const mails = await db().mail.findMany({ where: { recipient: bo.user.email }, orderBy: { subject: "asc" } });
  // With rows: always and rows. Without: always. Broken: always and failed.
  expect(mails.filter(({ subject }) => subject.includes("is there"))).toHaveLength(3);
  expect(mails.filter(({ subject }) => subject.includes("failed"))).toHaveLength(2);
  expect(mails[0]?.text).toMatch(/^http:\/\/127.0.0.1:3000\/executions\/\w+$/m);
  const failures = await db().notice.findMany({ where: { userId: ana.user.id, kind: "failure" } });
  expect(failures.filter(({ text }) => text.includes("failed"))).toHaveLength(3);
}, 90_000);
