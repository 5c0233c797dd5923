import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actions } from "@/lib/access/policy";
import { startSession } from "@/lib/access/sessions";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import { sealSession } from "./cookie";
import { operations } from "./operations/registry";

const tokensPath = { method: "GET", path: "/tokens" } as const;
const guarded = operations.filter(({ operation }) => operation.action !== null);

let admin: Awaited<ReturnType<typeof buildUser>>;
let adminToken: Awaited<ReturnType<typeof buildToken>>;
let viewerToken: Awaited<ReturnType<typeof buildToken>>;

beforeAll(async () => {
  await testDatabase();
  admin = await buildUser({ role: "admin" });
  adminToken = await buildToken(admin.id);
  viewerToken = await buildToken((await buildUser({ role: "viewer" })).id);
});

describe("who may", () => {
  it.each(guarded)("$group $name needs a sign-in", async ({ operation }) => {
    const answer = await call(operation);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  const above = guarded.filter(({ operation }) => operation.action && actions[operation.action].role !== "viewer");
  it.each(above)("$group $name refuses a viewer", async ({ operation }) => {
    expect(
      (await call(operation, { headers: bearer(viewerToken), body: operation.body ? {} : undefined })).status,
    ).toBe(403);
  });

  it.each(guarded)("$group $name refuses a token without its scope", async ({ operation }) => {
    const needs = operation.action ? actions[operation.action].scope : "*";
    const other = needs === "audit:read" ? "tokens:manage" : "audit:read";
    const token = await buildToken(admin.id, [other]);
    expect((await call(operation, { headers: bearer(token), body: operation.body ? {} : undefined })).status).toBe(403);
  });
});

describe("a field that there is not", () => {
  it.each(guarded.filter(({ operation }) => operation.body))(
    "$group $name refuses it by name",
    async ({ operation }) => {
      // Which fields a warehouse has hangs on its engine; elsewhere that is one more that there is not.
      const body = { engine: "postgres", surprise: 1 };
      const answer = await call(operation, { headers: bearer(adminToken), body });
      expect(answer.status).toBe(422);
      expect(await answer.text()).toContain("surprise");
    },
  );
});

describe("tokens", () => {
  it("stop when they expire, are revoked, or their person is disabled", async () => {
    const person = await buildUser();
    const expired = await buildToken(person.id);
    await db().apiToken.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    expect((await call(tokensPath, { headers: bearer(expired) })).status).toBe(401);

    const token = await buildToken(person.id);
    expect((await call(tokensPath, { headers: bearer(token) })).status).toBe(200);
    const revoke = { method: "DELETE", path: "/tokens/{id}" } as const;
    expect((await call(revoke, { headers: bearer(viewerToken), params: { id: token.id } })).status).toBe(404);
    expect((await call(revoke, { headers: bearer(token), params: { id: token.id } })).status).toBe(204);
    expect((await call(tokensPath, { headers: bearer(token) })).status).toBe(401);

    const third = await buildToken(person.id);
    const disable = { method: "PATCH", path: "/users/{id}" } as const;
    const how = { headers: bearer(adminToken), params: { id: person.id }, body: { disabled: true } };
    expect((await call(tokensPath, { headers: bearer(third) })).status).toBe(200);
    expect((await call(disable, how)).status).toBe(200);
    expect((await call(tokensPath, { headers: bearer(third) })).status).toBe(401);
  });

  it("are shown once, stored hashed, and made once for an Idempotency-Key", async () => {
    const create = { method: "POST", path: "/tokens" } as const;
    const headers = { ...bearer(adminToken), "idempotency-key": "one" };
    const first = (await (await call(create, { headers, body: { name: "ci" } })).json()) as {
      id: string;
      value: string;
    };
    const again = (await (await call(create, { headers, body: { name: "ci" } })).json()) as { id: string; value: null };
    expect(again).toMatchObject({ id: first.id, value: null });
    expect((await call(create, { headers, body: { name: "other" } })).status).toBe(422);
    expect(JSON.stringify(await db().apiToken.findUnique({ where: { id: first.id } }))).not.toContain(first.value);
    expect((await call(tokensPath, { headers: bearer(first) })).status).toBe(200);
  });

  it("outlive a new password of their person, unless the admin who sets it revokes them", async () => {
    const person = await buildUser();
    const [theirs, others] = [await buildToken(person.id), await buildToken(admin.id)];
    const set = (body: object) =>
      call({ method: "PATCH", path: "/users/{id}" }, { headers: bearer(adminToken), params: { id: person.id }, body });
    expect((await set({ password: "another-horse-9" })).status).toBe(200);
    expect((await call(tokensPath, { headers: bearer(theirs) })).status).toBe(200);
    expect((await set({ password: "another-horse-9", revokeTokens: true })).status).toBe(200);
    expect((await call(tokensPath, { headers: bearer(theirs) })).status).toBe(401);
    expect((await call(tokensPath, { headers: bearer(others) })).status).toBe(200);
  });

  it("cannot make one that lives longer", async () => {
    const parent = await buildToken(admin.id);
    const expiresAt = new Date(Date.now() + 86_400_000);
    await db().apiToken.update({ where: { id: parent.id }, data: { expiresAt } });
    const create = { method: "POST", path: "/tokens" } as const;
    const ends = async (expiresInDays: number | null, from = parent) => {
      const answer = await call(create, { headers: bearer(from), body: { name: "x", expiresInDays } });
      return ((await answer.json()) as { expiresAt: string | null }).expiresAt;
    };
    expect(await ends(null)).toBe(expiresAt.toISOString());
    expect(await ends(30)).toBe(expiresAt.toISOString());
    expect(await ends(null, await buildToken(admin.id))).toBeNull();
  });

  it("cannot make one that may do more", async () => {
    const small = await buildToken(admin.id, ["tokens:manage"]);
    const create = { method: "POST", path: "/tokens" } as const;
    const ask = (scope: string) => call(create, { headers: bearer(small), body: { name: "x", scopes: [scope] } });
    expect((await ask("executions:run")).status).toBe(403);
    expect((await ask("tokens:manage")).status).toBe(201);
  });
});

describe("sessions", () => {
  it("let in by cookie, end when ended, and need the page's own header to write", async () => {
    const sid = await startSession(admin, { userAgent: "test", address: "127.0.0.1" }, "password");
    const cookie = await sealSession(sid, admin.id);
    const headers = { cookie: `${cookie.name}=${cookie.value}` };
    expect((await call(tokensPath, { headers })).status).toBe(200);
    const end = { method: "DELETE", path: "/sessions/{id}" } as const;
    const params = { id: sid };
    expect((await call(end, { headers, params })).status).toBe(403);
    const foreign = { ...headers, "x-sluice": "1", origin: "https://evil.example" };
    expect((await call(end, { headers: foreign, params })).status).toBe(403);
    expect((await call(end, { headers: { ...headers, "x-sluice": "1" }, params })).status).toBe(204);
    expect((await call(tokensPath, { headers })).status).toBe(401);
  });
});

describe("warehouses", () => {
  it("are seen by teams with a grant only, and never with a secret", async () => {
    const person = await buildUser({ role: "editor" });
    const team = await buildTeam({ userIds: [person.id] });
    const token = await buildToken(person.id);
    const create = { method: "POST", path: "/warehouses" } as const;
    const config = {
      host: "127.0.0.1",
      port: 5432,
      database: "d",
      user: "reader",
      password: "s3cret-pw",
      tls: "disable",
    };
    const body = { name: "stored", engine: "postgres", config };
    const made = await call(create, { headers: bearer(adminToken), body });
    expect(made.status).toBe(201);
    const text = await made.text();
    expect(text).not.toContain("s3cret-pw");
    expect((await call(create, { headers: bearer(adminToken), body })).status).toBe(409);
    const { id } = JSON.parse(text) as { id: string };
    expect(JSON.stringify(await db().auditEntry.findMany())).not.toContain("s3cret-pw");
    expect((await db().warehouseRole.findFirstOrThrow({ where: { warehouseId: id } })).secret).not.toContain(
      "s3cret-pw",
    );

    const read = { method: "GET", path: "/warehouses/{id}" } as const;
    expect((await call(read, { headers: bearer(token), params: { id } })).status).toBe(404);
    const grant = { method: "POST", path: "/warehouses/{id}/grants" } as const;
    const give = (reader?: null) =>
      call(grant, { headers: bearer(adminToken), params: { id }, body: { team: team.id, reader } });
    expect((await give()).status).toBe(204);
    const seen = await call(read, { headers: bearer(token), params: { id: "stored" } });
    expect(await seen.json()).toMatchObject({ id, admin: null });
    expect((await give(null)).status).toBe(204);
    expect((await call(read, { headers: bearer(token), params: { id } })).status).toBe(404);
  });

  it("answer tables from the cache while paused, and say paused where nothing is known", async () => {
    const warehouse = await buildWarehouse({ sql: "create table one as select 1 as n" });
    const tables = { method: "GET", path: "/warehouses/{id}/tables" } as const;
    const explain = { method: "POST", path: "/warehouses/{id}/explain" } as const;
    const how = { headers: bearer(adminToken), params: { id: warehouse.id } };
    const gate = { method: "PUT", path: "/warehouses/{id}/gate" } as const;
    expect((await call(gate, { ...how, body: { paused: true, reason: "hot" } })).status).toBe(200);
    const refused = await call(tables, how);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain("hot");
    expect((await call(explain, { ...how, body: { sql: "select 1" } })).status).toBe(503);
    expect((await call(gate, { ...how, body: { paused: false } })).status).toBe(200);
    expect(await (await call(tables, how)).text()).toContain('"one"');
    expect((await call(explain, { ...how, body: { sql: "select n from one" } })).status).toBe(200);
    await call(gate, { ...how, body: { paused: true } });
    expect(await (await call(tables, { ...how, query: "?refresh=1" })).text()).toContain('"paused":true');
  });
});

describe("executions", () => {
  // No worker runs here, so what is submitted waits.
  afterAll(async () => {
    await closeGate();
  });

  it("are accepted once a key, open for their reader only, told as events, and given up", async () => {
    const [person, stranger] = [await buildUser({ role: "editor" }), await buildUser({ role: "editor" })];
    const team = await buildTeam({ userIds: [person.id] });
    const warehouse = await buildWarehouse({ teamIds: [team.id] });
    const [mine, theirs] = [await buildToken(person.id), await buildToken(stranger.id)];
    const submit = { method: "POST", path: "/executions" } as const;
    const body = { warehouse: warehouse.name, sql: "select 1" };

    expect((await call(submit, { headers: bearer(theirs), body })).status).toBe(404);
    const headers = { ...bearer(mine), "idempotency-key": "run" };
    const first = await call(submit, { headers, body });
    expect(first.status).toBe(202);
    const { id, url } = (await first.json()) as { id: string; url: string };
    expect(url).toBe(`http://127.0.0.1:3000/executions/${id}`);
    expect(await (await call(submit, { headers, body })).json()).toMatchObject({ id });

    const params = { id };
    const read = { method: "GET", path: "/executions/{id}" } as const;
    expect((await call(read, { headers: bearer(theirs), params })).status).toBe(404);
    expect(await (await call(read, { headers: bearer(mine), params })).json()).toMatchObject({ id, state: "queued" });
    const events = await call({ method: "GET", path: "/executions/{id}/events" }, { headers: bearer(mine), params });
    const cancel = { method: "POST", path: "/executions/{id}/cancel" } as const;
    expect((await call(cancel, { headers: bearer(theirs), params, body: {} })).status).toBe(404);
    expect((await call(cancel, { headers: bearer(mine), params })).status).toBe(202);
    expect(await events.text()).toMatch(/"state":"cancelled"/);
    const waited = await call(submit, { headers: bearer(mine), body, query: "?wait=0.1&rows=5" });
    expect(waited.status).toBe(200);
    expect(await waited.json()).toMatchObject({ state: "queued", columns: null });
  });
});
