import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import type { QueryView } from "./schema";

type Person = Awaited<ReturnType<typeof buildUser>> & { headers: Record<string, string> };
let ana: Person;
let bo: Person;
let viewer: Person;
let stranger: Person;
let team: { id: string; name: string };
let warehouse: Awaited<ReturnType<typeof buildWarehouse>>;

beforeAll(async () => {
  await testDatabase();
  const person = async (role: "viewer" | "editor", name: string): Promise<Person> => {
    const user = await buildUser({ role, name });
    return { ...user, headers: bearer(await buildToken(user.id)) };
  };
  [ana, bo] = [await person("editor", "Ana"), await person("editor", "Bo")];
  [viewer, stranger] = [await person("viewer", "Vi"), await person("editor", "Stranger")];
  const all = await buildTeam({ userIds: [ana.id, bo.id, viewer.id] });
  team = await buildTeam({ name: "Growth", userIds: [ana.id, bo.id] });
  warehouse = await buildWarehouse({ teamIds: [all.id] });
});
afterAll(closeGate);

const collection = { list: { method: "GET", path: "/queries" }, create: { method: "POST", path: "/queries" } } as const;
const one = (method: "GET" | "PATCH" | "DELETE") => ({ method, path: "/queries/{id}" }) as const;
const part = (method: "GET" | "POST" | "PUT", name: string) => ({ method, path: `/queries/{id}/${name}` }) as const;

async function save(by: Person, body: object = {}): Promise<QueryView> {
  const text = { title: "Learners", warehouse: warehouse.id, sql: "select {{country}}", ...body };
  const answer = await call(collection.create, { headers: by.headers, body: text });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as QueryView;
}

const ask = (
  by: Person,
  operation: { method: "GET" | "PATCH" | "POST" | "PUT" | "DELETE"; path: string },
  id: string,
  body?: object,
  query?: string,
) => call(operation, { headers: by.headers, params: { id }, body, query });

