import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { createToken, rotateToken } from "@/lib/access/make-token";
import { personNow } from "@/lib/access/shares";
import { contextOfToken } from "@/lib/access/tokens";
import { runQuery } from "@/lib/executions/run-query";
import { listLimits, setLimit } from "@/lib/gate/limits";
import { closeQueue } from "@/lib/jobs/queue";
import { pipelineActor } from "@/lib/pipelines/doors";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { deleteTeam, updateTeam } from "@/lib/teams/change-teams";
import { testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildPerson,
  buildTeam,
  buildToken,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { mayEditTrigger } from "@/lib/triggers/data";
import { revokeToken } from "./revoke-token";
import { createServiceAccount, createServiceToken, listServiceAccounts } from "./service-accounts";
import { updateUser } from "./update-user";

let admin: Context;
let colleague: Context;
let stranger: Context;
let team: { id: string; name: string };
let warehouse: BuiltWarehouse;
const input = { name: "nightly", scopes: ["*" as const], expiresInDays: 30 };

beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
  const member = await buildUser({ name: "Bo" });
  team = await buildTeam({ name: "growth", userIds: [member.id] });
  colleague = await contextFor(member.id);
  stranger = await buildPerson();
  warehouse = await buildWarehouse({ teamIds: [team.id] });
});
afterAll(closeQueue);

