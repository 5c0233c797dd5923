import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actions, scopes } from "@/lib/access/policy";
import { forgetSessions, startSession } from "@/lib/access/sessions";
import { forgetTokens } from "@/lib/access/tokens";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import {
  buildSecret,
  buildTeam,
  buildToken,
  buildUpload,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { sampleRequests, type Targets } from "@/lib/testing/requests";
import { type Asking, bearer, call } from "@/lib/testing/rest";
import { buildFailedRun, buildStoredFile } from "@/lib/testing/runs";
import { sealSession } from "./cookie";
import { operations } from "./operations/registry";

/** Who may not is refused on every route, with a request that is right in every other way, and nothing is changed. */

const guarded = operations.flatMap(({ group, name, operation }) =>
  operation.action === null ? [] : [{ id: `${group}.${name}`, operation, rule: actions[operation.action] }],
);
type Guarded = (typeof guarded)[number];

type Person = Awaited<ReturnType<typeof buildUser>>;
type Token = Awaited<ReturnType<typeof buildToken>>;
let target: Targets;
let owner: Person;
let people: Record<"viewer" | "editor" | "stranger", { person: Person; token: Token }>;

beforeAll(async () => {
  await testDatabase();
  owner = await buildUser({ role: "admin" });
  const [viewer, editor, stranger] = [await buildUser({ role: "viewer" }), await buildUser(), await buildUser()];
  const team = await buildTeam({ userIds: [owner.id, viewer.id, editor.id] });
  await buildTeam({ userIds: [stranger.id] });
  const warehouse = await buildWarehouse({ teamIds: [team.id] });
  const token = await buildToken(owner.id);
  const submit = async () => {
    const body = { warehouse: warehouse.id, sql: `select ${Math.random()}` };
    const answer = await call({ method: "POST", path: "/executions" }, { headers: bearer(token), body });
    return ((await answer.json()) as { id: string }).id;
  };
  await call(
    { method: "PUT", path: "/drafts/{tab}" },
    { headers: bearer(token), params: { tab: "tab" }, body: { sql: "select 'mine'" } },
  );
  const saved = await call(
    { method: "POST", path: "/queries" },
    { headers: bearer(token), body: { warehouse: warehouse.id, title: "Saved", sql: "select {{name}}" } },
  );
  const query = ((await saved.json()) as { id: string }).id;
  const shared = await call(
    { method: "POST", path: "/shares" },
    { headers: bearer(token), body: { kind: "query", id: query, audience: "team", to: team.id } },
  );
  const drawn = await call(
    { method: "POST", path: "/charts" },
    {
      headers: bearer(token),
      body: { title: "Drawn", spec: { type: "number" }, of: { kind: "query", id: query } },
    },
  );
  const board = await call(
    { method: "POST", path: "/boards" },
    {
      headers: bearer(token),
      body: {
        title: "Shown",
        parameters: [{ name: "name", type: "text" }],
        tiles: [{ id: "t1", kind: "query", query }],
      },
    },
  );
  const [execution, ended] = [await submit(), await submit()];
  const said = await call(
    { method: "POST", path: "/executions/{id}/comments" },
    { headers: bearer(token), params: { id: ended }, body: { text: "Ours" } },
  );
  const asks = { id: newId(), kind: "query", objectId: query, userId: (await buildUser()).id };
  const scheduled = await call(
    { method: "POST", path: "/queries/{id}/triggers" },
    {
      headers: bearer(token),
      params: { id: query },
      body: { when: "0 8 * * *", zone: "UTC", parameters: { name: "x" } },
    },
  );
  const stray = await buildUser();
  const failed = await buildFailedRun(await contextFor(owner.id));
  target = {
    file: await buildStoredFile(failed.pipeline, failed.run),
    upload: (await buildUpload(owner.id)).id,
    board: ((await board.json()) as { id: string }).id,
    trigger: ((await scheduled.json()) as { id: string }).id,
    pause: (await db().pause.create({ data: { id: newId(), kind: "person", targets: [stray.id] } })).id,
    query,
    ...failed,
    share: ((await shared.json()) as { id: string }).id,
    chart: ((await drawn.json()) as { id: string }).id,
    comment: ((await said.json()) as { id: string }).id,
    request: (await db().accessRequest.create({ data: asks })).id,
    warehouse: warehouse.id,
    reader: warehouse.readerId,
    execution,
    ended,
    user: owner.id,
    team: team.id,
    secret: (await buildSecret(team.id)).name,
    secretTeam: team.id,
    token: token.id,
    session: await startSession(owner, { userAgent: null, address: null }, "password"),
  };
  const withToken = async (person: Person) => ({ person, token: await buildToken(person.id) });
  people = { viewer: await withToken(viewer), editor: await withToken(editor), stranger: await withToken(stranger) };
});
afterAll(closeGate);

/** Everything that Sluice keeps, but for when somebody was last seen. */
async function everything(): Promise<string> {
  const tables = await pool().query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  );
  const texts = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await pool().query<{ all: string | null }>(
        `select string_agg((to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text, '\n' order by to_jsonb(t)::text) as all from "${name}" t`,
      );
      return `${name}\n${rows[0]?.all ?? ""}`;
    }),
  );
  expect(texts.length).toBeGreaterThan(10);
  return texts.join("\n\n");
}

