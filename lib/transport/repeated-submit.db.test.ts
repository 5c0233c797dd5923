import { afterAll, beforeAll, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call, postUnder } from "@/lib/testing/rest";

/** A web process that dies between what it did and the answer to its caller leaves a key without an answer. */

let headers: Record<string, string>;
let warehouse: string;
let user: string;
beforeAll(async () => {
  await testDatabase();
  user = (await buildUser()).id;
  const team = await buildTeam({ userIds: [user] });
  warehouse = (await buildWarehouse({ teamIds: [team.id] })).id;
  headers = bearer(await buildToken(user));
});
afterAll(closeGate);

const post = (path: string, key: string, body: object, params?: Record<string, string>) =>
  postUnder(headers, path, key, body, params);

/** As the process left it that died before it kept its answer. */
async function died(key: string): Promise<void> {
  const { rowCount } = await pool().query("update idempotency_keys set answer = null where user_id = $1 and key = $2", [
    user,
    key,
  ]);
  expect(rowCount).toBe(1);
}

async function count(sql: string): Promise<number> {
  const { rows } = await pool().query("select 1 from executions where user_id = $1 and sql = $2", [user, sql]);
  return rows.length;
}

it("finds the execution that was made, at once, and makes no second", async () => {
  const body = { warehouse, sql: "select 'one'" };
  const first = await post("/executions", "one", body);
  expect(first.status).toBe(202);
  await died("one");
  expect(await post("/executions", "one", body)).toEqual(first);
  expect(await count(body.sql)).toBe(1);
  // And from the answer that is kept now.
  expect(await post("/executions", "one", body)).toEqual(first);
});

it("makes what was not made, under the same key", async () => {
  const body = { warehouse, sql: "select 'none'" };
  const first = await post("/executions", "none", body);
  await pool().query("delete from executions where id = $1", [first.said.id]);
  await died("none");
  expect(await post("/executions", "none", body)).toMatchObject({ status: 202, said: { id: first.said.id } });
  expect(await count(body.sql)).toBe(1);
});

it("lets two at once be one", async () => {
  const body = { warehouse, sql: "select 'both'" };
  const both = await Promise.all([post("/executions", "both", body), post("/executions", "both", body)]);
  expect(both.map(({ status }) => status)).toEqual([202, 202]);
  expect(both[0]?.said.id).toBe(both[1]?.said.id);
  expect(await count(body.sql)).toBe(1);
});

it("finds a whole batch, and what a saved query has begun", async () => {
  const batch = { warehouse, batch: [{ sql: "select 'b1'" }, { sql: "select 'b2'" }] };
  const first = await post("/executions", "batch", batch);
  await died("batch");
  expect(await post("/executions", "batch", batch)).toEqual(first);
  expect([await count("select 'b1'"), await count("select 'b2'")]).toEqual([1, 1]);

  const made = await call(
    { method: "POST", path: "/queries" },
    { headers, body: { warehouse, title: "Saved", sql: "select 'saved'" } },
  );
  const { id } = (await made.json()) as { id: string };
  const ran = await post("/queries/{id}/executions", "saved", {}, { id });
  await died("saved");
  expect(await post("/queries/{id}/executions", "saved", {}, { id })).toEqual(ran);
  expect(await count("select 'saved'")).toBe(1);
});

it("still refuses another request under the key, and forgets one that was refused", async () => {
  await post("/executions", "other", { warehouse, sql: "select 'other'" });
  expect((await post("/executions", "other", { warehouse, sql: "select 'else'" })).status).toBe(422);
  expect((await post("/executions", "refused", { warehouse: "nowhere", sql: "select 1" })).status).toBe(404);
  expect((await post("/executions", "refused", { warehouse, sql: "select 'right now'" })).status).toBe(202);
});
