import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { saveQuery } from "@/lib/queries/save-query";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { bearer, call, handlersAt } from "@/lib/testing/rest";

/** By the protocol's own client, over the route's handlers, with a worker that runs what is asked. */

let person: { id: string };
let warehouse: string;

beforeAll(async () => {
  process.env.MCP_STATEMENTS_PER_HOUR = "5";
  await testDatabase();
  person = await buildUser({ role: "editor" });
  const team = await buildTeam({ userIds: [person.id] });
  const tables =
    "create table learners (id int, country text); insert into learners select g, 'US' from generate_series(1, 300) g";
  ({ name: warehouse } = await buildWarehouse({ teamIds: [team.id], sql: tables }));
  blank = { description: "", tags: [], team: null, warehouse };
  await startWorker();
});
afterAll(killWorkers);

const asked = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, init);
  const handler = (await handlersAt("mcp"))[request.method];
  if (!handler) throw new Error(`no handler for ${request.method}`);
  return handler(request);
};

async function connect(scopes: string[], lane: string | null = null): Promise<Client> {
  const { id, value } = await buildToken(person.id, scopes);
  await db().apiToken.update({ where: { id }, data: { lane } });
  return connectWith(value);
}

async function connectWith(value: string): Promise<Client> {
  const client = new Client({ name: "a test", version: "1" });
  const url = new URL("http://127.0.0.1:3000/api/mcp");
  await client.connect(
    new StreamableHTTPClientTransport(url, {
      fetch: asked,
      requestInit: { headers: { authorization: `Bearer ${value}` } },
    }),
  );
  return client;
}

async function use(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const { structuredContent, content, isError } = await client.callTool({ name, arguments: args });
  if (isError) throw new Error((content as { text: string }[])[0]?.text);
  return structuredContent as Record<string, unknown>;
}

/** What a saved query has besides its title and its text. */
let blank: { description: string; tags: string[]; team: null; warehouse: string };

it("looks round and runs, in the lane of what nobody waits for, with rows page by page", async () => {
  const client = await connect(["mcp:use"]);
  expect((await client.listTools()).tools.map(({ name }) => name).sort()).toEqual([
    "list_saved_queries",
    "list_tables",
    "list_warehouses",
    "read_rows",
    "run_saved_query",
    "run_sql",
  ]);
  const { warehouses } = (await use(client, "list_warehouses")) as { warehouses: { name: string }[] };
  expect(warehouses.map(({ name }) => name)).toContain(warehouse);
  expect(await use(client, "list_tables", { warehouse, text: "learn" })).toMatchObject({
    tables: [{ table: "public.learners", columns: [{ name: "id" }, { name: "country" }] }],
  });
  const run = await use(client, "run_sql", {
    warehouse,
    sql: "select id from learners where country = {{c}} order by id",
    parameters: { c: "US" },
    limit: 250,
  });
  expect(run).toMatchObject({ state: "succeeded", rowCount: 250, truncated: true });
  expect(run.rows).toHaveLength(100);
  const page = await use(client, "read_rows", { executionId: run.executionId, offset: 248 });
  expect(page.rows).toEqual([[249], [250]]);
  const [kept] = await sql<{ lane: number; token: boolean }>(
    "t_lane",
    "select lane, token_id is not null as token from executions where id = $1",
    [run.executionId],
  );
  expect(kept).toEqual({ lane: 2, token: true });
});

it("stands in the lane that its token was given", async () => {
  const client = await connect(["mcp:use"], "api");
  const { executionId } = await use(client, "run_sql", { warehouse, sql: "select 'in front'" });
  const [kept] = await sql<{ lane: number }>("t_lane_given", "select lane from executions where id = $1", [
    executionId,
  ]);
  expect(kept).toEqual({ lane: 1 });
});

