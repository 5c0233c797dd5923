import { expect, it } from "vitest";
import { nextPath } from "@/components/layout/next-path";

it.each([
  ["/executions/1?sort=2#r", "/executions/1?sort=2#r"],
  [undefined, "/"],
  [["/a", "/b"], "/"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/.//evil.example/", "/"],
  ["/x/..//evil.example/", "/"],
  ["/\\evil.example/", "/"],
  ["/\t/evil.example", "/"],
  ["/sign-in?next=/", "/"],
])("%j leads to %s", (asked, path) => expect(nextPath(asked)).toBe(path));
