import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetTokens } from "@/lib/access/tokens";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import { buildPipeline } from "@/lib/testing/runs";
import type { ListedToken } from "./list-tokens";

/** Tokens over REST: who sees whose, and what a token's own lane and budget hold. Nothing is admitted: no worker runs. */

type Headers = Record<string, string>;
interface Made {
  id: string;
  value: string;
  lane: string | null;
}
let admin: Headers;
let editor: Headers;
let editorId: string;
let team: string;
let warehouse: string;

beforeAll(async () => {
  process.env.MCP_STATEMENTS_PER_HOUR = "200";
  await testDatabase();
});
afterAll(closeGate);
beforeEach(async () => {
  await db().limit.deleteMany();
  await db().pause.deleteMany();
  await db().apiToken.deleteMany();
  forgetTokens();
  const boss = await buildUser({ role: "admin", name: "Cleo" });
  const ed = await buildUser({ role: "editor", name: "Ed" });
  editorId = ed.id;
  team = (await buildTeam({ userIds: [ed.id] })).id;
  warehouse = (await buildWarehouse({ teamIds: [team] })).id;
  [admin, editor] = [bearer(await buildToken(boss.id)), bearer(await buildToken(ed.id))];
});

const make = (by: Headers, body: object) => call({ method: "POST", path: "/tokens" }, { headers: by, body });
async function made(by: Headers, body: object): Promise<Made> {
  const answer = await make(by, { name: "program", ...body });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Made;
}
const listed = async (by: Headers, query: string) => {
  const answer = await call({ method: "GET", path: "/tokens" }, { headers: by, query });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { items: ListedToken[]; next: string | null };
};
let count = 0;
const run = (by: Headers, more: object = {}, headers: Headers = {}) =>
  call(
    { method: "POST", path: "/executions" },
    { headers: { ...by, ...headers }, body: { warehouse, sql: `select ${++count}`, ...more } },
  );
const laneOfLast = async (answer: Response) => {
  const { id } = (await answer.json()) as { id: string };
  const { rows } = await pool().query<{ lane: number }>("select lane from executions where id = $1", [id]);
  return rows[0]?.lane;
};
const fieldsOf = async (answer: Response) => {
  expect(answer.status).toBe(422);
  return ((await answer.json()) as { fields: { field: string }[] }).fields.map(({ field }) => field);
};

describe("the list of all tokens", () => {
  it("is for admins: with owners, what holds each, found by words and walked by pages", async () => {
    const service = await db().user.create({
      data: { id: `svc-${team}`, name: "Loader", email: "l@sluice.invalid", role: "editor", serviceTeamId: team },
    });
    const loader = await buildToken(service.id, ["executions:run"]);
    const { id } = await made(editor, { name: "nightly", scopes: ["mcp:use"], lane: "backfill", statementsPerHour: 9 });
    const { items } = await listed(admin, "?all=1");
    expect(items.map(({ owner }) => owner.name).sort()).toEqual(["Cleo", "Ed", "Ed", "Loader"]);
    expect(items.find((one) => one.id === id)).toMatchObject({
      ...{ name: "nightly", scopes: ["mcp:use"], lane: "backfill", paused: false },
      limits: [{ name: "statementsPerHour", value: 9 }],
      owner: { id: editorId, name: "Ed", service: null },
    });
    expect(items.find((one) => one.id === loader.id)?.owner.service).toMatch(/^Team /);
    expect(JSON.stringify(items)).not.toContain("hash");
    for (const [q, names] of [
      ["NIGHT", ["nightly"]],
      ["loader", ["test"]],
      ["mcp:", ["nightly"]],
      ["100%", []],
    ] as const)
      expect((await listed(admin, `?all=1&q=${encodeURIComponent(q)}`)).items.map(({ name }) => name)).toEqual(names);
    const first = await listed(admin, "?all=1&limit=3");
    const rest = await listed(admin, `?all=1&limit=3&cursor=${first.next}`);
    expect([...first.items, ...rest.items].map((one) => one.id)).toEqual(items.map((one) => one.id));
    expect(rest.next).toBeNull();
  });

  it("is refused to everybody else, who has their own", async () => {
    const refused = await call({ method: "GET", path: "/tokens" }, { headers: editor, query: "?all=1" });
    expect(refused.status).toBe(403);
    expect((await listed(editor, "")).items.map(({ owner }) => owner.name)).toEqual(["Ed"]);
    const little = bearer(await buildToken(editorId, ["executions:read"]));
    expect((await call({ method: "GET", path: "/tokens" }, { headers: little, query: "?all=1" })).status).toBe(403);
  });

  it("leads to limiting, pausing and revoking one that has no work now", async () => {
    const { id, value } = await made(editor, {});
    const set = { scope: "token", id, name: "requestsPerMinute", value: 1_000 };
    expect((await call({ method: "PUT", path: "/limits" }, { headers: admin, body: set })).status).toBe(200);
    const pause = { of: "token", targets: [id], reason: "too much" };
    expect((await call({ method: "POST", path: "/pauses" }, { headers: admin, body: pause })).status).toBe(201);
    const found = (await listed(admin, "?all=1")).items.find((one) => one.id === id);
    expect(found).toMatchObject({ paused: true, limits: [{ name: "requestsPerMinute", value: 1_000 }] });
    const gone = await call({ method: "DELETE", path: "/tokens/{id}" }, { headers: admin, params: { id } });
    expect(gone.status).toBe(204);
    expect((await run(bearer({ value }))).status).toBe(401);
    const log = await db().auditEntry.findFirstOrThrow({ where: { action: "token.revoke", object: `token:${id}` } });
    expect(log.detail).toEqual({ name: "program", of: "Ed" });
  });
});

