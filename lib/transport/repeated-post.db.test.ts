import { afterAll, beforeAll, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, postUnder } from "@/lib/testing/rest";
import { operations } from "./operations/registry";

/** A web process that dies between the commit of what it made and the answer leaves a key without an answer. */

let headers: Record<string, string>;
let admin: string;
let team: string;
let query: string;
let board: string;
beforeAll(async () => {
  await testDatabase();
  admin = (await buildUser({ role: "admin" })).id;
  team = (await buildTeam({ userIds: [admin] })).id;
  const warehouse = (await buildWarehouse({ teamIds: [team] })).id;
  headers = bearer(await buildToken(admin));
  const body = { title: "One", warehouse, sql: "select 1" };
  query = String((await post("/queries", "seed-query", body)).said.id);
  board = String((await post("/boards", "seed-board", { title: "Board", tiles: [] })).said.id);
});
afterAll(closeGate);

const post = (path: string, key: string, body: object, params?: Record<string, string>) =>
  postUnder(headers, path, key, body, params);

/** As the process left it that died before it kept its answer; long ago, where its key would be free again. */
async function died(key: string): Promise<void> {
  const { rowCount } = await pool().query(
    `update idempotency_keys set answer = null, created_at = now() - interval '6 minutes' where user_id = $1 and key = $2`,
    [admin, key],
  );
  expect(rowCount).toBe(1);
}

/** Each thing that is made has its line there, from the same transaction. */
async function lines(): Promise<number> {
  return (await pool().query("select from audit_entries where user_id = $1", [admin])).rows.length;
}

const person = { email: "new@example.com", name: "New", role: "editor", password: "correct-horse-9" };

it.each<[string, () => object, (() => Record<string, string>)?]>([
  ["/users", () => person],
  ["/queries", () => ({ title: "Two", warehouse: "", sql: "select 2" })],
  ["/queries/{id}/fork", () => ({ title: "Three" }), () => ({ id: query })],
  ["/boards", () => ({ title: "Another", tiles: [] })],
  ["/boards/{id}/copy", () => ({ title: "Copy" }), () => ({ id: board })],
])("POST %s finds what was made, answers with it, and makes no second", async (path, body, params) => {
  const asked = body();
  if ("warehouse" in asked) {
    const { rows } = await pool().query<{ id: string }>("select id from warehouses where not personal limit 1");
    Object.assign(asked, { warehouse: rows[0]?.id });
  }
  const first = await post(path, path, asked, params?.());
  expect(first.status, JSON.stringify(first.said)).toBe(201);
  const made = await lines();
  await died(path);
  expect(await post(path, path, asked, params?.())).toEqual(first);
  // And from the answer that is kept now.
  expect(await post(path, path, asked, params?.())).toEqual(first);
  expect(await lines()).toBe(made);
});

it.each<[string, () => object, (() => Record<string, string>)?]>([
  ["/teams", () => ({ name: "New ones" })],
  ["/tokens", () => ({ name: "program", scopes: ["*"] })],
  ["/pauses", () => ({ of: "lane", targets: ["backfill"] })],
  ["/shares", () => ({ kind: "query", id: query, audience: "team", to: team })],
  ["/users/{id}/sign-in-link", () => ({}), () => ({ id: admin })],
])("POST %s says what was made, whose answer is lost, and makes no second", async (path, body, params) => {
  const first = await post(path, path, body(), params?.());
  expect(first.status, JSON.stringify(first.said)).toBe(201);
  const made = await lines();
  await died(path);
  const again = await post(path, path, body(), params?.());
  expect(again.status).toBe(409);
  expect(String(again.said.detail)).toContain("was done, but its answer was lost");
  expect(await lines()).toBe(made);
});

it("runs a board's questions once", async () => {
  const tile = { id: "t1", kind: "query", query, as: "table" };
  const { id } = (await post("/boards", "with a tile", { title: "Runs", tiles: [tile] })).said;
  const params = { id: String(id) };
  const first = await post("/boards/{id}/executions", "run", { parameters: {} }, params);
  expect(first.status, JSON.stringify(first.said)).toBe(202);
  expect(first.said.items).toEqual([{ tile: "t1", execution: expect.any(String), problem: null }]);
  await died("run");
  expect(await post("/boards/{id}/executions", "run", { parameters: {} }, params)).toEqual(first);
  expect((await pool().query("select from executions where query_id = $1", [query])).rows).toHaveLength(1);
});

it("makes what was not made before the process died, once its key is free again", async () => {
  const key = "/teams of the dead";
  await post("/teams", key, { name: "Ghosts" });
  await pool().query("delete from teams where name = 'Ghosts'");
  await pool().query("update idempotency_keys set made_id = null where key = $1", [key]);
  await died(key);
  expect((await post("/teams", key, { name: "Ghosts" })).status).toBe(201);
});

it("undoes what a request makes so late that its repeat has the key", async () => {
  const key = "late";
  // The repeat takes the key in the middle of the first, which waits here for a lock on its team's name.
  const client = await pool().connect();
  await client.query("begin");
  await client.query("insert into teams (id, name) values ('held', 'Late')");
  const first = post("/teams", key, { name: "Late" });
  const waits = "select from pg_locks where not granted";
  await expect.poll(async () => (await pool().query(waits)).rows.length).toBeGreaterThan(0);
  await pool().query("update idempotency_keys set created_at = now() + interval '1 minute' where key = $1", [key]);
  await client.query("rollback");
  client.release();
  expect((await first).status).toBe(409);
  expect((await pool().query("select from teams where name = 'Late'")).rows).toEqual([]);
});

it("is asked for by every POST that makes something: the others make nothing, or may come twice", async () => {
  const { readFile } = await import("node:fs/promises");
  const plain: string[] = [];
  for (const { operation } of operations) {
    const { method, path } = operation;
    if (method !== "POST") continue;
    const file = `app/api/v1${path.replaceAll("{", "[").replaceAll("}", "]")}/route.ts`;
    if (!/\bonce(Made|As)\b/.test(await readFile(file, "utf8"))) plain.push(path);
  }
  expect(plain.sort()).toEqual(
    [
      // They look.
      "/erasures/preview",
      "/limits/preview",
      "/pipelines/lint",
      "/queries/{id}/choices",
      "/triggers/preview",
      "/warehouses/test",
      "/warehouses/{id}/estimate",
      "/warehouses/{id}/explain",
      "/warehouses/{id}/stop/preview",
      // They bring about a state, in which a repeat finds it; a stop that was cut off half way goes on.
      "/access-requests/{id}/answer",
      "/executions/{id}/cancel",
      "/executions/{id}/move",
      "/runs/{id}/cancel",
      "/view-as",
      "/warehouses/{id}/grants",
      "/warehouses/{id}/sessions/end",
      "/warehouses/{id}/stop",
      // It takes no key: its body is too large to compare.
      "/uploads",
    ].sort(),
  );
});
