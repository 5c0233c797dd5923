import { unstable_doesMiddlewareMatch as matches } from "next/experimental/testing/server";
import { expect, it } from "vitest";
import { config } from "./proxy";

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