describe("when a token was last used", () => {
  const usedOf = async (id: string) =>
    (await listed(admin, "?all=1")).items.find((one) => one.id === id)?.lastUsedAt ?? null;
  const ask = async (value: string) =>
    (await call({ method: "GET", path: "/me" }, { headers: bearer({ value }) })).status;
  afterEach(() => vi.useRealTimers());

  it("stands in the list once it was, of that one alone, and moves on with its next use", async () => {
    const [one, other] = [await made(editor, {}), await made(editor, {})];
    expect([await usedOf(one.id), await usedOf(other.id)]).toEqual([null, null]);
    const before = Date.now();
    expect(await ask(one.value)).toBe(200);
    await expect.poll(() => usedOf(one.id)).not.toBeNull();
    const first = Date.parse((await usedOf(one.id)) ?? "");
    expect(first).toBeGreaterThanOrEqual(before);
    expect(first).toBeLessThanOrEqual(Date.now());
    const own = (await listed(editor, "")).items.find(({ id }) => id === one.id);
    expect(own?.lastUsedAt).toBe(new Date(first).toISOString());
    // It is written once a minute at most, by this process's clock.
    await db().apiToken.update({ where: { id: one.id }, data: { lastUsedAt: new Date(0) } });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    expect(await ask(one.value)).toBe(200);
    await expect.poll(async () => Date.parse((await usedOf(one.id)) ?? "")).toBeGreaterThanOrEqual(first);
    expect(await usedOf(other.id)).toBeNull();
  });

  it("is no try of one that was revoked, has expired, or is not known", async () => {
    const [gone, old] = [await made(editor, {}), await made(editor, {})];
    await db().apiToken.update({ where: { id: gone.id }, data: { revokedAt: new Date() } });
    await db().apiToken.update({ where: { id: old.id }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    for (const value of [gone.value, old.value, `${gone.value}x`]) expect(await ask(value)).toBe(401);
    // Whatever would have been written for these stands before what is written for this one.
    const one = await made(editor, {});
    expect(await ask(one.value)).toBe(200);
    await expect.poll(() => usedOf(one.id)).not.toBeNull();
    expect(
      await db().apiToken.findMany({ where: { id: { in: [gone.id, old.id] }, lastUsedAt: { not: null } } }),
    ).toEqual([]);
  });
});

describe("a token's lane", () => {
  it("is where it stands, and nothing in front of it", async () => {
    const back = bearer(await made(editor, { lane: "backfill" }));
    expect(await laneOfLast(await run(back))).toBe(3);
    expect((await run(back, { lane: "api" })).status).toBe(403);
    const front = bearer(await made(admin, { lane: "interactive" }));
    expect(await laneOfLast(await run(front))).toBe(0);
    expect(await laneOfLast(await run(bearer(await made(editor, {}))))).toBe(1);
  });

  it("holds runs of pipelines, too", async () => {
    const { name } = await buildPipeline(await contextFor(editorId), { stages: [{ id: "a", operator: "noop@1" }] });
    const back = bearer(await made(editor, { lane: "backfill" }));
    const start = { method: "POST", path: "/pipelines/{name}/runs" } as const;
    const answer = await call(start, { headers: back, params: { name }, body: {} });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { id: string };
    expect(await db().run.findUniqueOrThrow({ where: { id } })).toMatchObject({ lane: 3 });
    const body = { lane: "scheduled" };
    expect((await call(start, { headers: back, params: { name }, body })).status).toBe(403);
  });

  it("is given in front by admins alone, and by no token that stands behind it", async () => {
    for (const lane of ["interactive", "api"])
      expect(await fieldsOf(await make(editor, { name: "fast", lane }))).toEqual(["lane"]);
    const back = bearer(await made(editor, { lane: "backfill" }));
    expect(await fieldsOf(await make(back, { name: "less far back", lane: "scheduled" }))).toEqual(["lane"]);
    expect(await made(back, {})).toMatchObject({ lane: "backfill" });
  });
});

describe("a token that is changed after it was made", () => {
  const change = (by: Headers, id: string, body: object) =>
    call({ method: "PATCH", path: "/tokens/{id}" }, { headers: by, params: { id }, body });
  const lanesOf = async (token: string) =>
    (
      await pool().query<{ execution: number; work: number }>(
        `select e.lane as execution, k.lane as work from executions e join statements s on s.id = e.statement_id
         join work k on k.id = s.work_id where e.token_id = $1 order by e.id`,
        [token],
      )
    ).rows.map(({ execution, work }) => [execution, work]);

  it("goes back with what waits and its runs, and forward by an admin with what comes alone", async () => {
    await pool().query("update warehouses set paused = true where id = $1", [warehouse]);
    const token = await made(editor, {});
    const mine = bearer(token);
    const { name } = await buildPipeline(await contextFor(editorId), { stages: [{ id: "a", operator: "noop@1" }] });
    const start = { method: "POST", path: "/pipelines/{name}/runs" } as const;
    const { id: begun } = (await (await call(start, { headers: mine, params: { name }, body: {} })).json()) as Made;
    await run(mine);
    await run(mine, { lane: "backfill" });
    await run(editor);
    expect((await change(editor, token.id, { lane: "scheduled" })).status).toBe(200);
    expect(await lanesOf(token.id)).toEqual([
      [2, 2],
      [3, 3],
    ]);
    await run(mine);
    expect((await lanesOf(token.id)).at(-1)).toEqual([2, 2]);
    expect((await change(editor, token.id, { lane: "backfill" })).status).toBe(200);
    expect(await lanesOf(token.id)).toEqual([
      [3, 3],
      [3, 3],
      [3, 3],
    ]);
    const { lane, attempts } = await db().run.findUniqueOrThrow({ where: { id: begun }, include: { attempts: true } });
    expect([lane, attempts.map((one) => one.lane)]).toEqual([3, [3]]);
    // Others' stays where it was.
    const others = await pool().query("select lane from work where token_id <> $1 and warehouse_id = $2", [
      token.id,
      warehouse,
    ]);
    expect(others.rows).toEqual([{ lane: 1 }]);

    expect(await fieldsOf(await change(editor, token.id, { lane: "scheduled" }))).toEqual(["lane"]);
    expect(await fieldsOf(await change(editor, token.id, { lane: null }))).toEqual(["lane"]);
    expect(await (await change(admin, token.id, { lane: "interactive" })).json()).toMatchObject({
      lane: "interactive",
    });
    await run(mine);
    expect((await lanesOf(token.id)).map(([at]) => at)).toEqual([3, 3, 3, 0]);
    const log = await db().auditEntry.findMany({
      where: { action: "token.update", object: `token:${token.id}` },
      orderBy: { id: "asc" },
    });
    expect(log.at(-1)?.detail).toEqual({ name: "program", lane: { from: "backfill", to: "interactive" } });
    expect(log).toHaveLength(3);
  });

  it("is given less by who uses it, and more by an admin alone", async () => {
    const token = await made(editor, {});
    const mine = bearer(token);
    expect((await change(editor, token.id, { statementsPerHour: 1 })).status).toBe(200);
    expect([(await run(mine)).status, (await run(mine)).status]).toEqual([202, 429]);
    for (const statementsPerHour of [2, null])
      expect(await fieldsOf(await change(editor, token.id, { statementsPerHour }))).toEqual(["statementsPerHour"]);
    expect((await change(admin, token.id, { statementsPerHour: 2 })).status).toBe(200);
    expect([(await run(mine)).status, (await run(mine)).status]).toEqual([202, 429]);
    expect((await change(admin, token.id, { statementsPerHour: null })).status).toBe(200);
    expect((await run(mine)).status).toBe(202);
    // What is left out stays.
    expect((await change(editor, token.id, {})).status).toBe(200);
    const assists = await made(editor, { scopes: ["mcp:use"] });
    expect(await fieldsOf(await change(editor, assists.id, { statementsPerHour: 201 }))).toEqual(["statementsPerHour"]);
    expect((await change(editor, assists.id, { statementsPerHour: 200 })).status).toBe(200);
  });

  it("is one's own, and no token puts one before itself", async () => {
    const [boss] = (await listed(admin, "")).items;
    expect((await change(editor, boss?.id ?? "", { lane: "backfill" })).status).toBe(404);
    const back = await made(admin, { lane: "scheduled" });
    expect(await fieldsOf(await change(bearer(back), back.id, { lane: "api" }))).toEqual(["lane"]);
    expect(await fieldsOf(await change(bearer(back), back.id, { lane: null }))).toEqual(["lane"]);
    expect((await change(bearer(back), back.id, { lane: "backfill" })).status).toBe(200);
    const none = await change(editor, boss?.id ?? "", { lane: "first" });
    expect(none.status).toBe(422);
  });
});

describe("a token's budget of statements an hour", () => {
  it("is kept exactly, also by many at once, says when to come back, and has room again after an hour", async () => {
    const token = await made(editor, { statementsPerHour: 3 });
    const mine = bearer(token);
    const states = (await Promise.all(Array.from({ length: 6 }, () => run(mine)))).map(({ status }) => status);
    expect(states.sort()).toEqual([202, 202, 202, 429, 429, 429]);
    const refused = await run(mine);
    const after = Number(refused.headers.get("retry-after"));
    expect(after).toBeGreaterThan(1_800);
    expect(after).toBeLessThanOrEqual(3_600);
    expect(((await refused.json()) as { detail: string }).detail).toMatch(
      /^This token may run 3 statements an hour, by its limit .*Try again in \d+ min, at \d\d:\d\d:\d\d UTC\./,
    );
    // Nobody else's, and none of the person's other tokens', is meant.
    expect((await run(editor)).status).toBe(202);
    await pool().query(
      "update executions set submitted_at = submitted_at - interval '61 minutes' where id = (select min(id) from executions where token_id = $1)",
      [token.id],
    );
    expect([(await run(mine)).status, (await run(mine)).status]).toEqual([202, 429]);
  });

  it("counts each statement of a batch, and no repeat under the same Idempotency-Key", async () => {
    const mine = bearer(await made(editor, { statementsPerHour: 3 }));
    const batch = (n: number) => ({ sql: undefined, batch: Array.from({ length: n }, () => ({ sql: "select 1" })) });
    const key = { "idempotency-key": `batch ${editorId}` };
    const four = await run(mine, batch(4));
    expect([four.status, ((await four.json()) as { detail: string }).detail]).toEqual([
      429,
      expect.stringContaining("These are 4 at once: send fewer."),
    ]);
    expect((await run(mine, batch(2), key)).status).toBe(202);
    expect((await run(mine, batch(2))).status).toBe(429);
    expect((await run(mine, batch(2), key)).status).toBe(202);
    // As after the death of the process that answered: the id is known, the answer is not.
    await pool().query("update idempotency_keys set answer = null where user_id = $1", [editorId]);
    expect((await run(mine, batch(2), key)).status).toBe(202);
    expect((await run(mine)).status).toBe(202);
    expect((await run(mine)).status).toBe(429);
  });

  it("may be the company's for each token, and is then the smaller of the two", async () => {
    const [one, two] = [bearer(await made(editor, { statementsPerHour: 5 })), bearer(await made(editor, {}))];
    const body = { scope: "company", name: "statementsPerHour", value: 1 };
    expect((await call({ method: "PUT", path: "/limits" }, { headers: admin, body })).status).toBe(200);
    for (const mine of [one, two]) {
      expect((await run(mine)).status).toBe(202);
      expect((await run(mine)).status).toBe(429);
    }
  });

  it("is more than an assistant's usual one only by an admin", async () => {
    const much = { name: "assistant", scopes: ["mcp:use"], statementsPerHour: 201 };
    expect(await fieldsOf(await make(editor, much))).toEqual(["statementsPerHour"]);
    expect((await make(admin, much)).status).toBe(201);
    expect((await make(editor, { ...much, scopes: ["executions:run"] })).status).toBe(201);
  });
});

it("what holds a token holds the one that it is rotated to", async () => {
  const { id } = await made(editor, { lane: "scheduled", statementsPerHour: 7 });
  await call({ method: "POST", path: "/pauses" }, { headers: admin, body: { of: "token", targets: [id] } });
  const answer = await call(
    { method: "POST", path: "/tokens/{id}/rotate" },
    { headers: editor, params: { id }, body: { overlapHours: 1 } },
  );
  expect(answer.status).toBe(201);
  const next = ((await answer.json()) as Made).id;
  const found = (await listed(editor, "")).items.find((one) => one.id === next);
  expect(found).toMatchObject({
    ...{ lane: "scheduled", paused: true },
    limits: [{ name: "statementsPerHour", value: 7 }],
  });
});