function ask({ id, operation }: Guarded, headers: Record<string, string>): Promise<Response> {
  const sample = sampleRequests(target)[id];
  const how: Asking = { headers, body: sample?.body, text: sample?.text, params: sample?.params };
  return call(operation, { ...how, query: sample?.query && `?${new URLSearchParams(sample.query)}` });
}

async function expectRefused(one: Guarded, headers: Record<string, string>, statuses: number[]): Promise<void> {
  const before = await everything();
  const answer = await ask(one, headers);
  expect(statuses, `${one.id}: ${answer.status}`).toContain(answer.status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(await everything()).toBe(before);
}

describe("a role", () => {
  const rank = { viewer: 0, editor: 1, admin: 2 };
  for (const role of ["viewer", "editor"] as const) {
    const above = guarded.filter(({ rule }) => rank[rule.role] > rank[role]);
    it.each(above)(`${role} is refused $id`, async (one) => {
      await expectRefused(one, bearer(people[role].token), [403]);
    });
    it.each(above)(`${role} is refused $id in a browser too`, async (one) => {
      const sid = await startSession(people[role].person, { userAgent: null, address: null }, "password");
      const cookie = await sealSession(sid, people[role].person.id);
      await expectRefused(one, { cookie: `${cookie.name}=${cookie.value}`, "x-sluice": "1" }, [403]);
    });
  }
});

describe("somebody of another team", () => {
  /** What everybody has of their own. */
  const own = new Set([
    "executions.list",
    "warehouses.list",
    "warehouses.findTables",
    "tokens.list",
    "tokens.create",
    "serviceAccounts.list",
    "sessions.list",
    "users.self",
    "users.updateSelf",
    "queries.list",
    "boards.list",
    "triggers.all",
    "uploads.list",
    "uploads.create",
    "files.list",
    // Computes with nothing that anybody owns.
    "triggers.preview",
    "shares.received",
    "requests.list",
    // Asking is for those who may not; what is asked for tells nothing of itself.
    "requests.create",
    "inbox.read",
    "inbox.mark",
    "people.find",
    // Numbers are the company's; that its lists hold nothing of the others is tested beside it.
    "usage.read",
    "drafts.list",
    "drafts.save",
    "drafts.remove",
    // What is on offer to everybody.
    "operators.list",
    "operators.read",
    "operators.options",
    "pipelineDocuments.templates",
    // Looks at a text with what the one who asks may see.
    "pipelineDocuments.lint",
    "pipelines.list",
    "pipelines.saveDraft",
    "pipelines.removeDraft",
    "runs.list",
    // Of runs that a person sees; lib/runs/logs.db.test.ts says that nobody else's are among them.
    "logs.list",
    "logs.lines",
    "secrets.list",
    // Schemas of one's own teams.
    "savedTables.scratch",
    // Searches what a person sees; that it finds nothing of the others is tested beside it.
    "warehouses.findTables",
  ]);
  it.each(guarded.filter(({ id }) => !own.has(id)))("finds nothing at $id", async (one) => {
    await expectRefused(one, bearer(people.stranger.token), [403, 404]);
  });

  it("sees nothing of the others in lists", async () => {
    for (const one of guarded.filter(({ id }) => own.has(id) && id.endsWith(".list"))) {
      const text = await (await ask(one, bearer(people.stranger.token))).text();
      expect(JSON.parse(text), one.id).toHaveProperty("items");
      for (const hidden of [...Object.values(target), "'mine'"]) expect(text, one.id).not.toContain(hidden);
    }
  });

  it("finds an execution that is open to the company, and may not stop it", async () => {
    await db().warehouse.update({ where: { id: target.warehouse }, data: { openToCompany: true } });
    const headers = bearer(people.stranger.token);
    const read = guarded.find(({ id }) => id === "executions.read") as Guarded;
    // What people may do is kept for a second.
    const answers = async () => (await ask(read, headers)).status;
    await expect.poll(answers, { timeout: 10_000 }).toBe(200);
    await expectRefused(guarded.find(({ id }) => id === "executions.cancel") as Guarded, headers, [403]);
    await expectRefused(guarded.find(({ id }) => id === "executions.submit") as Guarded, headers, [404]);
    await db().warehouse.update({ where: { id: target.warehouse }, data: { openToCompany: false } });
    await expect.poll(answers, { timeout: 10_000 }).toBe(404);
  });
});

describe("a teammate", () => {
  it("may look at an execution and may not stop it", async () => {
    const headers = bearer(people.editor.token);
    expect((await ask(guarded.find(({ id }) => id === "executions.read") as Guarded, headers)).status).toBe(200);
    await expectRefused(guarded.find(({ id }) => id === "executions.cancel") as Guarded, headers, [403]);
  });

  it("may not end others' tokens and sessions, nor sign them out", async () => {
    const headers = bearer(people.editor.token);
    for (const id of ["tokens.update", "tokens.revoke", "sessions.end", "sessions.endAll"])
      await expectRefused(guarded.find((one) => one.id === id) as Guarded, headers, [403, 404]);
  });
});

describe("a token", () => {
  it.each(scopes.filter((scope) => scope !== "*"))("of scope %s opens nothing beyond it", async (scope) => {
    const token = await buildToken(owner.id, [scope]);
    const before = await everything();
    for (const one of guarded.filter(({ rule }) => rule.scope !== scope))
      expect((await ask(one, bearer(token))).status, one.id).toBe(403);
    expect(await everything()).toBe(before);
  });

  it("that has expired, was revoked, is a person's who was disabled, or was never made opens nothing", async () => {
    const person = await buildUser({ role: "admin" });
    const [expired, revoked, disabled] = [
      await buildToken(owner.id),
      await buildToken(owner.id),
      await buildToken(person.id),
    ];
    await db().apiToken.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    await db().apiToken.update({ where: { id: revoked.id }, data: { revokedAt: new Date() } });
    await db().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } });
    forgetTokens();
    const before = await everything();
    for (const one of guarded) {
      for (const token of [expired, revoked, disabled, { value: "slc_nobody" }, { value: "" }, { value: "a\tb" }])
        expect((await ask(one, bearer(token))).status, `${one.id} ${token.value}`).toBe(401);
      expect((await ask(one, { authorization: `Basic ${revoked.value}` })).status, one.id).toBe(401);
    }
    expect(await everything()).toBe(before);
  });

  it("is taken from the header only", async () => {
    const token = await buildToken(owner.id);
    const query = `?token=${token.value}&access_token=${token.value}`;
    expect((await call({ method: "GET", path: "/tokens" }, { query })).status).toBe(401);
  });
});