describe("a service account", () => {
  it("speaks by its token with its team's grants, and outlives who made the token", async () => {
    const maker = await buildUser({ teamIds: [team.id] });
    const { id } = await createServiceAccount(admin, { name: "loader", team: team.id, role: "editor" });
    const { value } = await createServiceToken(await contextFor(maker.id), id, input);
    await updateUser(admin, maker.id, { disabled: true });
    expect(await contextOfToken(value, null)).toMatchObject({ user: { id, role: "editor" }, teamIds: [team.id] });
  });

  it("is its team's: others neither see it nor make its tokens, and a person is none", async () => {
    const { id } = await createServiceAccount(admin, { name: "other", team: team.name, role: "viewer" });
    expect((await listServiceAccounts(colleague)).map(({ name }) => name)).toContain("other");
    expect(await listServiceAccounts(stranger)).toEqual([]);
    await expect(createServiceToken(stranger, id, input)).rejects.toMatchObject({ code: "not_found" });
    await expect(createServiceToken(colleague, stranger.user.id, input)).rejects.toMatchObject({ code: "not_found" });
    await expect(createServiceAccount(colleague, { name: "x", team: team.id, role: "viewer" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("neither signs in nor becomes an admin, and stays in its team", async () => {
    const { id } = await createServiceAccount(admin, { name: "stays", team: team.id, role: "editor" });
    await expect(updateUser(admin, id, { role: "admin" })).rejects.toMatchObject({ code: "invalid" });
    await expect(updateUser(admin, id, { password: "correct-horse-9" })).rejects.toMatchObject({ code: "invalid" });
    await updateTeam(admin, team.id, { members: [colleague.user.id] });
    expect((await personNow(id))?.teamIds).toEqual([team.id]);
    await expect(deleteTeam(admin, team.id)).rejects.toMatchObject({ code: "conflict" });
  });
});

it("takes a team's limits away with it", async () => {
  const gone = (await buildTeam()).id;
  await setLimit(admin, { scope: "team", id: gone, name: "running", value: 5 });
  await deleteTeam(admin, gone);
  expect((await listLimits(admin, {})).items).toEqual([]);
});

describe("a token that is rotated", () => {
  it("has a new value with the same scopes, and the old one works on until the overlap is over", async () => {
    const old = await createToken(colleague, { ...input, scopes: ["queries:read"] });
    const made = await rotateToken(colleague, old.id, 1);
    for (const value of [old.value, made.value])
      expect(await contextOfToken(value, null)).toMatchObject({ scopes: ["queries:read"] });
    const { expiresAt, replacedById } = await db().apiToken.findUniqueOrThrow({ where: { id: old.id } });
    expect(replacedById).toBe(made.id);
    expect(Math.abs((expiresAt?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    const days = (Date.parse(made.expiresAt ?? "") - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    await expect(rotateToken(colleague, old.id, 1)).rejects.toMatchObject({ code: "conflict" });
  });

  it("is refused at once where there is no overlap", async () => {
    const old = await createToken(colleague, input);
    await rotateToken(colleague, old.id, 0);
    expect(await contextOfToken(old.value, null)).toBeNull();
  });

  it("is one's own: another's is not found, nor given more than the token that asks has", async () => {
    const old = await createToken(colleague, input);
    await expect(rotateToken(stranger, old.id, 1)).rejects.toMatchObject({ code: "not_found" });
    await expect(rotateToken(admin, old.id, 1)).rejects.toMatchObject({ code: "not_found" });
    await expect(revokeToken(stranger, old.id)).rejects.toMatchObject({ code: "not_found" });
    const less = await contextFor(colleague.user.id, await buildToken(colleague.user.id, ["tokens:manage"]));
    await expect(rotateToken(less, old.id, 1)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("somebody who is deactivated", () => {
  const leaver = async (teamIds: string[]) => buildPerson({ name: "Ana", teamIds });
  const schedule = async (ctx: Context, values: { teamId?: string; warehouseId?: string } = {}) => {
    const { teamId, warehouseId = warehouse.id } = values;
    const text = { title: "Learners", warehouseId, sql: "select 1", tables: [] };
    const query = await db().query.create({ data: { id: newId(), ...text, ownerId: ctx.user.id, teamId } });
    return db().trigger.create({
      data: {
        id: newId(),
        queryId: query.id,
        ownerId: ctx.user.id,
        cron: "0 8 * * *",
        zone: "UTC",
        nextAt: new Date(),
      },
    });
  };
  const now = (id: string) => db().trigger.findUniqueOrThrow({ where: { id }, include: { owner: true } });

  it("leaves schedules to the team, which may change them and is told", async () => {
    const ctx = await leaver([team.id]);
    const [one, two] = [await schedule(ctx), await schedule(ctx, { teamId: team.id })];
    await updateUser(admin, ctx.user.id, { disabled: true });
    const after = [await now(one.id), await now(two.id)];
    expect(after.map(({ owner, pausedAt }) => [owner.name, owner.serviceTeamId, pausedAt])).toEqual([
      ["Schedules of growth", team.id, null],
      ["Schedules of growth", team.id, null],
    ]);
    expect(after[0]?.ownerId).toBe(after[1]?.ownerId);
    expect(mayEditTrigger(colleague, after[0] as (typeof after)[number])).toBe(true);
    expect(mayEditTrigger(stranger, after[0] as (typeof after)[number])).toBe(false);
    const told = await db().notice.findMany({ where: { userId: colleague.user.id } });
    expect(told.map(({ text }) => text)).toEqual(["Ana’s account was closed. Your team runs now: “Learners”."]);
  });

  it("leaves pipelines to the team, whose account runs them from then on", async () => {
    const ctx = await leaver([team.id]);
    const document = { stages: [{ id: "a", operator: "noop@1" }], title: "Nightly" };
    const ours = await buildPipeline(ctx, document, { teamId: team.id });
    const own = await buildPipeline(ctx, document, { warehouses: [warehouse.id] });
    const elsewhere = await buildWarehouse({});
    const stuck = await buildPipeline(ctx, { ...document, title: "Stuck" }, { warehouses: [elsewhere.id] });
    const clock = { cron: "0 8 * * *", zone: "UTC", nextAt: new Date(), ownerId: ctx.user.id };
    for (const { id } of [ours, stuck]) await db().trigger.create({ data: { id: newId(), pipelineId: id, ...clock } });
    await db().notice.deleteMany();
    await updateUser(admin, ctx.user.id, { disabled: true });
    const found = async (id: string) =>
      db().pipeline.findUniqueOrThrow({ where: { id }, include: { owner: true, triggers: true } });
    for (const { id } of [ours, own])
      expect(await found(id)).toMatchObject({ teamId: team.id, owner: { serviceTeamId: team.id, disabledAt: null } });
    const { triggers, ownerId } = await found(ours.id);
    expect(triggers).toMatchObject([{ ownerId, pausedAt: null }]);
    expect(await found(stuck.id)).toMatchObject({ teamId: null, triggers: [{ pausedAt: expect.any(Date) }] });
    // It can be started, as before, by whoever may.
    await expect(pipelineActor(ownerId, team.id)).resolves.toMatchObject({ teamIds: [team.id] });
    const told = async (ctx: Context) =>
      (await db().notice.findMany({ where: { userId: ctx.user.id } })).map(({ text }) => text);
    expect(await told(colleague)).toEqual([
      `Ana’s account was closed. Your team has now: “${ours.name}”, “${own.name}”.`,
    ]);
    expect(await told(admin)).toEqual([
      `Ana’s account was closed, and no team can run: “${stuck.name}”. They do not start any more.`,
    ]);
  });

  it("leaves those that no team can run paused, and the admins are told", async () => {
    const ctx = await leaver([]);
    const { id } = await schedule(ctx);
    await updateUser(admin, ctx.user.id, { disabled: true });
    expect(await now(id)).toMatchObject({ ownerId: ctx.user.id, pausedAt: expect.any(Date) });
    const told = await db().notice.findMany({ where: { userId: admin.user.id } });
    expect(told.map(({ text }) => text).join()).toContain("no team can run: “Learners”");
  });

  it("has no token any more, also when activated again, and nothing waiting", async () => {
    const ctx = await leaver([team.id]);
    const { value } = await createToken(ctx, input);
    const { id } = await runQuery(ctx, { warehouse: warehouse.id, sql: "select pg_sleep(60)" });
    await updateUser(admin, ctx.user.id, { disabled: true });
    await updateUser(admin, ctx.user.id, { disabled: false });
    expect(await contextOfToken(value, null)).toBeNull();
    expect(await db().execution.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: "cancelled",
      stopReason: "The account of whoever ran this was closed.",
    });
  });
});
