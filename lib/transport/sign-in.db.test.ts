import { beforeAll, describe, expect, it, vi } from "vitest";
import { hashPassword } from "@/lib/access/passwords";
import { createSignInLink, spendSignInLink } from "@/lib/access/sign-in-links";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import type { SluiceError } from "@/lib/platform/errors";
import { testDatabase } from "@/lib/testing/database";
import { buildToken, buildUser, contextFor } from "@/lib/testing/factories";
import { bearer, call } from "@/lib/testing/rest";
import { updateSelf, updateUser } from "@/lib/users/update-user";
import { auth, cookieJar, setCookies } from "./auth-calls";
import { ownUrl } from "./session";

/** Signing in over HTTP as the page does it, with next-auth's own routes. */

const origin = "http://127.0.0.1:3000";
const right = "correct-horse-9";
let admin: Awaited<ReturnType<typeof buildUser>>;
let counter = 0;

/** By name, as lib/testing/rest.ts calls all routes: lib itself knows none. */
const signInRoute = "../../app/api/auth/[...nextauth]/route.ts";
interface SignInRoute {
  POST(request: Request, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response>;
}

beforeAll(async () => {
  await testDatabase();
  process.env.NEXTAUTH_URL = origin;
  admin = await buildUser({ role: "admin" });
});

async function person() {
  const user = await buildUser();
  await db().user.update({ where: { id: user.id }, data: { passwordHash: await hashPassword(right) } });
  return user;
}

async function signIn(provider: string, fields: Record<string, string>, address = `10.0.0.${++counter}`) {
  const headers = { "x-forwarded-for": address };
  const csrf = await auth("GET", "csrf", headers);
  const { csrfToken } = csrf.body as { csrfToken: string };
  const cookies = cookieJar(csrf);
  const body = { callbackUrl: "/", ...fields, csrfToken, json: "true" };
  const answer = await auth("POST", `callback/${provider}`, headers, { cookies, body });
  return { answer, session: setCookies(answer).find((one) => one.startsWith("sluice.session=")) };
}

/** What a browser is told: the same for all who are refused, but for the address they asked for. */
const told = ({ answer }: Awaited<ReturnType<typeof signIn>>) => [answer.status, answer.body];

describe("a password", () => {
  it("opens a session in a cookie that scripts and other sites do not get", async () => {
    const { email } = await person();
    const { session } = await signIn("credentials", { email: email.toUpperCase(), password: right });
    expect(session).toMatch(/HttpOnly/i);
    expect(session).toMatch(/SameSite=Lax/i);
    const cookie = session?.split(";")[0] ?? "";
    expect((await call({ method: "GET", path: "/me" }, { headers: { cookie } })).status).toBe(200);
  });

  it("that is wrong looks like an e-mail that nobody has, also when it is odd", async () => {
    const { email } = await person();
    const answers = await Promise.all(
      [
        { email, password: "wrong" },
        { email: "nobody@example.com", password: right },
        { email: "a\u0000b@example.com", password: right },
        { email, password: "a\u0000b" },
        { email: "x".repeat(400), password: right },
        { email: "", password: "" },
      ].map((fields) => signIn("credentials", fields)),
    );
    for (const one of answers) {
      expect(one.session).toBeUndefined();
      expect(told(one)).toEqual(told(answers[0] as (typeof answers)[0]));
    }
  });

  it("tells nothing of our own troubles", async () => {
    const { email } = await person();
    const broken = vi
      .spyOn(pool(), "query")
      .mockRejectedValue(new Error("connect ECONNREFUSED 10.9.8.7:5432") as never);
    const { answer } = await signIn("credentials", { email, password: right });
    broken.mockRestore();
    expect(JSON.stringify(answer)).not.toContain("10.9.8.7");
    expect(JSON.stringify(answer)).toContain("error=Unavailable");
  });

  it("may be wrong eight times from one address, then waits, and others do not", async () => {
    const { email } = await person();
    for (let turn = 0; turn < 8; turn++)
      expect((await signIn("credentials", { email, password: "wrong" }, "10.1.0.1")).session).toBeUndefined();
    expect((await signIn("credentials", { email, password: right }, "10.1.0.1")).session).toBeUndefined();
    // Before next-auth, which knows no 429.
    const { POST } = (await import(/* @vite-ignore */ signInRoute)) as SignInRoute;
    const refused = await POST(
      new Request(`${origin}/api/auth/callback/credentials`, {
        method: "POST",
        headers: { "x-forwarded-for": "10.1.0.1" },
        body: new URLSearchParams({ email, password: right }),
      }),
      { params: Promise.resolve({ nextauth: ["callback", "credentials"] }) },
    );
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(60);
    expect((await signIn("credentials", { email, password: right }, "10.1.0.2")).session).toBeDefined();
  }, 60_000);

  it("may not be guessed more often by guessing all at once", async () => {
    const { email } = await person();
    const guesses = Array.from({ length: 30 }, (_, at) => (at === 29 ? right : `wrong ${at}`));
    const verified = await Promise.all(
      guesses.map((password) => signIn("credentials", { email, password }, "10.1.1.1")),
    );
    expect(verified.filter(({ session }) => session)).toEqual([]);
    const limited = verified.filter(({ answer }) => JSON.stringify(answer).includes("Too%20many%20failed"));
    expect(limited).toHaveLength(22);
  });

  it("that is right costs none of the eight, also of many who come at once, nor does a trouble of ours", async () => {
    const { email } = await person();
    const fields = { email, password: right };
    for (let turn = 0; turn < 3; turn++) {
      const all = await Promise.all(Array.from({ length: 6 }, () => signIn("credentials", fields, "10.1.1.2")));
      expect(all.every(({ session }) => session)).toBe(true);
    }
    const broken = vi.spyOn(pool(), "query").mockRejectedValue(new Error("gone") as never);
    for (let turn = 0; turn < 9; turn++) await signIn("credentials", fields, "10.1.1.2");
    broken.mockRestore();
    expect((await signIn("credentials", fields, "10.1.1.2")).session).toBeDefined();
  });

  it("of somebody disabled opens nothing", async () => {
    const { id, email } = await person();
    await db().user.update({ where: { id }, data: { disabledAt: new Date() } });
    expect((await signIn("credentials", { email, password: right })).session).toBeUndefined();
  });

  it("opens no session that is still one when its account was closed and opened again", async () => {
    const { id, email } = await person();
    const cookieOf = async () =>
      (await signIn("credentials", { email, password: right })).session?.split(";")[0] ?? "none";
    const me = async (cookie: string) => (await call({ method: "GET", path: "/me" }, { headers: { cookie } })).status;
    const old = [await cookieOf(), await cookieOf()];
    expect(await Promise.all(old.map(me))).toEqual([200, 200]);
    for (const disabled of [true, false]) {
      await updateUser(await contextFor(admin.id), id, { disabled });
      expect(await Promise.all(old.map(me))).toEqual([401, 401]);
    }
    expect(await me(await cookieOf())).toBe(200);
    expect(await Promise.all(old.map(me))).toEqual([401, 401]);
  });

  it("is nothing without next-auth's own token against other sites", async () => {
    const { email } = await person();
    const body = { email, password: right, csrfToken: "forged" };
    const answer = await auth("POST", "callback/credentials", {}, { body });
    expect(setCookies(answer).some((one) => one.startsWith("sluice.session="))).toBe(false);
  });
});

describe("a one-time link", () => {
  const link = async (userId: string) => {
    const { url } = await createSignInLink(await contextFor(admin.id), userId);
    return new URL(url).searchParams.get("token") ?? "";
  };

  it("opens one session, of two who come at once too, and is kept as a hash", async () => {
    const user = await person();
    const token = await link(user.id);
    expect(JSON.stringify(await db().signInLink.findMany())).not.toContain(token);
    expect(JSON.stringify(await db().auditEntry.findMany())).not.toContain(token);
    const both = await Promise.all([signIn("link", { token }), signIn("link", { token })]);
    expect(both.filter(({ session }) => session).length).toBe(1);
    expect((await signIn("link", { token })).session).toBeUndefined();
  });

  it("ends after a day, and with its person", async () => {
    const user = await person();
    const old = await link(user.id);
    await pool().query("update sign_in_links set expires_at = now() - interval '1 second' where used_at is null");
    expect(await spendSignInLink(old)).toBeNull();
    const other = await link(user.id);
    await db().user.update({ where: { id: user.id }, data: { disabledAt: new Date() } });
    expect(await spendSignInLink(other)).toBeNull();
  });

  it.each(["an admin's", "their own"])("that nobody used ends with a new password, %s", async (whose) => {
    const user = await person();
    const token = await link(user.id);
    const others = await link((await person()).id);
    if (whose === "their own")
      await updateSelf(await contextFor(user.id), { currentPassword: right, password: "another-horse-9" });
    else await updateUser(await contextFor(admin.id), user.id, { password: "another-horse-9" });
    expect((await signIn("link", { token })).session).toBeUndefined();
    expect((await signIn("link", { token: others })).session).toBeDefined();
  });

  it("or a session does not let anybody try passwords until one fits", async () => {
    const own = await contextFor((await person()).id);
    const wrong = { currentPassword: "not-this-one-7", password: "another-horse-9" };
    const guesses = await Promise.allSettled(Array.from({ length: 12 }, () => updateSelf(own, wrong)));
    const codes = guesses.map((guess) =>
      guess.status === "rejected" ? (guess.reason as SluiceError).code : "changed",
    );
    expect(codes.filter((code) => code === "invalid")).toHaveLength(8);
    expect(codes.filter((code) => code === "rate_limited")).toHaveLength(4);
    // Not even the right one, until the time is over.
    await expect(updateSelf(own, { ...wrong, currentPassword: right })).rejects.toMatchObject({ code: "rate_limited" });
    await updateSelf(await contextFor((await person()).id), { currentPassword: right, password: "another-horse-9" });
  });

  it("tells nobody whether it was ever one", async () => {
    const answers = await Promise.all(
      ["", "link_nobody", "\u0000", "x".repeat(500)].map((token) => signIn("link", { token })),
    );
    for (const one of answers) {
      expect(one.session).toBeUndefined();
      expect(told(one)).toEqual(told(answers[0] as (typeof answers)[0]));
    }
  });

  it("opens though strangers tried many from elsewhere", async () => {
    const user = await person();
    const tries = Array.from({ length: 45 }, (_, at) => signIn("link", { token: `link_${at}` }, `10.2.0.${at}`));
    expect((await Promise.all(tries)).some(({ session }) => session)).toBe(false);
    expect((await signIn("link", { token: await link(user.id) }, "10.2.1.1")).session).toBeDefined();
  });

  it("is an admin's to make", async () => {
    await expect(createSignInLink(await contextFor((await person()).id), admin.id)).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("after it", () => {
  it.each([
    ["/executions/1?x=2#y", `${origin}/executions/1?x=2#y`],
    [`${origin}/queries`, `${origin}/queries`],
    ["//evil.example/x", origin],
    ["/\\evil.example", origin],
    ["\\\\evil.example", origin],
    ["/\t/evil.example", origin],
    ["https://evil.example", origin],
    ["http://127.0.0.1:3000.evil.example", origin],
    ["http://127.0.0.1:3000@evil.example", origin],
    ["https://127.0.0.1:3000/", origin],
    ["javascript:alert(1)", origin],
    ["data:text/html,x", origin],
    ["http:evil.example", origin],
  ])("%s leads to a page of ours: %s", (asked, wanted) => {
    const target = ownUrl(asked, origin);
    expect(new URL(target).origin).toBe(origin);
    if (wanted !== origin) expect(target).toBe(wanted);
  });

  it.each(["%2F%2Fevil.example", "/%5Cevil.example", "/%2F/evil.example", "/.//evil.example", "/x/..//evil.example"])(
    "%s stays ours even where a browser decodes it",
    (asked) => {
      const target = ownUrl(asked, origin);
      expect(new URL(target).origin).toBe(origin);
      expect(new URL(new URL(target).pathname, origin).origin).toBe(origin);
    },
  );

  it("next-auth's answer itself leads nowhere else", async () => {
    const { email } = await person();
    const { answer } = await signIn("credentials", { email, password: right, callbackUrl: "//evil.example" });
    expect(JSON.stringify(answer)).not.toContain("evil.example");
  });
});

describe("the last admin", () => {
  it("stays one: alone, and of two who demote each other", async () => {
    const update = { method: "PATCH", path: "/users/{id}" } as const;
    const headers = bearer(await buildToken(admin.id));
    for (const body of [{ role: "viewer" }, { disabled: true }])
      expect((await call(update, { headers, params: { id: admin.id }, body })).status).toBe(409);
    const other = await buildUser({ role: "admin" });
    const theirs = bearer(await buildToken(other.id));
    const both = await Promise.all([
      call(update, { headers, params: { id: other.id }, body: { role: "editor" } }),
      call(update, { headers: theirs, params: { id: admin.id }, body: { role: "editor" } }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await db().user.count({ where: { role: "admin", disabledAt: null } })).toBe(1);
  });
});