it("runs once what it is asked for again under the same key, and refuses something else under it", async () => {
  const client = await connect(["mcp:use"]);
  const idempotencyKey = `once ${Math.random()}`;
  const asked = { warehouse, sql: `select ${Math.random()}`, idempotencyKey };
  const first = await use(client, "run_sql", asked);
  // How long it waits is no part of what it asks for.
  const again = await use(client, "run_sql", { ...asked, waitSeconds: 10 });
  expect(again).toMatchObject({ executionId: first.executionId, state: "succeeded" });
  const [kept] = await sql<{ n: number }>("t_once", "select count(*)::int as n from executions where sql = $1", [
    asked.sql,
  ]);
  expect(kept?.n).toBe(1);
  await expect(use(client, "run_sql", { ...asked, sql: "select 2" })).rejects.toThrow("used for another request");
  const saved = await saveQuery(await contextFor(person.id), { ...blank, title: "Once", sql: "select 4711" });
  const twice = { id: saved.id, idempotencyKey: `${idempotencyKey} saved` };
  const one = await use(client, "run_saved_query", twice);
  expect(await use(client, "run_saved_query", twice)).toMatchObject({ executionId: one.executionId });
});

it("runs a saved query at the version that is asked for", async () => {
  const ctx = await contextFor(person.id);
  const { id } = await saveQuery(ctx, { ...blank, title: "How many", sql: "select count(*) from learners" });
  const client = await connect(["mcp:use"]);
  const { queries } = (await use(client, "list_saved_queries", { text: "many" })) as { queries: { id: string }[] };
  expect(queries.map((one) => one.id)).toEqual([id]);
  expect(await use(client, "run_saved_query", { id, version: 1 })).toMatchObject({ rows: [[expect.anything()]] });
  await expect(use(client, "run_saved_query", { id, version: 9 })).rejects.toThrow();
});

it("says what the engine says, and stops at its budget with what to do", async () => {
  const client = await connect(["mcp:use"]);
  const failed = await use(client, "run_sql", { warehouse, sql: "select nothing_like_this" });
  expect(failed).toMatchObject({ state: "failed", error: { message: expect.stringContaining("nothing_like_this") } });
  for (let n = 0; n < 4; n++) await use(client, "run_sql", { warehouse, sql: `select ${n}` });
  const refused = await client.callTool({ name: "run_sql", arguments: { warehouse, sql: "select 5" } });
  expect(refused).toMatchObject({
    isError: true,
    structuredContent: { code: "rate_limited", retryAfterSeconds: expect.any(Number) },
    content: [
      { text: expect.stringMatching(/may run 5 statements an hour, as assistants may .* Try again in \d+ min/) },
    ],
  });
  // What costs nothing goes on.
  expect(await use(client, "list_warehouses")).toBeTruthy();
});

it("has the budget of its token instead, which REST keeps as well", async () => {
  const { id, value } = await buildToken(person.id, ["mcp:use", "executions:run"]);
  const limit = { scope: "token", scopeId: id, name: "statementsPerHour", value: 7n };
  await db().limit.create({ data: limit });
  const client = await connectWith(value);
  for (let n = 0; n < 6; n++) await use(client, "run_sql", { warehouse, sql: `select ${n}, 'budget'` });
  const rest = (text: string) =>
    call(
      { method: "POST", path: "/executions" },
      { headers: bearer({ value }), body: { warehouse, sql: `select '${text}'` } },
    );
  expect((await rest("the seventh")).status).toBe(202);
  expect((await rest("the eighth")).status).toBe(429);
  await expect(use(client, "run_sql", { warehouse, sql: "select 'the eighth'" })).rejects.toThrow("by its limit");
});

it("is for tokens of its own scope, which open nothing else", async () => {
  await expect(connect(["executions:run"])).rejects.toThrow("mcp:use");
  const init = { method: "POST", headers: { cookie: "next-auth.session-token=x" }, body: "{}" };
  expect((await asked("http://127.0.0.1:3000/api/mcp", init)).status).toBe(401);
  const { value } = await buildToken(person.id, ["mcp:use"]);
  expect((await call({ method: "GET", path: "/executions" }, { headers: bearer({ value }) })).status).toBe(403);
});
