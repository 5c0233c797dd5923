import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sql } from "@/lib/platform/db/pool";
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
  await startWorker();
});
afterAll(killWorkers);

const asked = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, init);
  const handler = (await handlersAt("mcp"))[request.method];
  if (!handler) throw new Error(`no handler for ${request.method}`);
  return handler(request);
};

async function connect(scopes: string[]): Promise<Client> {
  const { value } = await buildToken(person.id, scopes);
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

it("looks round and runs, in the lane of programs, with rows page by page", async () => {
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
  expect(kept).toEqual({ lane: 1, token: true });
});

it("runs a saved query at the version that is asked for", async () => {
  const ctx = await contextFor(person.id);
  const text = { title: "How many", description: "", tags: [], team: null };
  const query = { ...text, warehouse, sql: "select count(*) from learners" };
  const { id } = await saveQuery(ctx, query);
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
  await expect(use(client, "run_sql", { warehouse, sql: "select 5" })).rejects.toThrow("MCP_STATEMENTS_PER_HOUR");
  // What costs nothing goes on.
  expect(await use(client, "list_warehouses")).toBeTruthy();
});

it("is for tokens of its own scope, which open nothing else", async () => {
  await expect(connect(["executions:run"])).rejects.toThrow("mcp:use");
  const init = { method: "POST", headers: { cookie: "next-auth.session-token=x" }, body: "{}" };
  expect((await asked("http://127.0.0.1:3000/api/mcp", init)).status).toBe(401);
  const { value } = await buildToken(person.id, ["mcp:use"]);
  expect((await call({ method: "GET", path: "/executions" }, { headers: bearer({ value }) })).status).toBe(403);
});
