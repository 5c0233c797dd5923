import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { audit } from "@/lib/access/audit";
import { type Action, actions, allow, may } from "@/lib/access/policy";
import { contextOfSession, forgetSessions, startSession } from "@/lib/access/sessions";
import { endOldViews } from "@/lib/access/view-as";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { openLink } from "@/lib/shares/open-link";
import { testDatabase } from "@/lib/testing/database";
import { buildToken, buildUser } from "@/lib/testing/factories";
import { sampleRequests, type Targets } from "@/lib/testing/requests";
import { bearer, call } from "@/lib/testing/rest";
import { sealSession } from "./cookie";
import { operations } from "./operations/registry";

type Person = Awaited<ReturnType<typeof buildUser>>;
let admin: Person;
let bo: Person;
let session: string;
let headers: Record<string, string>;

beforeAll(async () => {
  await testDatabase();
  admin = await buildUser({ role: "admin", name: "Cleo" });
});
beforeEach(async () => {
  bo = await buildUser({ role: "editor", name: "Bo" });
  session = await startSession(admin, { userAgent: null, address: null }, "password");
  const cookie = await sealSession(session, admin.id);
  headers = { cookie: `${cookie.name}=${cookie.value}`, "x-sluice": "1" };
});

const begin = (person: string, as = headers) =>
  call({ method: "POST", path: "/view-as" }, { headers: as, body: { person } });
const end = () => call({ method: "DELETE", path: "/view-as" }, { headers });
const me = async () => {
  const answer = await call({ method: "GET", path: "/me" }, { headers });
  return ((await answer.json()) as { name: string }).name;
};
const logged = async () =>
  (await db().auditEntry.findMany({ where: { object: `user:${bo.id}` }, orderBy: { id: "asc" } })).map(
    ({ action, userId, detail }) => [action, userId, (detail as { by?: string }).by],
  );
const viewing = async () => {
  const ctx = await contextOfSession(session, null);
  if (!ctx) throw new Error("the session has ended");
  return ctx;
};

describe("viewing as a person", () => {
  it("shows what they see until it is ended, and is logged from beginning to end", async () => {
    expect(await me()).toBe("Cleo");
    expect((await begin(bo.id)).status).toBe(201);
    expect(await me()).toBe("Bo");
    expect(await viewing()).toMatchObject({ user: { id: bo.id, role: "editor" }, viewedBy: { name: "Cleo" } });
    expect((await call({ method: "GET", path: "/users" }, { headers })).status).toBe(403);
    expect((await call({ method: "GET", path: "/drafts" }, { headers })).status).toBe(200);
    expect((await end()).status).toBe(204);
    expect(await me()).toBe("Cleo");
    expect((await end()).status).toBe(404);
    expect(await logged()).toEqual([
      ["person.view", admin.id, undefined],
      ["person.view-end", admin.id, "them"],
    ]);
  });

  it("ends by itself after an hour, and with the session, and says so in the log", async () => {
    await begin(bo.id);
    const row = await db().session.findUniqueOrThrow({ where: { id: session } });
    const left = (row.viewUntil?.getTime() ?? 0) - Date.now();
    expect(left).toBeGreaterThan(59 * 60_000);
    expect(left).toBeLessThanOrEqual(60 * 60_000);
    await db().session.update({ where: { id: session }, data: { viewUntil: new Date(Date.now() - 1) } });
    forgetSessions();
    expect(await me()).toBe("Cleo");
    // Before a worker has come round.
    await begin(bo.id);
    await db().session.update({ where: { id: session }, data: { endedAt: new Date() } });
    await endOldViews();
    await endOldViews();
    expect((await logged()).map(([action, , by]) => [action, by])).toEqual([
      ["person.view", undefined],
      ["person.view-end", "time"],
      ["person.view", undefined],
      ["person.view-end", "the end of the session"],
    ]);
  });

  it("ends at once with the admin's role, and with the person's account", async () => {
    await begin(bo.id);
    await db().user.update({ where: { id: admin.id }, data: { role: "editor" } });
    forgetSessions();
    expect(await me()).toBe("Cleo");
    await db().user.update({ where: { id: admin.id }, data: { role: "admin" } });
    forgetSessions();
    expect(await me()).toBe("Bo");
    await db().user.update({ where: { id: bo.id }, data: { disabledAt: new Date() } });
    forgetSessions();
    expect(await me()).toBe("Cleo");
  });

  it("is for an admin's own browser only, and of somebody else who is here", async () => {
    const gone = await buildUser();
    await db().user.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
    const statuses = [admin.id, gone.id, "nobody"].map(async (id) => (await begin(id)).status);
    expect(await Promise.all(statuses)).toEqual([422, 422, 422]);
    expect((await begin(bo.id, bearer(await buildToken(admin.id)))).status).toBe(403);
    expect((await begin(bo.id, bearer(await buildToken(bo.id)))).status).toBe(403);
    await begin(bo.id);
    expect((await begin(admin.id)).status).toBe(403);
  });
});

describe("while it lasts", () => {
  /** Everything that Sluice keeps, but for when somebody was last seen. */
  const everything = async () => {
    const { rows } = await pool().query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
    );
    const texts = rows.map(async ({ name }) => {
      const all = `select string_agg((to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text, '\n' order by to_jsonb(t)::text) as all from "${name}" t`;
      return `${name} ${(await pool().query<{ all: string | null }>(all)).rows[0]?.all}`;
    });
    return (await Promise.all(texts)).join("\n");
  };
  const writes = operations.filter(
    ({ operation }) => operation.action && operation.method !== "GET" && !operation.whileViewing,
  );

  it("no route writes, whoever is looked as", async () => {
    expect(writes.length).toBeGreaterThan(60);
    const target = new Proxy({}, { get: () => "none" }) as Targets;
    const other = await buildUser({ role: "admin" });
    for (const person of [bo, other]) {
      await begin(person.id);
      const before = await everything();
      for (const { group, name, operation } of writes) {
        const { params, body, query } = sampleRequests(target)[`${group}.${name}`] ?? {};
        const search = query && `?${new URLSearchParams(query)}`;
        const answer = await call(operation, { headers, params, body, query: search });
        expect(answer.status, `${group}.${name}`).toBe(403);
        if (person === other) expect(await answer.text(), `${group}.${name}`).toContain("You look at Sluice as");
      }
      expect(await everything()).toBe(before);
      await end();
    }
  });

  it("the policy refuses what is not looking, and no write has its line in the log", async () => {
    const other = await buildUser({ role: "admin" });
    await begin(other.id);
    const ctx = await viewing();
    const refused = (Object.keys(actions) as Action[]).filter((action) => !may(ctx, action));
    for (const action of refused) expect(() => allow(ctx, action), action).toThrow("nothing can be changed");
    for (const action of ["execution.run", "query.write", "share.write", "gate.write", "person.view", "mcp.use"])
      expect(refused).toContain(action);
    await expect(db().$transaction((tx) => audit(tx, ctx, "x", "x:1"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(openLink(ctx, "s_any")).rejects.toMatchObject({ code: "not_found" });
    expect(await db().auditEntry.count({ where: { action: "x" } })).toBe(0);
  });

  it("nothing is downloaded either", async () => {
    await begin(bo.id);
    const path = { method: "GET", path: "/executions/{id}/download" } as const;
    const answer = await call(path, { headers, params: { id: "none" }, query: "?format=csv" });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("You look at Sluice as Bo");
  });
});
