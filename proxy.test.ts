import { unstable_doesMiddlewareMatch as matches } from "next/experimental/testing/server";
import { NextRequest } from "next/server";
import { afterEach, expect, it, vi } from "vitest";
import { config, proxy } from "./proxy";

const guarded = (url: string) => matches({ config, nextConfig: {}, url });

it.each([
  "/",
  "/executions/1",
  "/tables/wh/public/report.js",
  "/tables/wh/public/a.css",
  "/tables/wh/public/logo.png",
  "/tables/wh/public/icon.svg",
  "/admin/warehouses/x.map",
  "/sign-in",
])("a page has its policy and its way back, whatever its address ends in: %s", (path) => {
  expect(guarded(path)).toBe(true);
});

it.each(["/api/v1/executions", "/_next/static/chunks/a.js", "/_next/image?url=x", "/icon.svg", "/icon.svg?v=1"])(
  "what is no page has none: %s",
  (path) => {
    expect(guarded(path)).toBe(false);
  },
);

const policyOf = (answer: Response) =>
  new Map(
    (answer.headers.get("content-security-policy") ?? "").split("; ").map((part) => {
      const [name = "", ...sources] = part.split(" ");
      return [name, sources];
    }),
  );
const asked = () => proxy(new NextRequest("http://127.0.0.1:3000/queries?x=1"));
afterEach(() => vi.unstubAllEnvs());

it("in production a page runs scripts by its nonce alone: none written into it, and no text", () => {
  vi.stubEnv("NODE_ENV", "production");
  const policy = policyOf(asked());
  const nonce = policy.get("script-src")?.[1];
  expect(nonce).toMatch(/^'nonce-[A-Za-z0-9+/=]{40,}'$/);
  expect(policy.get("script-src")).toEqual(["'self'", nonce, "'strict-dynamic'"]);
  expect(policy.get("default-src")).toEqual(["'self'"]);
  for (const [name, sources] of policy) {
    expect([name, sources]).not.toEqual([name, expect.arrayContaining(["'unsafe-eval'"])]);
    if (name !== "style-src") expect([name, sources]).not.toEqual([name, expect.arrayContaining(["'unsafe-inline'"])]);
  }
  for (const closed of ["object-src", "base-uri", "frame-ancestors"]) expect(policy.get(closed)).toEqual(["'none'"]);
  expect(policy.get("form-action")).toEqual(["'self'"]);
});

it("evaluates text in development only", () => {
  vi.stubEnv("NODE_ENV", "development");
  expect(policyOf(asked()).get("script-src")).toContain("'unsafe-eval'");
  vi.stubEnv("NODE_ENV", "test");
  expect(policyOf(asked()).get("script-src")).not.toContain("'unsafe-eval'");
});

it("has a new nonce for each request, and hands the same on to what makes the page", () => {
  const nonces = Array.from({ length: 50 }, () => {
    const answer = asked();
    const told = answer.headers.get("x-middleware-request-x-nonce");
    expect(policyOf(answer).get("script-src")).toContain(`'nonce-${told}'`);
    expect(answer.headers.get("x-middleware-request-content-security-policy")).toBe(
      answer.headers.get("content-security-policy"),
    );
    return told;
  });
  expect(new Set(nonces).size).toBe(50);
});

it("takes no nonce, policy or path from who asks", () => {
  const headers = { "x-nonce": "mine", "content-security-policy": "default-src *", "x-sluice-path": "//evil.example" };
  const answer = proxy(new NextRequest("http://127.0.0.1:3000/queries?x=1", { headers }));
  const told = answer.headers.get("x-middleware-request-x-nonce");
  expect(policyOf(answer).get("script-src")?.[1]).toBe(`'nonce-${told}'`);
  expect(answer.headers.get("x-middleware-request-content-security-policy")).not.toContain("*");
  expect(answer.headers.get("x-middleware-request-x-sluice-path")).toBe("/queries?x=1");
});
