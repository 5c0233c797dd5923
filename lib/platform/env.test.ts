import { randomBytes } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";

const needed = {
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  AUTH_SECRET: "a".repeat(40),
  SLUICE_KEYS: `one:${Buffer.alloc(32, 7).toString("base64")}`,
};

async function parse(settings: Record<string, string>) {
  vi.resetModules();
  for (const [name, value] of Object.entries({ ...needed, NODE_ENV: "test", ...settings })) vi.stubEnv(name, value);
  return (await import("./env")).env();
}
afterEach(() => vi.unstubAllEnvs());

it("takes what nobody set as not set, also where it is an empty text", async () => {
  const settings = await parse({ OIDC_ISSUER: "", GITHUB_URL: "", SIGN_IN_TEAMS: "" });
  expect(settings.OIDC_ISSUER).toBeUndefined();
  expect(settings).toMatchObject({ GITHUB_URL: "https://github.com", SIGN_IN_TEAMS: [] });
});

it("reads domains and teams as people write them", async () => {
  const settings = await parse({
    SIGN_IN_DOMAINS: " Example.com,example.org ",
    SIGN_IN_TEAMS: "urn:x:data: Data team,b:B",
  });
  expect(settings.SIGN_IN_DOMAINS).toEqual(["example.com", "example.org"]);
  expect(settings.SIGN_IN_TEAMS).toEqual([
    { group: "urn:x:data", team: "Data team" },
    { group: "b", team: "B" },
  ]);
  await expect(parse({ SIGN_IN_TEAMS: "data" })).rejects.toThrow(/SIGN_IN_TEAMS: Write `group: Team`/);
});

it("says which settings of a provider are missing", async () => {
  await expect(parse({ OIDC_ISSUER: "https://sso.example.com", OIDC_CLIENT_ID: "x" })).rejects.toThrow(
    /OIDC_CLIENT_SECRET: Set OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET together/,
  );
  await expect(parse({ GOOGLE_CLIENT_SECRET: "x" })).rejects.toThrow(/GOOGLE_CLIENT_ID/);
});

const production = {
  NODE_ENV: "production",
  AUTH_SECRET: randomBytes(32).toString("base64url"),
  SLUICE_KEYS: `k1:${randomBytes(32).toString("base64")}`,
};

it("starts in production with random secrets", async () => {
  expect(await parse(production)).toMatchObject(production);
});

it.each([
  ["no", "DATABASE_URL", "", "Set DATABASE_URL, or use `npm start`, which brings its own PostgreSQL."],
  ["no", "AUTH_SECRET", "", "Set AUTH_SECRET to at least 32 random characters, say by `openssl rand -base64 32`."],
  ["a short", "AUTH_SECRET", randomBytes(12).toString("base64url"), "AUTH_SECRET must have at least 32 characters."],
  ["an example's", "AUTH_SECRET", "change-me-change-me-change-me-change-me", "This looks like an example."],
  ["no", "SLUICE_KEYS", "", "SLUICE_KEYS must be name:base64 of 32 random bytes"],
  [
    "a short",
    "SLUICE_KEYS",
    `k1:${randomBytes(16).toString("base64")}`,
    "SLUICE_KEYS must be name:base64 of 32 random bytes",
  ],
  ["a guessable", "SLUICE_KEYS", `k1:${Buffer.alloc(32, 7).toString("base64")}`, "This looks like an example."],
])("does not start in production with %s %s, and says what to set", async (_, name, value, sentence) => {
  const refused = await parse({ ...production, [name]: value }).catch((error: Error) => error.message);
  expect(refused).toContain(`Sluice cannot start with these settings:\n  ${name}: ${sentence}`);
  // Not what it was: a start's output ends up in logs.
  if (value) expect(refused).not.toContain(value);
});
