import { expect, it } from "vitest";
import { operations } from "./operations/registry";
import { unrouted } from "./unrouted";

const url = (path: string) => `/api/v1${path.replaceAll(/\{\w+\}/g, "some-id")}?x=/y`;

it.each(operations.map(({ operation }) => [operation.method, url(operation.path)] as const))(
  "leaves %s %s to its route",
  (method, path) => {
    expect(unrouted(method, path)).toBeNull();
    if (method === "GET") expect(unrouted("HEAD", path)).toBeNull();
    expect(unrouted("OPTIONS", path)).toBeNull();
  },
);

it.each([
  "/api/v1",
  "/api/v1/nothing",
  "/api/v1/executions/1/rows/2",
  "/api/v1/executions//rows",
  "/api/v1/me/x?y=/me",
])("says in a problem that the API has no %s", async (path) => {
  const answer = unrouted("GET", path);
  expect(answer?.status).toBe(404);
  expect(answer?.headers.get("content-type")).toBe("application/problem+json");
  expect(await answer?.json()).toMatchObject({ code: "not_found" });
});

it.each([
  ["DELETE", "/api/v1/me", "GET, HEAD, PATCH"],
  ["POST", "/api/v1/executions/1/rows", "GET, HEAD"],
  ["GET", "/api/v1/warehouses/test", "POST"],
  ["TRACE", "/api/v1/health", "GET, HEAD"],
])("says in a problem that %s is not for %s", async (method, path, allow) => {
  const answer = unrouted(method, path);
  expect(answer?.status).toBe(405);
  expect(answer?.headers.get("allow")).toBe(allow);
  expect(await answer?.json()).toMatchObject({ code: "method_not_allowed", detail: `This address takes ${allow}.` });
});

it.each(["/", "/executions/1", "/api/auth/session", "/api/v10", "/api/v1/me/"])("is not asked about %s", (path) => {
  expect(unrouted("GET", path)).toBeNull();
});