describe("a session", () => {
  const cookieOf = async (person: Person, sid: string) => {
    const cookie = await sealSession(sid, person.id);
    return `${cookie.name}=${cookie.value}`;
  };
  const begin = () => startSession(owner, { userAgent: null, address: null }, "password");

  it("that has ended, ran out, or is of somebody disabled opens nothing", async () => {
    const person = await buildUser({ role: "admin" });
    const [ended, old] = [await begin(), await begin()];
    const theirs = await startSession(person, { userAgent: null, address: null }, "password");
    await db().session.update({ where: { id: ended }, data: { endedAt: new Date() } });
    await db().session.update({ where: { id: old }, data: { expiresAt: new Date(Date.now() - 1) } });
    await db().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } });
    forgetSessions();
    const cookies = [
      await cookieOf(owner, ended),
      await cookieOf(owner, old),
      await cookieOf(person, theirs),
      await cookieOf(owner, "none"),
      "sluice.session=forged",
      "sluice.session=%",
    ];
    const before = await everything();
    for (const one of guarded)
      for (const cookie of cookies)
        expect((await ask(one, { cookie, "x-sluice": "1" })).status, `${one.id} ${cookie.slice(0, 40)}`).toBe(401);
    expect(await everything()).toBe(before);
  });

  it("is no use to another site: every write needs the page's own header and origin", async () => {
    const cookie = await cookieOf(owner, await begin());
    const before = await everything();
    const writes = guarded.filter(({ operation }) => operation.method !== "GET");
    expect(writes.length).toBeGreaterThan(15);
    for (const one of writes) {
      const foreign: Record<string, string>[] = [
        {},
        { "x-sluice": "0" },
        { "x-sluice": "1", origin: "https://evil.example" },
        { "x-sluice": "1", origin: "null" },
        { "x-sluice": "1", origin: "http://127.0.0.1:3000.evil.example" },
      ];
      for (const headers of foreign)
        expect((await ask(one, { cookie, ...headers })).status, `${one.id} ${JSON.stringify(headers)}`).toBe(403);
    }
    expect(await everything()).toBe(before);
    const own = { cookie, "x-sluice": "1", origin: "http://127.0.0.1:3000" };
    const list = { method: "PUT", path: "/drafts/{tab}" } as const;
    expect((await call(list, { headers: own, params: { tab: "t" }, body: { sql: "" } })).status).toBe(200);
  });
});
