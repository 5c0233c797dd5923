import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Installation, until } from "./installation";
import { TlsProxy } from "./tls-proxy";

/** `npm start` behind a proxy that ends TLS: what people see is the proxy's address, everywhere and only. */

// The home of other files, which run before or after this one: a new database takes longer than this.
const sluice = new Installation("processes");
const proxy = new TlsProxy(sluice.home);
const mails: { to: string[]; text: string }[] = [];
let post: ChildProcess;
let base: string;
let query: string;

beforeAll(async () => {
  post = fork(path.resolve(import.meta.dirname, "../../lib/testing/smtp-server.mjs"));
  const [port] = (await once(post, "message")) as [number];
  post.on("message", (mail: (typeof mails)[number]) => void mails.push(mail));
  base = await proxy.listen();
  await sluice.start({
    SLUICE_URL: base,
    TRUSTED_PROXIES: "127.0.0.1",
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: "Sluice <sluice@example.com>",
  });
  proxy.target = sluice.port;
  const saved = { warehouse: "demo", title: "Pasted", sql: "select 'behind a proxy' as words" };
  query = String((await sluice.ask("POST", "queries", saved)).id);
}, 240_000);
afterAll(async () => {
  await sluice.stop();
  await proxy.close();
  post.disconnect();
}, 60_000);

/** What a browser keeps, by name, and what it was told of each. */
class Jar {
  readonly told = new Map<string, string>();
  private readonly values = new Map<string, string>();

  take(lines: string[] = []): void {
    for (const line of lines) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      this.values.set(name, value);
      this.told.set(name, line);
    }
  }

  get header(): Record<string, string> {
    return { cookie: [...this.values].map((pair) => pair.join("=")).join("; ") };
  }
}

async function get(url: string, jar: Jar) {
  const answer = await proxy.fetch(new URL(url, base).href, { headers: jar.header });
  jar.take(answer.headers["set-cookie"]);
  return { ...answer, body: await answer.whole };
}

/** Signs in as the page's own form does. @returns where it is told to go on */
async function signIn(jar: Jar): Promise<string> {
  const { email } = (await sluice.ask("GET", "me")) as { email: string };
  const { csrfToken } = JSON.parse((await get("/api/auth/csrf", jar)).body) as { csrfToken: string };
  const form = { email, password: "a password for the tests", csrfToken, json: "true" };
  const answer = await proxy.fetch(`${base}/api/auth/callback/credentials`, {
    method: "POST",
    headers: { ...jar.header, "content-type": "application/x-www-form-urlencoded", origin: base },
    body: new URLSearchParams(form).toString(),
  });
  jar.take(answer.headers["set-cookie"]);
  expect(answer.status).toBe(200);
  return (JSON.parse(await answer.whole) as { url: string }).url;
}

const own = () => ({ origin: base, "x-sluice": "1" });
const write = (where: string, jar: Jar, headers: Record<string, string>, body: object = {}) =>
  proxy.fetch(`${base}/api/v1/${where}`, {
    method: "POST",
    headers: { ...jar.header, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

it("a pasted link leads to the sign-in page and back to itself, by cookies that only https carries", async () => {
  const pasted = `/queries/${query}?country=US&view=chart`;
  const jar = new Jar();
  const sent = await get(pasted, jar);
  expect(sent.status).toBeOneOf([303, 307]);
  const there = new URL(String(sent.headers.location), base);
  expect(there.origin).toBe(base);
  expect([there.pathname, there.searchParams.get("next")]).toEqual(["/sign-in", pasted]);
  expect((await get(there.href, jar)).status).toBe(200);
  expect(new URL(await signIn(jar)).origin).toBe(base);
  expect(jar.told.get("__Secure-sluice.session")).toMatch(/; *Secure/i);
  expect(jar.told.get("__Secure-sluice.session")).toMatch(/; *HttpOnly/i);
  expect(jar.told.get("__Secure-sluice.session")).toMatch(/; *SameSite=Lax/i);
  for (const [name, line] of jar.told) expect(line, `${name} goes by https alone`).toMatch(/; *Secure/i);
  const page = await get(pasted, jar);
  expect(page.status).toBe(200);
  expect(page.body).toContain("Pasted");
}, 120_000);

it("a write is taken from the proxy's own pages, and from no other", async () => {
  const jar = new Jar();
  await signIn(jar);
  const body = { warehouse: "demo", sql: "select 'from a page'" };
  const { host } = new URL(base);
  const status = async (headers: Record<string, string>) => (await write("executions", jar, headers, body)).status;
  expect(await status(own())).toBe(202);
  expect(await status({ origin: base })).toBe(403);
  expect(await status({ ...own(), origin: "https://elsewhere.example" })).toBe(403);
  // The same name without TLS: whoever sits on the wire may have written that page.
  expect(await status({ ...own(), origin: `http://${host}` })).toBe(403);
  expect(await status({ ...own(), origin: "null" })).toBe(403);
}, 120_000);

it("events come through as they happen, and a stop from the page ends them", async () => {
  const jar = new Jar();
  await signIn(jar);
  const sql = `select pg_sleep(300), 'events ${process.pid}'`;
  const { id, url } = JSON.parse(await (await write("executions", jar, own(), { warehouse: "demo", sql })).whole) as {
    id: string;
    url: string;
  };
  expect(url).toBe(`${base}/executions/${id}`);
  await sluice.running(id);
  const stream = await proxy.fetch(`${base}/api/v1/executions/${id}/events`, {
    headers: { ...jar.header, "accept-encoding": "gzip, br" },
  });
  expect(stream.status).toBe(200);
  await until("the first event", 30_000, () => stream.text().includes("event: state"));
  expect(stream.text()).toContain('"state":"running"');
  expect((await write(`executions/${id}/cancel`, jar, own())).status).toBe(202);
  expect(await stream.whole).toContain('"state":"cancelled"');
}, 120_000);

it("a mailed link has the proxy's address", async () => {
  const email = `mailed-${process.pid}-${Date.now()}@example.com`;
  const { id: to } = await sluice.ask("POST", "users", { email, name: "Mailed", role: "viewer" });
  await sluice.ask("POST", "shares", { kind: "query", id: query, audience: "person", to });
  const mail = await until("the mail", 60_000, () => mails.find((one) => one.to.includes(email)));
  // Lines are broken, and "=" is written out, on a mail's way.
  const text = mail.text.replace(/=\r?\n/g, "").replace(/=3D/gi, "=");
  expect(text).toContain(`${base}/queries/${query}`);
  expect(text).not.toMatch(/http:\/\/(127\.0\.0\.1|localhost)/);
}, 120_000);
