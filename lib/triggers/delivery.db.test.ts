import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBoard } from "@/lib/boards/save-board";
import { saveBoardSchema } from "@/lib/boards/schema";
import { saveQuery } from "@/lib/queries/save-query";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { listSlots } from "./data";
import { createTrigger } from "./save-trigger";
import { saveTriggerSchema } from "./schema";

/** The whole way: a worker whose rounds nobody helps, a mail server and a receiver, each a process of its own. */

const mails: { to: string[]; text: string }[] = [];
const posts: { headers: Record<string, string>; body: string }[] = [];
const servers: ChildProcess[] = [];

function listen<Got>(file: string, got: Got[]): Promise<number> {
  const server = fork(path.join(import.meta.dirname, "../testing", file));
  servers.push(server);
  return new Promise((resolve) =>
    server.once("message", (port) => {
      server.on("message", (message) => got.push(message as Got));
      resolve(port as number);
    }),
  );
}

let hooks: number;
beforeAll(async () => {
  const smtp = await listen("smtp-server.mjs", mails);
  hooks = await listen("webhook-server.mjs", posts);
  Object.assign(process.env, {
    ...{ SMTP_URL: `smtp://127.0.0.1:${smtp}`, MAIL_FROM: "Sluice <sluice@example.com>" },
    WEBHOOK_PRIVATE_HOSTS: `127.0.0.1:${hooks}`,
  });
  await testDatabase();
});
afterAll(async () => {
  killWorkers();
  for (const server of servers) server.kill();
  await closeGate();
});

it("brings a query's answer and a board to people by mail and to a program by webhook", async () => {
  const team = await buildTeam();
  const [ana, bo] = [await buildUser({ teamIds: [team.id] }), await buildUser({ teamIds: [team.id] })];
  const ctx = await contextFor(ana.id);
  const warehouse = await buildWarehouse({ teamIds: [team.id], sql: "create table t as select 4711 as learners" });
  const text = { description: "", tags: [], team: null, warehouse: warehouse.id };
  const query = await saveQuery(ctx, { ...text, title: "Learners", sql: "select learners from t" });
  const tiles = [{ id: "t1", kind: "query", query: query.id }];
  const board = await createBoard(ctx, saveBoardSchema.parse({ title: "Growth", tiles }));
  await startWorker();
  const soon = () => new Date(Date.now() + 1_500).toISOString();
  const how = { zone: "UTC", tellWhen: "always", mailTo: [bo.id] };
  const one = await createTrigger(
    ctx,
    { query: query.id },
    saveTriggerSchema.parse({ ...how, when: soon(), webhook: `http://127.0.0.1:${hooks}/taken` }),
  );
  const two = await createTrigger(ctx, { board: board.id }, saveTriggerSchema.parse({ ...how, when: soon() }));
  await expect.poll(() => mails.length, { timeout: 40_000 }).toBe(2);
  await expect.poll(() => posts.length, { timeout: 40_000 }).toBe(1);
  for (const { id } of [one, two]) {
    const { items } = await listSlots(ctx, id, undefined, 5);
    expect(items).toMatchObject([{ outcome: "ran", met: true, runs: [{ state: "succeeded", error: null }] }]);
  }
  for (const mail of mails) {
    expect(mail.to).toEqual([bo.email]);
    expect(mail.text).toContain("4711");
    expect(mail.text).toContain("text/html");
  }
  const [{ headers, body } = { headers: {} as Record<string, string>, body: "" }] = posts;
  expect(JSON.parse(body)).toMatchObject({ state: "succeeded", answers: [{ rows: [[4711]] }] });
  const [, seconds, given] = /^t=(\d+),v1=(\w+)$/.exec(headers["x-sluice-signature"] ?? "") ?? [];
  expect(given).toBe(
    createHmac("sha256", one.webhookSecret ?? "")
      .update(`${seconds}.${body}`)
      .digest("hex"),
  );
}, 90_000);
