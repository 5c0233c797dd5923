import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { notify } from "@/lib/inbox/notify";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildUser } from "@/lib/testing/factories";
import { queueMail } from "./queue-mail";
import { forgetOldMails, sendMails } from "./send-mails";

/** Through a real mail server, a process of its own. */

interface Got {
  to: string[];
  text: string;
}
const got: Got[] = [];
let server: ChildProcess;
let port: number;

async function startServer(): Promise<void> {
  server = fork(path.join(import.meta.dirname, "../testing/smtp-server.mjs"));
  port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(message as number)));
  server.on("message", (message) => got.push(message as Got));
}

beforeAll(async () => {
  await startServer();
  Object.assign(process.env, { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: "Sluice <sluice@example.com>" });
  await testDatabase();
});
afterAll(() => server.kill());

const queue = (to: string, subject = "Hello", text = "Words\n/executions/1\n") =>
  db().$transaction((tx) => queueMail(tx, { to, subject, text }));
const stored = (recipient: string) => db().mail.findFirstOrThrow({ where: { recipient } });
const dueNow = () => db().mail.updateMany({ data: { dueAt: new Date(0) } });

it("arrives once, with whole addresses, whatever stands in its subject", async () => {
  await queue("ana@example.com", "A question\r\nBcc: everybody@example.com\nfor you: \u00fcber 5 %");
  await Promise.all([sendMails(), sendMails(), sendMails()]);
  await expect.poll(() => got.length).toBe(1);
  const [mail] = got.splice(0);
  expect(mail?.to).toEqual(["ana@example.com"]);
  expect(mail?.text).not.toMatch(/^Bcc:/m);
  expect(mail?.text).toMatch(/^From: Sluice <sluice@example.com>/m);
  expect(mail?.text).toContain("http://127.0.0.1:3000/executions/1");
  expect(await stored("ana@example.com")).toMatchObject({ attempts: 1, error: null, sentAt: expect.any(Date) });
  expect(await sendMails()).toBe(0);
});

it("tells of what reaches an inbox, but for one's own failures and to nobody who is gone", async () => {
  const [reader, gone] = [await buildUser(), await buildUser()];
  await db().user.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
  await db().$transaction(async (tx) => {
    const people = [reader.id, gone.id, reader.id];
    await notify(tx, people, { kind: "mention", text: "Ana asks you about a result.", url: "/executions/7" });
    await notify(tx, people, { kind: "failure", text: "Your query failed.", url: "/executions/8" });
  });
  await sendMails();
  await expect.poll(() => got.length).toBe(1);
  const [mail] = got.splice(0);
  expect(mail?.to).toEqual([reader.email]);
  expect(mail?.text).toMatch(/^Subject: Ana asks you about a result\.$/m);
  expect(mail?.text).toContain("http://127.0.0.1:3000/executions/7");
});

it("goes as text and, where it is laid out, as HTML beside it", async () => {
  const html = "<table><tr><td>4&#60;5</td></tr></table>";
  await db().$transaction((tx) => queueMail(tx, { to: "ana@example.com", subject: "Rows", text: "4<5", html }));
  await sendMails();
  await expect.poll(() => got.length).toBe(1);
  const [mail] = got.splice(0);
  expect(mail?.text).toContain("multipart/alternative");
  expect(mail?.text).toContain(html);
  expect(mail?.text).toContain("4<5");
});

it("is not sent for what was rolled back", async () => {
  const broken = db().$transaction(async (tx) => {
    await queueMail(tx, { to: "undone@example.com", subject: "x", text: "x" });
    throw new Error("no");
  });
  await expect(broken).rejects.toThrow("no");
  expect(await db().mail.count({ where: { recipient: "undone@example.com" } })).toBe(0);
});

it("is tried again where the server is busy, and given up where it never takes it", async () => {
  await queue("later@example.com");
  await queue("nobody@example.com");
  await queue("bo@example.com");
  await sendMails();
  // One that is refused holds up no other.
  await expect.poll(() => got.map(({ to }) => to[0])).toEqual(["bo@example.com"]);
  expect(await stored("later@example.com")).toMatchObject({
    sentAt: null,
    givenUpAt: null,
    error: expect.stringContaining("451"),
  });
  expect(await stored("nobody@example.com")).toMatchObject({ sentAt: null, givenUpAt: expect.any(Date) });
  expect(await sendMails()).toBe(0);
  await dueNow();
  expect(await sendMails()).toBe(1);
  await expect.poll(() => got.map(({ to }) => to[0])).toEqual(["bo@example.com", "later@example.com"]);
});

it("waits while the server is away", async () => {
  server.kill();
  await queue("cy@example.com");
  await sendMails();
  expect(await stored("cy@example.com")).toMatchObject({ sentAt: null, givenUpAt: null, attempts: 1 });
});

it("is forgotten after a month, but not before it was sent", async () => {
  const old = new Date(Date.now() - 31 * 86_400_000);
  await db().mail.updateMany({ where: { sentAt: { not: null } }, data: { sentAt: old } });
  await forgetOldMails();
  const left = (await db().mail.findMany()).map(({ recipient }) => recipient).sort();
  expect(left).toEqual(["cy@example.com", "nobody@example.com"]);
});