describe("a saved query", () => {
  it("declares what its SQL asks for, is seen by who may use its warehouse, and run by viewers", async () => {
    const query = await save(ana, { sql: "select {{country}} where now() > {{period.from}}" });
    expect(query).toMatchObject({
      url: `http://127.0.0.1:3000/queries/${query.id}`,
      version: 1,
      owner: { user: { name: "Ana" }, team: null },
      parameters: [
        { name: "country", type: "text" },
        { name: "period", type: "dateRange" },
      ],
      may: { edit: true, run: true, verify: true },
    });
    const seen = await ask(viewer, one("GET"), query.id);
    expect(await seen.json()).toMatchObject({ id: query.id, may: { edit: false, run: true, verify: false } });
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["GET", "/versions", undefined],
      ["POST", "/executions", {}],
      ["PUT", "/favourite", { favourite: true }],
    ] as const)
      expect((await ask(stranger, { method, path: `/queries/{id}${path}` }, query.id, body)).status, path).toBe(404);
    const run = await ask(viewer, part("POST", "executions"), query.id, {
      parameters: { country: "US", period: "2026-01-01..2026-01-02" },
    });
    expect(run.status).toBe(202);
    const { id } = (await run.json()) as { id: string };
    expect(await db().execution.findUniqueOrThrow({ where: { id }, include: { statement: true } })).toMatchObject({
      queryId: query.id,
      queryVersion: 1,
      queryValues: { country: "US", period: "2026-01-01..2026-01-02" },
      parameters: { country: "US", "period.from": "2026-01-01", "period.to": "2026-01-03" },
      statement: { sql: "select $1 where now() > $2", parameters: ["US", "2026-01-01"] },
    });
  });

  it("is run by programs at the version that they pin, also after newer ones; one that is not there is refused", async () => {
    const query = await save(ana, { sql: "select {{country}}::text, 'one'" });
    const change = async (sql: string, version: number, name: string) => {
      const body = { sql, version, parameters: [{ name, type: "text" }] };
      expect((await ask(ana, one("PATCH"), query.id, body)).status).toBe(200);
    };
    await change("select {{city}}::text", 1, "city");
    const run = (body: object) => ask(viewer, part("POST", "executions"), query.id, body);
    const ran = async (body: object) => {
      const answer = await run(body);
      expect(answer.status).toBe(202);
      const { id } = (await answer.json()) as { id: string };
      const { queryVersion, statement } = await db().execution.findUniqueOrThrow({
        where: { id },
        include: { statement: true },
      });
      return [queryVersion, statement.sql, statement.parameters];
    };
    const first = [1, "select $1::text, 'one'", ["US"]];
    const country = { parameters: { country: "US" } };
    expect(await ran({ ...country, version: 1 })).toEqual(first);
    const second = [2, "select $1::text", ["Bonn"]];
    expect(await ran({ parameters: { city: "Bonn" } })).toEqual(second);
    await change("select {{country}}::text, 'three'", 2, "country");
    expect(await ran({ ...country, version: 1 })).toEqual(first);
    expect(await ran({ parameters: { city: "Bonn" }, version: 2 })).toEqual(second);
    expect(await ran(country)).toEqual([3, "select $1::text, 'three'", ["US"]]);
    // Its parameters are the version's, too.
    expect((await run({ ...country, version: 2 })).status).toBe(422);
    const before = await db().execution.count();
    const missing = await run({ version: 4 });
    expect([missing.status, await missing.json()]).toEqual([
      404,
      expect.objectContaining({ code: "not_found", detail: "This query has no version 4." }),
    ]);
    expect((await run({ version: 0 })).status).toBe(422);
    expect(await db().execution.count()).toBe(before);
  });

  it("says of a bad value at which field it stands, and runs nothing", async () => {
    const parameters = [
      { name: "day", type: "date" },
      { name: "country", type: "list", options: [{ value: "US" }], required: true },
    ];
    const query = await save(ana, { sql: "select {{day}}, {{country}}", parameters });
    const before = await db().execution.count();
    const answer = await ask(bo, part("POST", "executions"), query.id, {
      parameters: { day: "soon", country: "DE", x: 1 },
    });
    expect(answer.status).toBe(422);
    const { fields } = (await answer.json()) as { fields: { field: string; message: string }[] };
    expect(fields.map(({ field }) => field)).toEqual(["parameters.day", "parameters.country", "parameters.x"]);
    expect(fields[1]?.message).toContain("DE");
    expect(await db().execution.count()).toBe(before);
  });

  it("shows the latest answer of its version for the same values to who may see it", async () => {
    const query = await save(ana, { sql: "select {{country}}::text" });
    const run = async (by: Person, parameters: object, more: object = {}) => {
      const answer = await ask(by, part("POST", "executions"), query.id, { parameters, ...more });
      const { id } = (await answer.json()) as { id: string };
      // No worker runs here: the end is written as one would.
      await pool().query(
        `update statements set state = 'succeeded', finished_at = now(), columns = '[]', row_count = 1
         where id = (select statement_id from executions where id = $1)`,
        [id],
      );
      await pool().query("update executions set state = 'succeeded' where id = $1", [id]);
      return id;
    };
    const latest = async (by: Person, parameters: object) => {
      const answer = await ask(
        by,
        part("GET", "answer"),
        query.id,
        undefined,
        `?parameters=${encodeURIComponent(JSON.stringify(parameters))}`,
      );
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { execution: { id: string } | null }).execution?.id ?? null;
    };
    const us = await run(bo, { country: "US" });
    const de = await run(viewer, { country: "DE" });
    await run(ana, { country: "US" }, { limit: 1 });
    expect(await latest(viewer, { country: "US" })).toBe(us);
    expect(await latest(ana, { country: "DE" })).toBe(de);
    expect(await latest(ana, { country: "FR" })).toBeNull();
    expect(await latest(ana, {})).toBeNull();
    await pool().query(
      "update statements set expired_at = now() where id = (select statement_id from executions where id = $1)",
      [de],
    );
    expect(await latest(ana, { country: "DE" })).toBeNull();
    const body = { sql: "select {{country}}::text, 2" };
    expect((await ask(ana, one("PATCH"), query.id, body)).status).toBe(200);
    expect(await latest(ana, { country: "US" })).toBeNull();
  });
});

