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
