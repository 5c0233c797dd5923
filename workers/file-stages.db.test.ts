import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { listFiles } from "@/lib/files/data";
import { downloadFile } from "@/lib/files/download-file";
import { removeFile } from "@/lib/files/remove-file";
import { sweepFiles } from "@/lib/files/sweep";
import { sendMails } from "@/lib/mail/send-mails";
import type { Stage } from "@/lib/pipelines/schema";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { store } from "@/lib/platform/store/open";
import { waitForRun } from "@/lib/runs/data";
import type { RunView } from "@/lib/runs/schema";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { allowDownloads, buildPerson, buildSecret, buildTeam, buildUser, contextFor } from "@/lib/testing/factories";
import { buildPipeline } from "@/lib/testing/runs";
import { sendWebhooks } from "@/lib/webhooks/send-webhooks";
import { startStageWorker } from "./testing/stage-worker";

/** What stages bring in and take out, as a worker runs them. */

let ana: Context;
let api: Server;
const asked: string[] = [];

const helpers: ChildProcess[] = [];
const mails: { to: string[]; text: string }[] = [];
const posts: { url: string; headers: Record<string, string>; body: string }[] = [];

/** A real server as a process of its own, which says its port and then what it gets. */
async function helper<T>(program: string, got: T[]): Promise<number> {
  const child = fork(path.join(import.meta.dirname, "../lib/testing", program));
  helpers.push(child);
  const port = await new Promise<number>((resolve) => child.once("message", (told) => resolve(told as number)));
  child.on("message", (told) => got.push(told as T));
  return port;
}
let hook = "";

beforeAll(async () => {
  const [smtp, web] = await Promise.all([helper("smtp-server.mjs", mails), helper("webhook-server.mjs", posts)]);
  hook = `http://127.0.0.1:${web}/taken`;
  process.env.SMTP_URL = `smtp://127.0.0.1:${smtp}`;
  process.env.MAIL_FROM = "Sluice <sluice@example.com>";
  process.env.WEBHOOK_PRIVATE_HOSTS = `127.0.0.1:${web}`;
  await testDatabase();
  ana = await buildPerson();
  await allowDownloads("editor");
  await startStageWorker();
  api = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify([{ id: asked.length, at: `2026-03-0${asked.length % 10}` }]));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  env().STAGE_PRIVATE_HOSTS = ["127.0.0.1"];
});
afterAll(async () => {
  api.close();
  for (const child of helpers) child.kill();
});

const day = (n: number) => ({ from: `2026-03-0${n}T00:00:00Z`, to: `2026-03-0${n + 1}T00:00:00Z` });
async function run(pipeline: string, n: number): Promise<RunView> {
  const view = await waitForRun(ana, (await startRun(ana, pipeline, day(n))).id, 30);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  return view;
}

it("an API is asked for what came since the interval before, and for the same again", async () => {
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
  const pull: Stage = {
    id: "pull",
    operator: "http-pull@1",
    params: { url, since_field: "at" },
    outputs: { rows: "ndjson" },
  };
  const { name } = await buildPipeline(ana, { stages: [pull] });
  for (const n of [1, 2, 3, 2]) await run(name, n);
  // What the third day found is no matter to the second.
  expect(asked).toEqual(["/", "/?since=2026-03-01", "/?since=2026-03-02", "/?since=2026-03-01"]);
});

const rows = (value: string): Stage => ({
  id: "make",
  operator: "http-pull@1",
  params: { url: `http://127.0.0.1:${(api.address() as AddressInfo).port}/${value}` },
  outputs: { rows: "parquet" },
});
const out = (params: Stage["params"]): Stage => ({
  id: "out",
  operator: "export@1",
  params: { path: "reports/{{ interval.from | date }}.csv", ...params },
  inputs: { rows: "make.rows" },
});
const metricsOf = async ({ id }: RunView) =>
  (await db().attempt.findFirstOrThrow({ where: { runId: id, stage: "out" } })).metrics;

