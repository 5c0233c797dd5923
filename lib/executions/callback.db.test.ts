import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { sql } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { waitForExecution } from "./data";
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
let warehouse: string;

beforeAll(async () => {
  server = fork(path.join(import.meta.dirname, "../testing/webhook-server.mjs"));
  const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(message as number)));
  server.on("message", (message) => got.push(message as Got));
  process.env.WEBHOOK_PRIVATE_HOSTS = `127.0.0.1:${port}`;
  url = `http://127.0.0.1:${port}/ended`;
  await testDatabase();
  const user = await buildUser({ role: "editor" });
  const team = await buildTeam({ userIds: [user.id] });
  ({ name: warehouse } = await buildWarehouse({ teamIds: [team.id] }));
  ctx = await contextFor(user.id);
  await startWorker();
});
afterAll(() => {
  killWorkers();
  server.kill();
});

const kept = () => sql("t_kept", "select execution_id from execution_callbacks", []);

it("is told once how it ended, signed with the secret that was given", async () => {
  const ids: string[] = [];
  for (const text of ["select 41 + 1 as n", "select 1 / 0"])
    ids.push((await runQuery(ctx, { warehouse, sql: text, callback: { url, secret } })).id);
  for (const id of ids) await waitForExecution(ctx, id, 30);
  await expect.poll(() => got.length, { timeout: 20_000 }).toBe(2);
  const told = got.map(({ body }) => (JSON.parse(body) as { execution: { id: string; state: string } }).execution);
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
  for (const { headers, body } of got) {
    const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-sluice-signature"] ?? "") ?? [];
    expect(given).toBe(createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex"));
  }
  expect(await kept()).toEqual([]);
});

it("refuses an address inside, and keeps nothing of what was refused", async () => {
  const inside = { url: "http://10.0.0.1/x", secret };
  await expect(runQuery(ctx, { warehouse, sql: "select 1", callback: inside })).rejects.toMatchObject({
    extra: { fields: [{ field: "callback.url" }] },
  });
  const elsewhere = { warehouse: "nowhere", sql: "select 1", callback: { url, secret } };
  await expect(runQuery(ctx, elsewhere)).rejects.toMatchObject({ code: "not_found" });
  expect(await kept()).toEqual([]);
});
