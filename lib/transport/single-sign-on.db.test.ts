import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildUser } from "@/lib/testing/factories";
import { call } from "@/lib/testing/rest";
import { auth, cookieJar, setCookies, type Told } from "./auth-calls";

/** Sign-on by a real provider, a process that speaks OpenID Connect, and by Google's proxy header, signed here. */

const origin = "http://127.0.0.1:3000";
const people = {
  ana: { email: "ana@example.com", email_verified: true, name: "Ana", groups: ["data", "staff"] },
  bo: { email: "bo@elsewhere.org", email_verified: true, name: "Bo" },
  mallory: { email: "admin@example.com", email_verified: false, name: "Mallory" },
  silent: { email: "admin@example.com", name: "Says nothing of verifying" },
  second: { email: "ANA@example.com", email_verified: true, name: "The next Ana", groups: ["staff"] },
  gone: { email: "gone@example.com", email_verified: true, name: "Gone" },
};
let provider: ChildProcess;
let issuer: string;
let keyServer: Server;
const keys = await generateKeyPair("ES256");
const audience = "/projects/1/global/backendServices/2";

beforeAll(async () => {
  const program = path.join(import.meta.dirname, "../testing/oidc-server.mjs");
  provider = fork(program, [JSON.stringify(people), `${origin}/api/auth/callback/oidc`], { silent: true });
  const port = await new Promise((resolve) => provider.once("message", resolve));
  issuer = `http://127.0.0.1:${port}`;
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "one", alg: "ES256" }] });
  keyServer = createServer((_request, response) => response.end(jwks)).listen(0, "127.0.0.1");
  await once(keyServer, "listening");
  const address = keyServer.address();
  Object.assign(process.env, {
    NEXTAUTH_URL: origin,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: "sluice",
    OIDC_CLIENT_SECRET: "client-secret-of-the-test",
    SIGN_IN_DOMAINS: "example.com, example.net",
    SIGN_IN_TEAMS: "data: Data team, leads: Leads",
    IAP_AUDIENCE: audience,
    IAP_KEYS_URL: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/keys`,
  });
  await testDatabase();
});
afterAll(() => {
  provider.kill();
  keyServer.close();
});

/** A browser on the provider's pages: signs in by the name, agrees, and is led back. */
async function atProvider(start: string, login: string): Promise<URL> {
  const jar = new Map<string, string>();
  const visit = async (url: URL, form?: Record<string, string>): Promise<URL> => {
    const answer = await fetch(url, {
      method: form ? "POST" : "GET",
      redirect: "manual",
      headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") },
      body: form ? new URLSearchParams(form) : undefined,
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      jar.set(name, value);
    }
    const to = answer.headers.get("location");
    if (to) {
      const next = new URL(to, url);
      return next.origin === origin ? next : visit(next);
    }
    const prompt = /name="prompt" value="(\w+)"/.exec(await answer.text())?.[1];
    if (!prompt) throw new Error(`${url} asked for nothing (${answer.status})`);
    return visit(url, prompt === "login" ? { prompt, login, password: "any" } : { prompt });
  };
  return visit(new URL(start));
}

async function signOn(login: string, change: (back: URL) => void = () => {}): Promise<{ told: Told; cookie: string }> {
  const headers = { "user-agent": "test" };
  const csrf = await auth("GET", "csrf", headers);
  const { csrfToken } = csrf.body as { csrfToken: string };
  const body = { csrfToken, callbackUrl: "/queries?x=1", json: "true" };
  const begun = await auth("POST", "signin/oidc", headers, { cookies: cookieJar(csrf), body });
  const back = await atProvider((begun.body as { url: string }).url, login);
  change(back);
  const query = Object.fromEntries(back.searchParams);
  const told = await auth("GET", "callback/oidc", headers, { cookies: cookieJar(csrf, begun), query });
  const cookie = setCookies(told).find((one) => one.startsWith("sluice.session="));
  return { told, cookie: cookie?.split(";")[0] ?? "" };
}

const me = async (cookie: string) => {
  const answer = await call({ method: "GET", path: "/me" }, { headers: { cookie } });
  return answer.status === 200 ? ((await answer.json()) as { email: string; role: string }) : answer.status;
};

describe("a provider of OpenID Connect", () => {
  it("lets people of an allowed domain in, the first time as viewers, in the teams of their groups", async () => {
    const [data, leads, own] = [
      await buildTeam({ name: "Data team" }),
      await buildTeam({ name: "Leads" }),
      await buildTeam({ name: "By hand" }),
    ];
    const first = await signOn("ana");
    expect(first.told.headers.Location).toBe(`${origin}/queries?x=1`);
    expect(await me(first.cookie)).toMatchObject({ email: "ana@example.com", role: "viewer" });
    const user = await db().user.findUniqueOrThrow({
      where: { email: "ana@example.com" },
      include: { memberships: true },
    });
    expect(user.memberships.map(({ teamId }) => teamId)).toEqual([data.id]);

    // What an admin gave by hand stays; what the groups no longer name goes.
    await db().teamMember.createMany({ data: [leads, own].map(({ id }) => ({ teamId: id, userId: user.id })) });
    await db().user.update({ where: { id: user.id }, data: { role: "editor" } });
    expect(await me((await signOn("ana")).cookie)).toMatchObject({ role: "editor" });
    const teams = await db().teamMember.findMany({ where: { userId: user.id } });
    expect(teams.map(({ teamId }) => teamId).sort()).toEqual([data.id, own.id].sort());
    expect(await db().user.count({ where: { email: { contains: "ana@" } } })).toBe(1);
    const actions = (await db().auditEntry.findMany({ where: { userId: user.id } })).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(["user.create", "user.teams", "session.start"]));
  });

  it("does not let a stranger's domain in, but whom an admin made an account for", async () => {
    const refused = await signOn("bo");
    expect(refused.cookie).toBe("");
    expect(refused.told.headers.Location).toContain("/sign-in?error=domain");
    const bo = await buildUser();
    await db().user.update({ where: { id: bo.id }, data: { email: "Bo@elsewhere.org" } });
    expect(await me((await signOn("bo")).cookie)).toMatchObject({ email: "Bo@elsewhere.org" });
  });

  it.each(["mallory", "silent"])("makes nobody of an e-mail that it does not vouch for (%s)", async (who) => {
    await db().user.upsert({
      where: { email: "admin@example.com" },
      create: { id: "the-admin", email: "admin@example.com", name: "Admin", role: "admin" },
      update: {},
    });
    const { cookie, told } = await signOn(who);
    expect(cookie).toBe("");
    expect(told.headers.Location).toContain("error=unverified");
    expect(await db().identity.count({ where: { userId: "the-admin" } })).toBe(0);
  });

  it("hands no account on with an e-mail address", async () => {
    await signOn("ana");
    const { cookie, told } = await signOn("second");
    expect(cookie).toBe("");
    expect(told.headers.Location).toContain("error=other");
  });

  it("lets nobody in whose account was closed, and ends what was begun with another's state", async () => {
    await signOn("gone");
    await db().user.update({ where: { email: "gone@example.com" }, data: { disabledAt: new Date() } });
    const { cookie, told } = await signOn("gone");
    expect(cookie).toBe("");
    expect(told.headers.Location).toContain("error=disabled");
    const forged = await signOn("ana", (back) => back.searchParams.set("state", "somebody-else"));
    expect(forged.cookie).toBe("");
    const stolen = await signOn("ana", (back) => back.searchParams.set("code", "guessed"));
    expect(stolen.cookie).toBe("");
  });
});

describe("Google's Identity-Aware Proxy", () => {
  const now = () => Math.floor(Date.now() / 1000);
  function header(change: Record<string, unknown> = {}, key = keys.privateKey, alg = "ES256") {
    const claims = {
      sub: "accounts.google.com:1",
      email: "iap@example.net",
      aud: audience,
      iss: "https://cloud.google.com/iap",
      iat: now(),
      exp: now() + 600,
      ...change,
    };
    return new SignJWT(claims).setProtectedHeader({ alg, kid: "one" }).sign(key);
  }
  const ask = async (value: string, more: Record<string, string> = {}, method: "GET" | "PATCH" = "GET") =>
    call(
      { method, path: "/me" },
      { headers: { "x-goog-iap-jwt-assertion": value, ...more }, ...(method === "GET" ? {} : { body: { name: "I" } }) },
    );

  it("is believed on each request, makes a viewer, and sets no cookie", async () => {
    const answer = await ask(await header());
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ email: "iap@example.net", role: "viewer" });
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await db().session.count({ where: { user: { email: "iap@example.net" } } })).toBe(0);
    await db().user.update({ where: { email: "iap@example.net" }, data: { disabledAt: new Date() } });
    expect((await ask(await header())).status).toBe(403);
    await db().user.update({ where: { email: "iap@example.net" }, data: { disabledAt: null } });
  });

  it("is not, with a header that is old, kept, meant for others, or signed by others", async () => {
    const other = await generateKeyPair("ES256");
    const wrong = {
      expired: await header({ iat: now() - 700, exp: now() - 100 }),
      "kept and stretched": await header({ iat: now() - 3_600, exp: now() + 3_600 }),
      "another service's": await header({ aud: "/projects/1/global/backendServices/3" }),
      "another issuer's": await header({ iss: "https://evil.example" }),
      "without an end": await header({ exp: undefined }),
      "without a person": await header({ email: undefined }),
      "another key's": await header({}, other.privateKey),
      "not signed": `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await header()).split(".")[1]}.`,
      nonsense: "x.y.z",
      empty: "",
    };
    for (const [what, value] of Object.entries(wrong)) expect((await ask(value)).status, what).toBe(401);
    // Nor does it open a door to other sites' pages.
    expect((await ask(await header(), {}, "PATCH")).status).toBe(403);
    expect((await ask(await header(), { "x-sluice": "1" }, "PATCH")).status).toBe(200);
  });
});
