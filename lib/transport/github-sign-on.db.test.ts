import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { type GitHubAccount, startGitHub } from "@/lib/testing/github-server";
import { call } from "@/lib/testing/rest";
import { auth, cookieJar, setCookies } from "./auth-calls";

/** Sign-on by a GitHub Enterprise of the tests, which speaks as GitHub documents it. */

const origin = "http://127.0.0.1:3000";
const address = (email: string, primary: boolean, verified: boolean) => ({
  ...{ email, primary, verified },
  visibility: primary ? "private" : null,
});
const accounts: Record<string, GitHubAccount> = {
  ana: {
    ...{ id: 101, login: "ana-codes", name: "Ana" },
    emails: [address("ana@elsewhere.org", false, true), address("Ana@example.com", true, true)],
  },
  // Their verified second address is another's: who reads mail there is not known by it.
  mallory: {
    ...{ id: 102, login: "mallory", name: null },
    emails: [address("mallory@example.com", true, false), address("boss@example.com", false, true)],
  },
  nobody: { id: 103, login: "nobody", name: "No Body", emails: [address("boss@example.com", false, true)] },
  stranger: { id: 104, login: "stranger", name: null, emails: [address("s@elsewhere.org", true, true)] },
  nameless: { id: 105, login: "nameless", name: null, emails: [address("n@example.com", true, true)] },
  heir: { id: 106, login: "heir", name: "The next Ana", emails: [address("ana@example.com", true, true)] },
};
let gitHub: Awaited<ReturnType<typeof startGitHub>>;

beforeAll(async () => {
  gitHub = await startGitHub(accounts);
  Object.assign(process.env, {
    NEXTAUTH_URL: origin,
    GITHUB_URL: gitHub.site,
    GITHUB_CLIENT_ID: gitHub.clientId,
    GITHUB_CLIENT_SECRET: gitHub.clientSecret,
    SIGN_IN_DOMAINS: "example.com",
  });
  await testDatabase();
});
afterAll(() => gitHub.stop());

/** A browser that begins here, agrees at GitHub, and comes back with what it was led back with. */
async function signOn(who: string, change: (back: URL) => void = () => {}): Promise<{ cookie: string; to: string }> {
  const headers = { "user-agent": "test" };
  const csrf = await auth("GET", "csrf", headers);
  const { csrfToken } = csrf.body as { csrfToken: string };
  const body = { csrfToken, callbackUrl: "/queries", json: "true" };
  const begun = await auth("POST", "signin/github", headers, { cookies: cookieJar(csrf), body });
  gitHub.signsOn(who);
  const led = await fetch((begun.body as { url: string }).url, { redirect: "manual" });
  const back = new URL(led.headers.get("location") ?? "");
  expect(back.pathname).toBe("/api/auth/callback/github");
  change(back);
  const query = Object.fromEntries(back.searchParams);
  const told = await auth("GET", "callback/github", headers, { cookies: cookieJar(csrf, begun), query });
  const cookie = setCookies(told).find((one) => one.startsWith("sluice.session="));
  let to = new URL(String(told.headers.Location), origin);
  // next-auth leads over pages of its own to ours.
  while (to.pathname.startsWith("/api/auth/")) {
    const error = { query: Object.fromEntries(to.searchParams) };
    const next = await auth("GET", to.pathname.slice("/api/auth/".length), headers, error);
    to = new URL(String(next.headers.Location), origin);
  }
  return { cookie: cookie?.split(";")[0] ?? "", to: to.pathname + to.search };
}

const me = async (cookie: string) => {
  const answer = await call({ method: "GET", path: "/me" }, { headers: { cookie } });
  return answer.status === 200 ? ((await answer.json()) as object) : answer.status;
};

describe("GitHub", () => {
  it("lets somebody in by their verified primary address, once made, and by GitHub's id from then on", async () => {
    const first = await signOn("ana");
    expect(first.to).toBe("/queries");
    expect(await me(first.cookie)).toMatchObject({ email: "ana@example.com", name: "Ana", role: "viewer" });
    const identity = await db().identity.findFirstOrThrow({ where: { provider: "github", subject: "101" } });
    accounts.ana?.emails.splice(0, 2, address("ana@moved.org", true, true));
    expect(await me((await signOn("ana")).cookie)).toMatchObject({ id: identity.userId, email: "ana@example.com" });
    // The address went on to somebody else at GitHub; the account does not.
    expect(await signOn("heir")).toMatchObject({ cookie: "", to: expect.stringContaining("error=other") });
  });

  it("calls who has given no name by their login", async () => {
    expect(await me((await signOn("nameless")).cookie)).toMatchObject({ name: "nameless" });
  });

  it.each(["mallory", "nobody"])("takes no address but a verified primary one (%s)", async (who) => {
    await db().user.upsert({
      where: { email: "boss@example.com" },
      create: { id: "the-boss", email: "boss@example.com", name: "Boss", role: "admin" },
      update: {},
    });
    expect(await signOn(who)).toMatchObject({ cookie: "", to: expect.stringContaining("error=unverified") });
    expect(await db().identity.count({ where: { userId: "the-boss" } })).toBe(0);
    expect(await db().user.count({ where: { email: "mallory@example.com" } })).toBe(0);
  });

  it("lets no stranger in, nor anybody with a guessed code, another's state, or another server's word", async () => {
    expect((await signOn("stranger")).to).toContain("error=domain");
    for (const [name, value] of [
      ["code", "guessed"],
      ["state", "somebody-else"],
      ["iss", "https://evil.example/login/oauth"],
    ] as const) {
      const { cookie, to } = await signOn("nameless", (back) => back.searchParams.set(name, value));
      expect([name, cookie, to]).toEqual([name, "", expect.stringMatching(/^\/sign-in\?.*error=/)]);
    }
  });

  it("says so on the sign-in page where somebody does not agree", async () => {
    expect(await signOn("refuses")).toEqual({ cookie: "", to: expect.stringMatching(/^\/sign-in\?.*error=/) });
  });
});