describe("what a stage has delivered", () => {
  it("is kept as a file of the pipeline, exchanged by its next run, and read by another", async () => {
    const { name } = await buildPipeline(ana, { stages: [rows("a"), out({ to: "store" })] });
    const first = await run(name, 4);
    expect(await metricsOf(first)).toMatchObject({ files: 1 });
    const [kept] = (await listFiles(ana, { q: "2026-03-04" })).items;
    expect(kept).toMatchObject({
      path: "reports/2026-03-04.csv",
      format: "csv",
      rows: 1,
      pipeline: name,
      run: first.id,
    });
    const content = async (id: string) => text((await downloadFile(ana, id)).body);
    const before = await content(kept?.id ?? "");
    expect(before).toMatch(/^id,at\n\d+,2026-03-0/);
    await run(name, 4);
    expect((await listFiles(ana, { pipeline: name })).items).toMatchObject([{ id: kept?.id }]);
    expect(await content(kept?.id ?? "")).not.toBe(before);

    const read: Stage = {
      id: "read",
      operator: "load-file@1",
      params: { from: "store", stored: { store: "files/reports/{{ interval.from | date }}.csv" } },
      outputs: { rows: "csv" },
    };
    const reader = await buildPipeline(ana, { stages: [read] });
    await run(reader.name, 4);
    const bo = await buildPerson();
    const others = await buildPipeline(bo, { stages: [read] });
    const refused = await waitForRun(bo, (await startRun(bo, others.name, day(4))).id, 30);
    expect(refused.error).toMatch(/read: No pipeline of this one's team, or owner, keeps a file/);
    await expect(downloadFile(bo, kept?.id ?? "")).rejects.toMatchObject({ code: "not_found" });
    await expect(removeFile(bo, kept?.id ?? "")).rejects.toMatchObject({ code: "not_found" });

    // The one that was exchanged goes a day later, the other when it is removed.
    const { storeKey } = await db().storedFile.findUniqueOrThrow({ where: { id: kept?.id ?? "" } });
    expect((await sweepFiles(Date.now() + 2 * 86_400_000)).removed).toBe(1);
    expect(await content(kept?.id ?? "")).toMatch(/^id,at/);
    await removeFile(ana, kept?.id ?? "");
    await expect(store().get(storeKey)).rejects.toThrow();
  });

  it("is mailed once for an interval and a person, however often it is asked for", async () => {
    const bo = await buildUser();
    const mail = {
      to: "mail",
      people: [ana.user.email, bo.email.toUpperCase()],
      subject: "On {{ interval.from | date }}",
    };
    const { name } = await buildPipeline(ana, { stages: [rows("b"), out({ ...mail, message: "Look." })] });
    expect(await metricsOf(await run(name, 5))).toMatchObject({ mails: 2 });
    expect(await metricsOf(await run(name, 5))).toMatchObject({ already: 2 });
    await sendMails();
    await expect.poll(() => mails.length).toBe(2);
    for (const { text } of mails.splice(0)) {
      expect(text).toMatch(/^Subject: On 2026-03-05$/m);
      expect(text).toMatch(/filename="?2026-03-05\.csv/);
      expect(text).toContain("http://127.0.0.1:3000/runs/");
    }
    const linked = await buildPipeline(ana, { stages: [rows("b"), out({ ...mail, as: "link", path: "for-bo.csv" })] });
    await run(linked.name, 6);
    await sendMails();
    await expect.poll(() => mails.length).toBe(2);
    const id = /\/files\/([0-9a-z]{26})\b/.exec(mails.splice(0)[0]?.text.replace(/=\r?\n/g, "") ?? "")?.[1];
    expect(await text((await downloadFile(await contextFor(bo.id), id ?? "")).body)).toMatch(/^id,at/);
  });

  it("is mailed to nobody outside", async () => {
    const mail = { to: "mail", people: ["else@example.org"], subject: "x" };
    const { name } = await buildPipeline(ana, { stages: [rows("c"), out(mail)] });
    const view = await waitForRun(ana, (await startRun(ana, name, day(5))).id, 30);
    expect(view.error).toMatch(/out: Nobody here has the address else@example.org/);
    expect(await listFiles(ana, { pipeline: name })).toMatchObject({ items: [] });
  });

  it("is posted once, signed with a secret that the stage never says", async () => {
    const team = await buildTeam();
    const member = await buildPerson({ teamIds: [team.id] });
    const secret = await buildSecret(team.id, { value: "a secret of our own" });
    const stage = { ...out({}), params: { to: "webhook", url: hook, secret: { secret: secret.name } } };
    const { name } = await buildPipeline(member, { stages: [rows("d"), stage] }, { teamId: team.id });
    for (let times = 1; times <= 2; times++) {
      const view = await waitForRun(member, (await startRun(member, name, day(5))).id, 30);
      expect(view).toMatchObject({ state: "succeeded", error: null });
    }
    await sendWebhooks();
    await expect.poll(() => posts.length).toBe(1);
    const [{ headers, body } = { headers: {} as Record<string, string>, body: "" }] = posts;
    expect(JSON.parse(body)).toMatchObject({ kind: "export", pipeline: name, stage: "out", rowCount: 1 });
    const [, at, mac] = /^t=(\d+),v1=(\w+)$/.exec(headers["x-sluice-signature"] ?? "") ?? [];
    expect(mac).toBe(createHmac("sha256", "a secret of our own").update(`${at}.${body}`).digest("hex"));
  });
});
