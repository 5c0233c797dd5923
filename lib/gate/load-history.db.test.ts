import { beforeAll, expect, it } from "vitest";
import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { updateWarehouse } from "@/lib/connections/update-warehouse";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildToken, buildWarehouse } from "@/lib/testing/factories";
import { setLimit } from "./limits";
import { getLoadHistory } from "./load-history";
import { setGate } from "./settings";
import { stopWork } from "./stop-work";

let [admin, ana] = [{}, {}] as [Context, Context];
let here: { id: string };
let other: { id: string };

beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
  ana = await buildPerson({ name: "Ana" });
  [here, other] = [await buildWarehouse(), await buildWarehouse()];
});

const told = async (id: string) =>
  (await getLoadHistory(admin, id)).decisions.map(({ kind, text }) => `${kind}: ${text}`);
const note = (ctx: Context, action: string, object: string, detail: object) =>
  db().$transaction((tx) => audit(tx, ctx, action, object, detail));

it("marks limits of a team, a person and a token at every gate, with whose they are", async () => {
  const team = await buildTeam({ name: "growth" });
  const token = await buildToken(ana.user.id);
  for (const [scope, id] of [
    ["team", team.id],
    ["person", ana.user.id],
    ["token", token.id],
  ] as const)
    await setLimit(admin, { scope, id, name: "running", value: 3 });
  await setLimit(admin, { scope: "warehouse", id: other.id, name: "rows", value: 5 });
  const marks = await told(here.id);
  expect(marks).toHaveLength(3);
  expect(marks[0]).toBe("limit: Limit running: 3 (growth)");
  expect(marks[1]).toContain("(Ana");
  expect(await told(other.id)).toHaveLength(4);
});

it("marks what an admin stopped in bulk, moved, and cancelled of others, at the gates where it stood", async () => {
  const before = (await told(here.id)).length;
  const run = newId();
  const interval = { intervalFrom: new Date(0), intervalTo: new Date(1), timeZone: "UTC", lane: 2, params: {} };
  await db().run.create({
    data: {
      ...{ id: run, version: 1, trigger: "manual", userId: ana.user.id, ...interval },
      stages: {
        create: { stage: "load", position: 0, operator: "noop@1", doors: [{ warehouse: here.id, role: "w" }] },
      },
    },
  });
  await stopWork(admin, here.id, { of: "lane", targets: ["backfill"], reason: "Hot" });
  await note(admin, "gate.move", `run:${run}`, { to: "first", stage: "load" });
  await note(admin, "gate.move", `run:${run}`, { to: "first", stage: "elsewhere" });
  await note(admin, "run.cancel", `run:${run}`, { reason: "a runaway" });
  await note(ana, "run.cancel", `run:${run}`, {});
  expect((await told(here.id)).slice(before)).toEqual([
    "stop: Stopped lanes backfill: Hot",
    "move: Put the stage load first",
    "stop: Cancelled a run: a runaway",
  ]);
  expect((await told(other.id)).join()).not.toMatch(/stop|move/);
});

it("marks which settings of a gate became others, on either of its pages, and no other change of a warehouse", async () => {
  const { id } = await buildWarehouse({ slots: 4 });
  const before = await told(id);
  await updateWarehouse(admin, id, { name: `renamed ${id}`, slots: 4, perUser: 0, unwatchedMinutes: null });
  await setGate(admin, id, { slots: 4, perUser: 0, unwatchedMinutes: null });
  expect(await told(id)).toEqual(before);
  await updateWarehouse(admin, id, { slots: 6, perUser: 2, unwatchedMinutes: null, retentionDays: 9 });
  await updateWarehouse(admin, id, { statementTimeout: 90 });
  await setGate(admin, id, { slots: 6, perUser: 3, unwatchedMinutes: 15 });
  await setGate(admin, id, { slots: 6, perUser: 3, unwatchedMinutes: null });
  await updateWarehouse(admin, id, { perUser: 0 });
  expect((await told(id)).slice(before.length)).toEqual([
    "slots: Slots: 6, Per person: 2",
    "limit: Longest run: 90 s",
    "limit: Per person: 3, Ends work unwatched for 15 min",
    "limit: Keeps unwatched work",
    "limit: No limit per person",
  ]);
});

it("marks what ends a pause, and what is called hot, at that gate alone", async () => {
  const [mine, others] = [await buildWarehouse(), await buildWarehouse()];
  const before = (await told(others.id)).length;
  const object = `warehouse:${mine.id}`;
  const since = (await told(mine.id)).length;
  await note(admin, "gate.set", object, { paused: true, reason: "nights" });
  await note(admin, "gate.set", object, { paused: false });
  await note(admin, "gate.resume", object, { of: "lane", targets: ["api"] });
  await note(admin, "gate.heat", object, { slowDown: true });
  await note(admin, "gate.heat", object, { hotWaiting: 3 });
  await stopWork(admin, mine.id, { of: "everything", reason: "Hot" });
  expect((await told(mine.id)).slice(since)).toEqual([
    "pause: Paused: nights",
    "resume: Resumed",
    "resume: Resumed lanes api",
    "limit: Switched the slow-down on",
    "limit: Changed what is hot",
    "stop: Stopped everything: Hot",
  ]);
  expect(await told(others.id)).toHaveLength(before);
});