describe("two people who edit one query", () => {
  it("lose nothing: who comes second is told, with both texts", async () => {
    const query = await save(bo, { team: team.id, sql: "select 1" });
    const change = (by: Person, sql: string, version: number) => ask(by, one("PATCH"), query.id, { sql, version });
    // Both have come to the row before either may have it.
    const holder = await pool().connect();
    await holder.query("begin");
    await holder.query("select 1 from queries where id = $1 for update", [query.id]);
    const both = Promise.all([change(ana, "select 'ana'", 1), change(bo, "select 'bo'", 1)]);
    const waiting = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await pool().query(waiting)).rows[0]?.n, { timeout: 20_000 }).toBe(2);
    await holder.query("commit");
    holder.release();
    const answers = await both;
    const refused = answers.find(({ status }) => status === 409) as Response;
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers[0]?.status === 200 ? "ana" : "bo";
    expect(await refused.json()).toMatchObject({
      code: "conflict",
      base: { version: 1, sql: "select 1" },
      current: { version: 2, author: won === "ana" ? "Ana" : "Bo", sql: `select '${won}'` },
    });
    const lost = won === "ana" ? bo : ana;
    expect((await change(lost, "select 'both'", 2)).status).toBe(200);
    const versions = await ask(viewer, part("GET", "versions"), query.id);
    const { items } = (await versions.json()) as { items: { number: number; sql: string }[] };
    expect(items.map(({ number, sql }) => [number, sql])).toEqual([
      [3, "select 'both'"],
      [2, `select '${won}'`],
      [1, "select 1"],
    ]);
    const restored = await ask(bo, part("POST", "restore"), query.id, { number: 1, version: 3 });
    expect(await restored.json()).toMatchObject({ version: 4, sql: "select 1" });
  });

  it("lists the beginning of a long version and says so, and the version has all of it", async () => {
    const sql = `select '${"x".repeat(500_000)}'`;
    const query = await save(ana, { sql });
    const { items } = (await (await ask(viewer, part("GET", "versions"), query.id)).json()) as { items: object[] };
    expect(items).toMatchObject([{ number: 1, sql: sql.slice(0, 2_000), sqlCut: true, author: { name: "Ana" } }]);
    const version = (number: string) =>
      call(part("GET", "versions/{number}"), { headers: viewer.headers, params: { id: query.id, number } });
    expect(await (await version("1")).json()).toMatchObject({ sql, sqlCut: false });
    expect((await version("2")).status).toBe(404);
  });

  it("makes no version where nothing changed, nor for a change around the text", async () => {
    const query = await save(ana);
    const { title, sql, parameters } = query;
    const same = await ask(ana, one("PATCH"), query.id, { title, sql, parameters, version: 1 });
    expect(await same.json()).toMatchObject({ version: 1 });
    const gone = await ask(ana, one("DELETE"), query.id);
    expect(gone.status).toBe(204);
    const back = await ask(ana, one("PATCH"), query.id, { archived: false });
    expect(await back.json()).toMatchObject({ version: 1, archivedAt: null });
  });
});

