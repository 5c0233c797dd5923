import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { rotateToken } from "@/lib/access/make-token";
import { forgetWarehouses } from "@/lib/access/reader";
import { runQuery } from "@/lib/executions/run-query";
import { endStatement, startWork } from "@/lib/gate/lease";
import { listLimits, setLimit } from "@/lib/gate/limits";
import { addPause, listPauses } from "@/lib/gate/pauses";
import { setGate } from "@/lib/gate/settings";
import { closeQueue } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import { closeWake } from "@/lib/platform/wake";
import { testDatabase } from "@/lib/testing/database";
import {
  type BuiltWarehouse,
  buildTeam,
  buildToken,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { admittedWork, drainLine, writeWaiting } from "@/lib/testing/line";
import { buildPipeline } from "@/lib/testing/runs";
import { revokeToken } from "@/lib/users/revoke-token";
import { updateUser } from "@/lib/users/update-user";
import { endWorkOfTokens } from "./ended-tokens";
import { startRun } from "./start-run";

/** What a token leaves behind when it ends. No worker runs: the tests play it. */

let admin: Context;
let ana: Context;
let token: Context;
let here: BuiltWarehouse;
let id: string;

beforeAll(async () => {
  await testDatabase();
});
afterAll(async () => {
  await closeQueue();
  await closeWake();
});
beforeEach(async () => {
  const team = (await buildTeam()).id;
  admin = await contextFor((await buildUser({ role: "admin", name: "Cleo", teamIds: [team] })).id);
  ana = await contextFor((await buildUser({ name: "Ana", teamIds: [team] })).id);
  here = await buildWarehouse({ slots: 1, teamIds: [team] });
  token = await tokenOf(ana);
  id = token.tokenId ?? "";
  forgetWarehouses();
});

const tokenOf = async ({ user }: Context) => contextFor(user.id, await buildToken(user.id));
const ask = async (ctx: Context, sql: string) => (await runQuery(ctx, { warehouse: here.id, sql })).id;
const execution = (of: string) => db().execution.findUniqueOrThrow({ where: { id: of } });
const states = async (...ids: string[]) => Promise.all(ids.map(async (of) => (await execution(of)).state));

/** A run of one stage that waits for a slot. */
async function run(ctx: Context, begun = false): Promise<string> {
  const { name } = await buildPipeline(ana, { stages: [{ id: "a", operator: "noop@1" }] });
  const { id: made } = await startRun(ctx, name, {});
  if (begun) await db().attempt.updateMany({ where: { runId: made }, data: { startedAt: new Date() } });
  return made;
}
const runNow = (of: string) => db().run.findUniqueOrThrow({ where: { id: of } });

/** Asks for something that runs until `end` is called. */
async function running(ctx: Context) {
  const asked = await ask(ctx, "select 'runs'");
  const [job] = await admittedWork(here.id);
  const started = job && (await startWork(job, "w1", null));
  const end = async (state: "cancelled" | "succeeded") => {
    await endStatement(job?.lease ?? "", started?.statements[0]?.id ?? "", { state, rowCount: 0 }, null);
    expect(await states(asked)).toEqual([state]);
  };
  return { id: asked, end };
}

/** A limit of the token, a pause of it alone and one of it and another. */
async function hold(other: Context) {
  await setLimit(admin, { scope: "token", id, name: "running", value: 5 });
  await addPause(admin, { warehouse: here.id, of: "token", targets: [id], reason: "Alone" });
  await addPause(admin, { warehouse: here.id, of: "token", targets: [id, other.tokenId ?? ""], reason: "Both" });
}
async function held() {
  const { items } = await listPauses(admin, { warehouse: here.id, ended: "false" });
  const pauses = items.map(({ reason, targets }) => [reason, targets.length] as const);
  return { limits: (await listLimits(admin, { scope: "token", id })).items.length, pauses: pauses.sort() };
}
const everything = { limits: 1, pauses: [["Alone", 1] as const, ["Both", 2] as const] };
const nothing = { limits: 0, pauses: [["Both", 1] as const] };

describe("a token that is revoked", () => {
  it("ends what waits of it, stops what runs, and takes its limits and pauses along when nothing is left", async () => {
    const other = await tokenOf(ana);
    const runs = await running(token);
    const own = await ask(token, "select 1");
    await writeWaiting(here, token, 120);
    const others = [await ask(other, "select 2"), await ask(ana, "select 3")];
    const [waits, begun, elses] = [await run(token), await run(token, true), await run(other)];
    await hold(other);
    await revokeToken(ana, id);

    const words = "The token test was revoked by Ana.";
    expect(await execution(own)).toMatchObject({ state: "cancelled", stopReason: words });
    expect(await db().execution.count({ where: { tokenId: id, state: "cancelled", stopReason: words } })).toBe(121);
    expect(await execution(runs.id)).toMatchObject({ state: "cancelling", stopReason: words });
    expect(await runNow(waits)).toMatchObject({ state: "cancelled", error: words });
    expect(await runNow(begun)).toMatchObject({ error: words });
    expect([await states(...others), (await runNow(elses)).error]).toEqual([["queued", "queued"], null]);
    const audited = { userId: ana.user.id, object: { in: [own, runs.id].map((one) => `execution:${one}`) } };
    expect(await db().auditEntry.count({ where: { ...audited, action: "execution.cancel" } })).toBe(2);
    expect(await db().auditEntry.count({ where: { action: "run.cancel", object: `run:${waits}` } })).toBe(1);

    // The warehouse has not confirmed it yet.
    expect(await held()).toEqual(everything);
    await runs.end("cancelled");
    await endWorkOfTokens();
    expect(await held()).toEqual(nothing);
    const forgotten = { action: "token.forget", object: `token:${id}`, userId: ana.user.id };
    const [line] = await db().auditEntry.findMany({ where: forgotten });
    expect(line?.detail).toMatchObject({
      reason: words,
      limits: { running: 5 },
      pauses: [expect.any(String), expect.any(String)],
    });
    await endWorkOfTokens();
    expect(await db().auditEntry.count({ where: forgotten })).toBe(1);
  });

  it("is looked for again by workers: what came in late, or was left by a process that died, ends too", async () => {
    await setGate(admin, here.id, { paused: true, reason: "For the test" });
    const before = await ask(token, "select 1");
    const data = { revokedAt: new Date(), revokedById: admin.user.id };
    await db().apiToken.update({ where: { id }, data });
    // A process that had it in its memory takes this for some seconds more.
    const late = await ask(token, "select 2");
    await endWorkOfTokens();
    expect(await states(before, late)).toEqual(["cancelled", "cancelled"]);
    expect((await execution(late)).stopReason).toBe("The token test was revoked by Cleo.");
  });
});

describe("a token that expires", () => {
  const expire = () => db().apiToken.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1_000) } });

  it("ends what waits of it, lets what runs come to its end, and is forgotten after that", async () => {
    const other = await tokenOf(ana);
    const runs = await running(token);
    const [own, others] = [await ask(token, "select 1"), await ask(other, "select 2")];
    const [waits, begun] = [await run(token), await run(token, true)];
    await hold(other);
    await endWorkOfTokens();
    expect(await states(own, others)).toEqual(["queued", "queued"]);
    await expire();
    await endWorkOfTokens();
    expect(await states(own, others, runs.id)).toEqual(["cancelled", "queued", "queued"]);
    expect((await execution(own)).stopReason).toBe("The token test expired before this began.");
    expect([(await runNow(waits)).state, (await runNow(begun)).state]).toEqual(["cancelled", "running"]);
    const line = await db().auditEntry.findFirst({ where: { action: "execution.cancel", object: `execution:${own}` } });
    expect(line?.userId).toBeNull();
    await runs.end("succeeded");
    await endWorkOfTokens();
    expect(await held()).toEqual(everything);
    await db().run.update({ where: { id: begun }, data: { state: "succeeded" } });
    await endWorkOfTokens();
    expect(await held()).toEqual(nothing);
  });

  it("by a rotation keeps its place in the line, as long as the one that came after it works", async () => {
    await running(ana);
    const own = await ask(token, "select 1");
    const next = await rotateToken(ana, id, 0);
    await endWorkOfTokens();
    expect(await states(own)).toEqual(["queued"]);
    await revokeToken(ana, next.id);
    await endWorkOfTokens();
    expect(await states(own)).toEqual(["cancelled"]);
  });
});

it("a token ends with the account of its owner, and so does what it began", async () => {
  const own = await ask(token, "select 1");
  const [began, byHand] = [await run(token), await run(ana)];
  await updateUser(admin, ana.user.id, { disabled: true });
  expect(await execution(own)).toMatchObject({ state: "cancelled" });
  expect(await runNow(began)).toMatchObject({
    state: "cancelled",
    error: "The token test ended with the account of Ana.",
  });
  expect((await runNow(byHand)).error).toBeNull();
  expect(await drainLine(here.id)).toEqual([]);
});
