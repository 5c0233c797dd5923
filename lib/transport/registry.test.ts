import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openApi } from "./openapi";
import { besideApi } from "./operations/beside";
import { operations } from "./operations/registry";

const root = "app/api/v1";

it("describes every route that exists and no other", () => {
  const found = globSync(`${root}/**/route.ts`).flatMap((file) => {
    const path = file.slice(root.length, -"/route.ts".length).replaceAll("[", "{").replaceAll("]", "}");
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/export const (GET|POST|PUT|PATCH|DELETE)\b/g)].map((match) => `${match[1]} ${path}`);
  });
  const declared = operations.map(({ operation }) => `${operation.method} ${operation.path}`);
  expect(found.sort()).toEqual(declared.sort());
});

it("makes an OpenAPI document of all schemas", () => {
  const document = openApi() as { openapi: string; paths: Record<string, Record<string, unknown>> };
  expect(document.openapi).toBe("3.1.0");
  const described = Object.values(document.paths).flatMap((path) => ("servers" in path ? [] : Object.keys(path)));
  expect(described).toHaveLength(operations.length);
  expect(JSON.stringify(document.paths["/executions"]?.post)).toContain("maxAgeSeconds");
});

it("refers to nothing that is not in the document", () => {
  const document = openApi();
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] as string);
  const found = (ref: string) =>
    ref
      .split("/")
      .slice(1)
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
  expect(refs.filter((ref) => found(ref) === undefined)).toEqual([]);
  expect(refs.length).toBeGreaterThan(operations.length);
  const body = document.paths as Record<string, { post: { requestBody: { content: object } } }>;
  expect(Object.keys(body["/pipelines/lint"]?.post.requestBody.content ?? {})).toEqual([
    ...["application/json", "application/yaml"],
  ]);
});

it("describes what stands beside the REST API, at its own address", () => {
  const document = openApi() as { paths: Record<string, Record<string, unknown>> };
  const found = globSync("app/api/**/route.ts")
    .map((file) => file.slice("app/api".length, -"/route.ts".length))
    // Below /v1 is REST; the pages' own sign-in, by cookie and redirect, is for no program.
    .filter((path) => !path.startsWith("/v1/") && path !== "/auth/[...nextauth]");
  expect(found.sort()).toEqual(Object.keys(besideApi).sort());
  for (const path of found) {
    const text = readFileSync(`app/api${path}/route.ts`, "utf8");
    const described = document.paths[path] ?? {};
    expect(described.servers).toEqual([{ url: "/api" }]);
    for (const method of Object.keys(described).filter((key) => key !== "servers"))
      expect(text).toMatch(new RegExp(`(function|as) ${method.toUpperCase()}\\b`));
    expect(JSON.stringify(described)).toContain("application/problem+json");
  }
});
