import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { addPause, endPause } from "@/lib/gate/pauses";
import { sql } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildWarehouse } from "@/lib/testing/factories";
import { buildColleagues, closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { cancelExecution } from "./cancel-execution";
import { getExecution, waitForExecution } from "./data";
import { runQuery } from "./run-query";

/** By a worker of its own, to a receiver of its own. */

interface Got {
  headers: Record<string, string>;
  body: string;
}
const got: Got[] = [];
const secret = "a secret to sign with";
let server: ChildProcess;
let url: string;
let ctx: Context;
let ben: Context;
let admin: Context;
let warehouse: string;

beforeAll(async () => {
  server = fork(path.join(import.meta.dirname, "../testing/webhook-server.mjs"));
  const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(message as number)));
  server.on("message", (message) => got.push(message as Got));
  process.env.WEBHOOK_PRIVATE_HOSTS = `127.0.0.1:${port}`;
  url = `http://127.0.0.1:${port}/ended`;
  await testDatabase();
  let team: string;
  ({ team, ana: ctx, ben, admin } = await buildColleagues());
  ({ name: warehouse } = await buildWarehouse({ teamIds: [team] }));
  await startWorker();
});
afterAll(async () => {
  killWorkers();
  await closeGate();
  server.kill();
});

const kept = () => sql("t_kept", "select execution_id from execution_callbacks", []);

interface Told {
  id: string;
  state: string;
  [key: string]: unknown;
}

/** What was told of these by now; each message's signature is looked at. */
function toldOf(ids: string[]): Told[] {
  return got.flatMap(({ headers, body }) => {
    const { event, execution } = JSON.parse(body) as { event: string; execution: Told };
    if (!ids.includes(execution.id)) return [];
    expect(event).toBe("execution.ended");
    const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-sluice-signature"] ?? "") ?? [];
    expect(given).toBe(createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex"));
    return [execution];
  });
}

const ask = async (by: Context, text: string, more: object = {}) =>
  (await runQuery(by, { warehouse, sql: text, callback: { url, secret }, ...more })).id;

it("is told once how it ended, signed with the secret that was given", async () => {
  const ids = [await ask(ctx, "select 41 + 1 as n"), await ask(ctx, "select 1 / 0")];
  for (const id of ids) await waitForExecution(ctx, id, 30);
  await expect.poll(() => toldOf(ids).length, { timeout: 20_000 }).toBe(2);
  const told = toldOf(ids);
  expect(told.find(({ id }) => id === ids[0])).toMatchObject({
    state: "succeeded",
    rowCount: 1,
    error: null,
    warehouse,
  });
  expect(told.find(({ id }) => id === ids[1])).toMatchObject({
    state: "failed",
    error: { message: "division by zero" },
  });
  expect(await kept()).toEqual([]);
});

let rounds = 0;

it("is told once of what was cancelled, waiting or running, of what was answered by reuse, and of who joined", async () => {
  const round = ++rounds;
  const wanted = new Map<string, object>();
  const cancelled = { state: "cancelled", rowCount: null, error: null };
  const succeeded = { state: "succeeded", rowCount: 1, error: null };
  // While nothing is let in: one leaves the line, and two wait for the same, who come in together.
  const pause = await addPause(admin, { warehouse, of: "everything" });
  const waiting = await ask(ctx, `select 'waits', ${round}`);
  const two = [await ask(ctx, `select 'same', ${round}`), await ask(ben, `select 'same', ${round}`)];
  expect(await cancelExecution(ctx, waiting, "Not needed.")).toBe("cancelled");
  wanted.set(waiting, { ...cancelled, stopReason: "Not needed." });
  await endPause(admin, pause.id);
  for (const [n, by] of [ctx, ben].entries()) await waitForExecution(by, two[n] ?? "", 30);
  const vias = [await getExecution(ctx, two[0] ?? ""), await getExecution(ben, two[1] ?? "")].map(({ via }) => via);
  expect(vias.sort()).toEqual(["joined", null]);
  for (const id of two) wanted.set(id, succeeded);
  const reused = await ask(ben, `select 'same', ${round}`, { maxAgeSeconds: 3_600 });
  expect(await getExecution(ben, reused)).toMatchObject({ state: "succeeded", via: "reused" });
  wanted.set(reused, succeeded);
  // One alone that runs; and two who wait for one that runs, who leave one after the other.
  const alone = await ask(ctx, `select pg_sleep(300), 'alone', ${round}`);
  const first = await ask(ctx, `select pg_sleep(300), ${round}`);
  const runs = async (id: string) => (await getExecution(ctx, id)).state;
  for (const id of [alone, first]) await expect.poll(() => runs(id), { timeout: 20_000 }).toBe("running");
  const joined = await ask(ben, `select pg_sleep(300), ${round}`);
  expect((await getExecution(ben, joined)).via).toBe("joined");
  expect(await cancelExecution(ctx, alone)).toBe("cancelling");
  expect(await cancelExecution(ctx, first)).toBe("left");
  // At once, though the statement goes on for the other.
  await expect.poll(() => toldOf([first]).length, { timeout: 20_000 }).toBe(1);
  expect((await getExecution(ben, joined)).state).toBe("running");
  expect(await cancelExecution(ben, joined)).toBe("cancelling");
  for (const id of [alone, first, joined]) wanted.set(id, cancelled);
  const ids = [...wanted.keys()];
  for (const id of [alone, joined]) await waitForExecution(admin, id, 30);
  await expect.poll(() => new Set(toldOf(ids).map(({ id }) => id)).size, { timeout: 30_000 }).toBe(ids.length);
  // Nothing more is to be told: neither of an execution, nor a message once more.
  expect(await kept()).toEqual([]);
  const unsent = () => sql("t_unsent", "select id from webhooks where sent_at is null", []);
  await expect.poll(unsent, { timeout: 20_000 }).toEqual([]);
  const told = toldOf(ids);
  expect(told.map(({ id }) => id).sort()).toEqual(ids.sort());
  for (const one of told) expect(one).toMatchObject(wanted.get(one.id) ?? {});
}, 120_000);

it("refuses an address inside, and keeps nothing of what was refused", async () => {
  const inside = { url: "http://10.0.0.1/x", secret };
  await expect(runQuery(ctx, { warehouse, sql: "select 1", callback: inside })).rejects.toMatchObject({
    extra: { fields: [{ field: "callback.url" }] },
  });
  const elsewhere = { warehouse: "nowhere", sql: "select 1", callback: { url, secret } };
  await expect(runQuery(ctx, elsewhere)).rejects.toMatchObject({ code: "not_found" });
  expect(await kept()).toEqual([]);
});
