import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openApi } from "./openapi";
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
  const described = Object.values(document.paths).flatMap((path) => Object.keys(path));
  expect(described).toHaveLength(operations.length);
  expect(JSON.stringify(document.paths["/executions"]?.post)).toContain("maxAgeSeconds");
});
