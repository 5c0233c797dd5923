import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { isPublic } from "@/lib/egress/destination";
import { encrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildUser } from "@/lib/testing/factories";
import { refuseAddress } from "./destination";
import { queueWebhook } from "./queue-webhook";
import { forgetOldWebhooks, sendWebhooks } from "./send-webhooks";

/** To a real receiver, a process of its own. */

interface Got {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
}
const got: Got[] = [];
let server: ChildProcess;
let port: number;
let owner: { id: string };

beforeAll(async () => {
  server = fork(path.join(import.meta.dirname, "../testing/webhook-server.mjs"));
  port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(message as number)));
  server.on("message", (message) => got.push(message as Got));
  process.env.WEBHOOK_PRIVATE_HOSTS = `127.0.0.1:${port}`;
  await testDatabase();
  owner = await buildUser();
});
beforeEach(async () => {
  got.splice(0);
  await db().webhook.deleteMany();
});
afterAll(() => server.kill());

const secret = "whs_secret";
async function queue(url: string): Promise<string> {
  const data = { id: newId(), title: "Learners", ownerId: owner.id, changedById: owner.id };
  const board = await db().board.create({ data });
  const id = newId();
  const trigger = { id, webhook: url, webhookSecret: encrypt(secret, id) };
  await db().trigger.create({
    data: { ...trigger, boardId: board.id, ownerId: owner.id, cron: "0 8 * * *", zone: "UTC" },
  });
  const body = { event: "schedule.ended", text: "Ünïcode “and” more" };
  await db().$transaction((tx) => queueWebhook(tx, { ...trigger, trigger: id }, body));
  return (await db().webhook.findFirstOrThrow({ where: { triggerId: id } })).id;
}
const here = (where: string) => `http://127.0.0.1:${port}${where}`;
const stored = (id: string) => db().webhook.findUniqueOrThrow({ where: { id } });
const dueNow = () => db().webhook.updateMany({ data: { dueAt: new Date(0) } });

it("arrives once, signed over its time and its text", async () => {
  const id = await queue(here("/taken"));
  await Promise.all([sendWebhooks(), sendWebhooks(), sendWebhooks()]);
  await expect.poll(() => got.length).toBe(1);
  const [{ method, headers, body } = { method: "", headers: {} as Record<string, string>, body: "" }] = got;
  expect(method).toBe("POST");
  expect(JSON.parse(body)).toMatchObject({ id, event: "schedule.ended", text: "Ünïcode “and” more" });
  expect(headers["x-sluice-message"]).toBe(id);
  const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-sluice-signature"] ?? "") ?? [];
  expect(given).toBe(createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex"));
  expect(Math.abs(Number(seconds) - Date.now() / 1_000)).toBeLessThan(60);
  expect(await stored(id)).toMatchObject({ attempts: 1, status: 204, error: null, sentAt: expect.any(Date) });
  // What is stored tells nobody the secret.
  expect((await stored(id)).secret).not.toContain(secret);
  expect(await sendWebhooks()).toBe(0);
});

it("is tried again where it was not taken, later each time, and given up where it never will be", async () => {
  const [later, gone, away] = [
    await queue(here("/later")),
    await queue(here("/gone")),
    await queue("http://127.0.0.1:1/x"),
  ];
  env().WEBHOOK_PRIVATE_HOSTS.push("127.0.0.1:1");
  await sendWebhooks();
  expect(await stored(later)).toMatchObject({ sentAt: null, givenUpAt: null, status: 503, error: "It answered 503." });
  expect(await stored(gone)).toMatchObject({ sentAt: null, givenUpAt: expect.any(Date), status: 410 });
  expect(await stored(away)).toMatchObject({
    givenUpAt: null,
    status: null,
    error: expect.stringContaining("ECONNREFUSED"),
  });
  expect((await stored(later)).dueAt.getTime()).toBeGreaterThan(Date.now() + 5_000);
  expect(await sendWebhooks()).toBe(0);
  await dueNow();
  await db().webhook.update({ where: { id: away }, data: { attempts: 11 } });
  await sendWebhooks();
  expect(await stored(later)).toMatchObject({ attempts: 2, sentAt: expect.any(Date), error: null });
  expect(await stored(away)).toMatchObject({ attempts: 12, givenUpAt: expect.any(Date) });
});

it("follows what asks for the same elsewhere, checks each address anew, and takes no other answer for success", async () => {
  const to = (url: string) => here(`/to?${encodeURIComponent(url)}`);
  const again = await queue(here("/again"));
  const other = await queue(here("/redirect-see-other"));
  const loop = await queue(here("/loop"));
  const inside = await queue(to("http://127.0.0.2/metadata"));
  const file = await queue(to("file:///etc/passwd"));
  await sendWebhooks();
  expect(await stored(again)).toMatchObject({ sentAt: expect.any(Date) });
  expect(await stored(other)).toMatchObject({ sentAt: null, status: 303 });
  expect(await stored(loop)).toMatchObject({
    givenUpAt: expect.any(Date),
    error: expect.stringContaining("more than 3"),
  });
  expect(await stored(inside)).toMatchObject({
    givenUpAt: expect.any(Date),
    error: expect.stringContaining("private network"),
  });
  expect(await stored(file)).toMatchObject({ givenUpAt: expect.any(Date), error: expect.stringContaining("https://") });
  // What was sent on had the same text and signature.
  const [first, second] = got.filter(({ headers }) => headers["x-sluice-message"] === again);
  expect(second).toMatchObject({ url: "/taken", body: first?.body });
});

it.each([
  ...["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"],
  ...[
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
    "ff02::1",
  ],
])("knows %s as no address of the internet", (address) => {
  expect(isPublic(address)).toBe(false);
});

it.each(["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001::1"])(
  "knows %s as one",
  (address) => expect(isPublic(address)).toBe(true),
);

it.each([
  ...["http://127.0.0.1/x", "http://localhost/x", "http://a.localhost/", "http://[::1]:80/", "http://2130706433/"],
  ...["http://0x7f.1/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest/meta-data"],
])("refuses %s when it is saved", (url) => {
  expect(() => refuseAddress(url)).toThrow(/private network/);
});

it("goes to no name that stands for a private address", async () => {
  const id = await queue("http://localhost:9/x");
  await sendWebhooks();
  expect(await stored(id)).toMatchObject({
    givenUpAt: expect.any(Date),
    error: expect.stringContaining("private network"),
  });
});

it("is forgotten after a month, but not before it was sent", async () => {
  const [sent, waiting] = [await queue(here("/taken?1")), await queue(here("/taken?2"))];
  const old = new Date(Date.now() - 31 * 86_400_000);
  await db().webhook.update({ where: { id: sent }, data: { sentAt: old } });
  await db().webhook.update({ where: { id: waiting }, data: { createdAt: old } });
  await forgetOldWebhooks();
  expect((await db().webhook.findMany()).map(({ id }) => id)).toEqual([waiting]);
});
