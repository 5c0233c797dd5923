import { createHash } from "node:crypto";
import { z } from "zod";
import { actions } from "@/lib/access/policy";
import { documentSchema } from "@/lib/pipelines/schema";
import type { Operation } from "./operation";
import { besideApi } from "./operations/beside";
import { operations } from "./operations/registry";

interface JsonObject {
  [key: string]: unknown;
}

/** The API's description, from the schemas that the routes parse by. */
export function openApi(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const { group, name, operation } of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = describe(group, name, operation);
    paths[operation.path] = path;
  }
  for (const [path, described] of Object.entries(besideApi)) {
    const methods = Object.entries(described).map(([method, one]) => [method, { ...one, ...orProblem(one) }]);
    paths[path] = { servers: [{ url: "/api" }], ...Object.fromEntries(methods) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Sluice", version: "1", description: "Run SQL through the gate and keep the answer at a URL." },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "An API token, in this header only." } },
      schemas: {
        Problem: schemaOf(problemSchema, "output"),
        Pipeline: schemaOf(documentSchema, "input"),
        ...shared,
      },
    },
  };
}

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

const problemAnswer = {
  description: "A problem (RFC 9457)",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

const orProblem = (one: { responses?: object }) => ({ responses: { ...one.responses, default: problemAnswer } });

function describe(group: string, name: string, operation: Operation): JsonObject {
  const rule = operation.action && actions[operation.action];
  return {
    operationId: `${group}.${name}`,
    tags: [group],
    summary: operation.summary,
    ...(rule ? { description: `Role ${rule.role}; token scope \`${rule.scope}\`.` } : { security: [] }),
    parameters: [
      ...parameters("path", operation.params),
      ...parameters("query", operation.query),
      ...(operation.method === "POST" && !operation.stream
        ? [{ name: "Idempotency-Key", in: "header", required: false, schema: { type: "string", maxLength: 200 } }]
        : []),
    ],
    ...(operation.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(operation.body, "input") } },
          },
        }
      : {}),
    ...(operation.document
      ? {
          requestBody: {
            required: true,
            content: {
              "application/json": { schema: { $ref: "#/components/schemas/Pipeline" } },
              "application/yaml": { schema: { type: "string", description: "The same document" } },
            },
          },
        }
      : {}),
    ...(operation.stream
      ? {
          requestBody: {
            required: true,
            content: { [operation.stream]: { schema: { type: "string", format: "binary" } } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(Object.entries(operation.answers).map(([status, answer]) => [status, answerOf(answer)])),
      default: problemAnswer,
    },
  };
}

function answerOf(answer: Operation["answers"][number]): JsonObject {
  if (answer.media)
    return { description: answer.description, content: { [answer.media]: { schema: { type: "string" } } } };
  if (!answer.schema) return { description: answer.description };
  return {
    description: answer.description,
    content: { "application/json": { schema: schemaOf(answer.schema, "output") } },
  };
}

function parameters(where: "path" | "query", schema: z.ZodType | undefined): JsonObject[] {
  if (!schema) return [];
  const object = schemaOf(schema, "input") as { properties?: Record<string, JsonObject>; required?: string[] };
  return Object.entries(object.properties ?? {}).map(([name, described]) => ({
    name,
    in: where,
    required: where === "path" || (object.required ?? []).includes(name),
    schema: described,
  }));
}

/** What schemas of several calls have in common, or what holds itself: OpenAPI wants it in one place. */
const shared: JsonObject = {};

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const made = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonObject;
  const { $schema: _, $defs, ...rest } = made;
  if (!$defs) return rest;
  const key = createHash("sha256").update(JSON.stringify($defs)).digest("hex").slice(0, 8);
  const named = (text: string) => text.replace(/"#\/\$defs\/([^"]+)"/g, `"#/components/schemas/${key}_$1"`);
  for (const [name, one] of Object.entries($defs)) shared[`${key}_${name}`] = JSON.parse(named(JSON.stringify(one)));
  return JSON.parse(named(JSON.stringify(rest))) as JsonObject;
}