describe("rights", () => {
  it("to change it have its owner, the owning team and admins; others make a copy", async () => {
    const query = await save(ana);
    for (const [method, path, body] of [
      ["PATCH", "", { title: "Mine" }],
      ["DELETE", "", undefined],
      ["POST", "/restore", { number: 1 }],
      ["PUT", "/verified", { verified: true }],
    ] as const)
      expect((await ask(bo, { method, path: `/queries/{id}${path}` }, query.id, body)).status, path).toBe(403);
    expect((await ask(ana, one("PATCH"), query.id, { team: team.id })).status).toBe(200);
    expect((await ask(bo, one("PATCH"), query.id, { title: "Ours" })).status).toBe(200);
    expect((await ask(viewer, one("PATCH"), query.id, { title: "x" })).status).toBe(403);
    const fork = await ask(bo, part("POST", "fork"), query.id, {});
    expect(await fork.json()).toMatchObject({ title: "Copy of Ours", owner: { user: { name: "Bo" }, team: null } });
    const other = await buildTeam();
    const refused = await ask(ana, one("PATCH"), query.id, { team: other.id });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("team");
  });

  it("stay with the team when the owner leaves, and an admin hands over what was theirs alone", async () => {
    const user = await buildUser({ name: "Leaver" });
    const [mine] = await db().teamMember.findMany({ where: { userId: ana.id, teamId: { not: team.id } } });
    const teams = [mine?.teamId ?? "", team.id];
    await db().teamMember.createMany({ data: teams.map((teamId) => ({ teamId, userId: user.id })) });
    const leaver: Person = { ...user, headers: bearer(await buildToken(user.id)) };
    const [ours, theirs] = [await save(leaver, { team: team.id }), await save(leaver)];
    await db().user.update({ where: { id: user.id }, data: { disabledAt: new Date() } });
    expect((await ask(viewer, part("POST", "executions"), theirs.id, {})).status).toBe(202);
    expect((await ask(bo, one("PATCH"), ours.id, { title: "Kept" })).status).toBe(200);
    expect((await ask(bo, one("PATCH"), theirs.id, { title: "Kept" })).status).toBe(403);
    const person = await buildUser({ role: "admin" });
    const admin: Person = { ...person, headers: bearer(await buildToken(person.id)) };
    for (const owner of [user.id, viewer.id, "nobody"])
      expect((await ask(admin, one("PATCH"), theirs.id, { owner })).status, owner).toBe(422);
    expect((await ask(admin, one("PATCH"), theirs.id, { owner: bo.id })).status).toBe(200);
    const kept = await ask(bo, one("PATCH"), theirs.id, { title: "Kept" });
    expect(await kept.json()).toMatchObject({ title: "Kept", owner: { user: { name: "Bo" } } });
  });

  it("to vouch for it has an owner, and the next edit takes the mark away", async () => {
    const query = await save(ana);
    const verified = await ask(ana, part("PUT", "verified"), query.id, { verified: true, version: 1 });
    expect(await verified.json()).toMatchObject({ verified: { by: "Ana" } });
    const edited = await ask(ana, one("PATCH"), query.id, { description: "Now with words" });
    expect(await edited.json()).toMatchObject({ version: 2, verified: null });
    expect((await ask(ana, part("PUT", "verified"), query.id, { verified: true, version: 1 })).status).toBe(409);
  });
});

describe("lists", () => {
  const list = async (by: Person, query: string) => {
    const answer = await call(collection.list, { headers: by.headers, query });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as { items: { id: string; title: string }[]; next: string | null };
  };

  it("find every word in title, description, SQL, tables, tags and owner, titles first, page by page", async () => {
    const made = [
      await save(ana, { title: "Churn by week", sql: "select * from shop.refunds" }),
      await save(bo, { title: "Revenue", description: "Net of churn", tags: ["money"] }),
      await save(bo, { title: "100% churn_rate", sql: "select 1 from x join refunds using (id)" }),
    ];
    const [week, revenue, rate] = made.map(({ id }) => id);
    const ids = async (query: string) => (await list(viewer, query)).items.map(({ id }) => id);
    expect(await ids("?q=churn")).toEqual([rate, week, revenue]);
    expect(await ids("?q=CHURN%20bo")).toEqual([rate, revenue]);
    expect(await ids("?q=money")).toEqual([revenue]);
    expect(await ids("?q=100%25")).toEqual([rate]);
    expect(await ids("?q=00%25")).toEqual([]);
    expect(await ids("?q=re&tag=money")).toEqual([revenue]);
    expect(await ids("?q=(%20churn&tag=money")).toEqual([revenue]);
    expect(await ids("?q=n_rate")).toEqual([rate]);
    expect(await ids("?table=shop.refunds")).toEqual([rate, week]);
    expect(await ids("?q=churn&tag=money")).toEqual([revenue]);
    expect((await list(stranger, "?q=churn")).items).toEqual([]);
    const first = await list(viewer, "?q=churn&limit=1");
    const second = await list(viewer, `?q=churn&limit=1&cursor=${first.next}`);
    const third = await list(viewer, `?q=churn&limit=1&cursor=${second.next}`);
    expect([first, second, third].map(({ items }) => items[0]?.id)).toEqual([rate, week, revenue]);
    expect(third.next).toBeNull();
    await ask(viewer, part("PUT", "favourite"), revenue as string, { favourite: true });
    expect(await ids("?favourite=true")).toEqual([revenue]);
    await ask(bo, one("DELETE"), revenue as string);
    expect(await ids("?q=churn")).toEqual([rate, week]);
    expect(await ids("?q=churn&archived=true")).toEqual([revenue]);
  });
});
