import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forgetWarehouses } from "@/lib/access/reader";
import { forgetTokens } from "@/lib/access/tokens";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import { openLink } from "./open-link";
import type { MadeShare, SharedWithMe, ShareView } from "./schema";

type Person = Awaited<ReturnType<typeof buildUser>> & { headers: Record<string, string> };
let ana: Person;
let bo: Person;
let vi: Person;
let outer: Person;
let all: { id: string };
let outside: { id: string };
let warehouse: Awaited<ReturnType<typeof buildWarehouse>>;

const person = async (role: "viewer" | "editor", name: string): Promise<Person> => {
  const user = await buildUser({ role, name });
  return { ...user, headers: bearer(await buildToken(user.id)) };
};

beforeAll(async () => {
  await testDatabase();
  // Who may make links is tested beside the rights.
  await db().right.create({ data: { name: "link", scope: "role", scopeId: "editor" } });
});
// A company of its own for each: what one case takes from a person must not close another's share.
beforeEach(async () => {
  [ana, bo] = [await person("editor", "Ana"), await person("editor", "Bo")];
  [vi, outer] = [await person("viewer", "Vi"), await person("editor", "Outer")];
  all = await buildTeam({ userIds: [ana.id, bo.id] });
  outside = await buildTeam({ userIds: [vi.id] });
  warehouse = await buildWarehouse({ teamIds: [all.id] });
});
afterAll(closeGate);

async function run(by: Person, sql = `select ${Math.random()}`): Promise<string> {
  const body = { warehouse: warehouse.id, sql };
  const answer = await call({ method: "POST", path: "/executions" }, { headers: by.headers, body });
  return ((await answer.json()) as { id: string }).id;
}

async function save(by: Person, sql = "select {{country}}::text"): Promise<string> {
  const body = { warehouse: warehouse.id, title: "Learners", sql };
  const answer = await call({ method: "POST", path: "/queries" }, { headers: by.headers, body });
  return ((await answer.json()) as { id: string }).id;
}

async function share(by: Person, body: object): Promise<MadeShare> {
  const answer = await call({ method: "POST", path: "/shares" }, { headers: by.headers, body });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as MadeShare;
}

const opens = async (by: Person, id: string, path = "/executions/{id}") =>
  (await call({ method: "GET", path }, { headers: by.headers, params: { id } })).status;
const revoke = (by: Person, id: string) =>
  call({ method: "DELETE", path: "/shares/{id}" }, { headers: by.headers, params: { id } });
const runs = (by: Person, id: string, body: object = {}) =>
  call({ method: "POST", path: "/queries/{id}/executions" }, { headers: by.headers, params: { id }, body });
const received = async (by: Person) => {
  const answer = await call({ method: "GET", path: "/shared-with-me" }, { headers: by.headers });
  // What another case shared with the whole company is not asked about.
  const mine = ({ sharer }: SharedWithMe) => [ana.id, bo.id, vi.id, outer.id].includes(sharer.id);
  return ((await answer.json()) as { items: SharedWithMe[] }).items.filter(mine);
};
const listed = async (by: Person, kind: string, id: string) => {
  const answer = await call(
    { method: "GET", path: "/shares" },
    { headers: by.headers, query: `?kind=${kind}&id=${id}` },
  );
  return ((await answer.json()) as { items: ShareView[] }).items;
};
async function takeGrant(): Promise<void> {
  await db().grant.deleteMany({ where: { warehouseId: warehouse.id } });
  forgetWarehouses();
}

describe("a shared execution", () => {
  it("opens to the person, and to nobody else, until it is revoked", async () => {
    const id = await run(ana);
    expect(await opens(vi, id)).toBe(404);
    const { id: shareId } = await share(ana, { kind: "execution", id, audience: "person", to: vi.id });
    for (const path of ["/executions/{id}", "/executions/{id}/rows"])
      expect(await opens(vi, id, path), path).not.toBe(404);
    expect(await opens(outer, id)).toBe(404);
    expect(await received(vi)).toMatchObject([{ objectId: id, sharer: { name: "Ana" }, path: `/executions/${id}` }]);
    expect((await revoke(vi, shareId)).status).toBe(404);
    expect((await revoke(ana, shareId)).status).toBe(204);
    expect(await opens(vi, id)).toBe(404);
    expect(await received(vi)).toEqual([]);
    const log = await db().auditEntry.findMany({ where: { object: `share:${shareId}` }, orderBy: { id: "asc" } });
    expect(log.map(({ action, userId }) => [action, userId])).toEqual([
      ["share.create", ana.id],
      ["share.revoke", ana.id],
    ]);
  });

  it("opens to a team, to the company, and to whoever follows the link, and notes who opened it", async () => {
    const [one, two, three] = [await run(ana), await run(ana), await run(ana)];
    await share(ana, { kind: "execution", id: one, audience: "team", to: outside.id });
    expect([await opens(vi, one), await opens(outer, one)]).toEqual([200, 404]);
    await share(ana, { kind: "execution", id: two, audience: "company" });
    expect([await opens(vi, two), await opens(outer, two)]).toEqual([200, 200]);
    const link = await share(ana, { kind: "execution", id: three, audience: "link", expiresInDays: 7 });
    expect(await opens(vi, three)).toBe(404);
    const token = link.url.slice(link.url.lastIndexOf("/") + 1);
    expect(await openLink(await contextFor(vi.id), token)).toEqual({ path: `/executions/${three}` });
    expect([await opens(vi, three), await opens(outer, three)]).toEqual([200, 404]);
    await expect.poll(async () => (await listed(ana, "execution", three))[0]?.openings.people).toBe(1);
    await expect.poll(async () => (await listed(ana, "execution", one))[0]?.openings.count).toBe(1);
    expect(JSON.stringify(await db().share.findMany())).not.toContain(token);
  });

  it("is closed to whoever has the link after it expired or was revoked, and says so", async () => {
    const id = await run(ana);
    const link = await share(ana, { kind: "execution", id, audience: "link", expiresInDays: 7 });
    const token = link.url.slice(link.url.lastIndexOf("/") + 1);
    const ctx = await contextFor(vi.id);
    await openLink(ctx, token);
    await db().share.update({ where: { id: link.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await opens(vi, id)).toBe(404);
    await expect(openLink(ctx, token)).rejects.toMatchObject({
      code: "gone",
      message: expect.stringContaining("expired"),
    });
    await db().share.update({ where: { id: link.id }, data: { expiresAt: new Date(Date.now() + 60_000) } });
    expect(await opens(vi, id)).toBe(200);
    await revoke(ana, link.id);
    expect(await opens(vi, id)).toBe(404);
    await expect(openLink(ctx, token)).rejects.toMatchObject({
      code: "gone",
      message: expect.stringContaining("taken back"),
    });
    await expect(openLink(ctx, "s_nothing")).rejects.toMatchObject({ code: "not_found" });
  });

  it("closes when the sharer loses the grant, also where they ran it, and opens with it again", async () => {
    const id = await run(ana);
    const link = await share(ana, { kind: "execution", id, audience: "link", expiresInDays: 7 });
    const token = link.url.slice(link.url.lastIndexOf("/") + 1);
    await share(ana, { kind: "execution", id, audience: "person", to: vi.id });
    expect(await opens(vi, id)).toBe(200);
    await takeGrant();
    expect(await opens(ana, id)).toBe(200);
    expect(await opens(vi, id)).toBe(404);
    expect(await received(vi)).toEqual([]);
    expect((await listed(ana, "execution", id)).map(({ closed }) => closed)).toEqual([
      expect.stringContaining("may not open it any more"),
      expect.stringContaining("may not open it any more"),
    ]);
    await expect(openLink(await contextFor(vi.id), token)).rejects.toMatchObject({ code: "gone" });
    const again = await call(
      { method: "POST", path: "/shares" },
      { headers: ana.headers, body: { kind: "execution", id, audience: "company" } },
    );
    expect(again.status).toBe(403);
    await db().grant.create({ data: { teamId: all.id, warehouseId: warehouse.id, readerId: warehouse.readerId } });
    forgetWarehouses();
    expect(await opens(vi, id)).toBe(200);
  });

  it("closes when its sharer is disabled or leaves the team, and the owner's own share stays", async () => {
    const id = await run(ana);
    await share(bo, { kind: "execution", id, audience: "person", to: vi.id });
    await share(ana, { kind: "execution", id, audience: "person", to: outer.id });
    expect(await opens(vi, id)).toBe(200);
    await db().user.update({ where: { id: bo.id }, data: { disabledAt: new Date() } });
    expect([await opens(vi, id), await opens(outer, id)]).toEqual([404, 200]);
    await db().user.update({ where: { id: bo.id }, data: { disabledAt: null } });
    expect(await opens(vi, id)).toBe(200);
    await db().teamMember.deleteMany({ where: { userId: bo.id } });
    expect([await opens(vi, id), await opens(outer, id)]).toEqual([404, 200]);
    await db().user.update({ where: { id: ana.id }, data: { disabledAt: new Date() } });
    expect(await opens(outer, id)).toBe(404);
  });

  it("may be shared on, never longer nor wider than it was shared", async () => {
    const id = await run(ana);
    const first = await share(ana, { kind: "execution", id, audience: "person", to: vi.id });
    await share(vi, { kind: "execution", id, audience: "person", to: outer.id });
    expect(await opens(outer, id)).toBe(200);
    // Nor does sharing it back keep it open between the two.
    await share(outer, { kind: "execution", id, audience: "person", to: vi.id });
    await revoke(ana, first.id);
    expect([await opens(outer, id), await opens(vi, id)]).toEqual([404, 404]);
  });

  it("is refused where one has nothing to share, and at the field that is wrong", async () => {
    const id = await run(ana);
    const refused = async (by: Person, body: object) => {
      const answer = await call({ method: "POST", path: "/shares" }, { headers: by.headers, body });
      return [answer.status, ((await answer.json()) as { fields?: { field: string }[] }).fields?.[0]?.field];
    };
    const whole = { kind: "execution", id, audience: "person", to: vi.id };
    expect(await refused(outer, whole)).toEqual([404, undefined]);
    expect(await refused(ana, { ...whole, to: "nobody" })).toEqual([422, "to"]);
    expect(await refused(ana, { ...whole, to: ana.id })).toEqual([422, "to"]);
    expect(await refused(ana, { ...whole, to: null })).toEqual([422, "to"]);
    expect(await refused(ana, { ...whole, allows: "run" })).toEqual([422, "allows"]);
    expect(await refused(ana, { ...whole, audience: "link", to: null })).toEqual([422, "expiresInDays"]);
  });
});

describe("a shared query", () => {
  it("is seen with its answers, and run only where it was shared so, by the sharer's grant and the reader's limits", async () => {
    const id = await save(ana);
    const seeing = await share(ana, { kind: "query", id, audience: "person", to: vi.id });
    expect(await opens(vi, id, "/queries/{id}")).toBe(200);
    const refused = await runs(vi, id, { parameters: { country: "US" } });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("to see, not to run");
    await revoke(ana, seeing.id);
    const running = await share(ana, { kind: "query", id, audience: "team", to: outside.id, allows: "run" });
    const answer = await runs(vi, id, { parameters: { country: "US" } });
    expect(answer.status).toBe(202);
    const execution = ((await answer.json()) as { id: string }).id;
    const stored = await db().execution.findUniqueOrThrow({
      where: { id: execution },
      include: { statement: { include: { work: true } } },
    });
    expect(stored).toMatchObject({
      userId: vi.id,
      shareId: running.id,
      statement: { readerId: warehouse.readerId, work: { userId: vi.id } },
    });
    expect(await opens(vi, execution)).toBe(200);
    // What they ran by the share they lose with it.
    await revoke(ana, running.id);
    expect([await opens(vi, execution), await opens(vi, id, "/queries/{id}")]).toEqual([404, 404]);
    expect((await runs(vi, id)).status).toBe(404);
    const history = await call({ method: "GET", path: "/executions" }, { headers: vi.headers });
    expect(await history.json()).toMatchObject({ items: [] });
  });

  it("runs no text that another wrote into it since, and what the sharer wrote", async () => {
    const id = await save(ana);
    await share(ana, { kind: "query", id, audience: "person", to: vi.id, allows: "run" });
    const change = async (by: Person, version: number, sql: string) => {
      const body = { version, sql };
      const answer = await call(
        { method: "PATCH", path: "/queries/{id}" },
        { headers: by.headers, params: { id }, body },
      );
      expect(answer.status, await answer.clone().text()).toBe(200);
    };
    expect((await runs(vi, id)).status).toBe(202);
    await change(ana, 1, "select 2, {{country}}::text");
    expect((await runs(vi, id)).status).toBe(202);
    await db().query.update({ where: { id }, data: { teamId: all.id } });
    await change(bo, 2, "select 'what Ana may read'");
    const refused = await runs(vi, id);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("Version 3");
    const view = await call({ method: "GET", path: "/queries/{id}" }, { headers: vi.headers, params: { id } });
    expect(await view.json()).toMatchObject({ may: { run: false } });
    expect((await runs(vi, id, { version: 2 })).status).toBe(202);
  });

  it("shows the latest answer that the sharer may open, and none of another reader's", async () => {
    const id = await save(ana);
    await share(ana, { kind: "query", id, audience: "person", to: vi.id });
    const done = async (by: Person, country: string) => {
      const execution = ((await (await runs(by, id, { parameters: { country } })).json()) as { id: string }).id;
      await pool().query(
        `with s as (update statements set state = 'succeeded', finished_at = now(), columns = '[]', row_count = 1
           where id = (select statement_id from executions where id = $1))
         update executions set state = 'succeeded' where id = $1`,
        [execution],
      );
      return execution;
    };
    const latest = async (country: string) => {
      const query = `?parameters=${encodeURIComponent(JSON.stringify({ country }))}`;
      const answer = await call(
        { method: "GET", path: "/queries/{id}/answer" },
        { headers: vi.headers, params: { id }, query },
      );
      return ((await answer.json()) as { execution: { id: string } | null }).execution?.id ?? null;
    };
    const bos = await done(bo, "US");
    expect(await latest("US")).toBe(bos);
    expect(await opens(vi, bos)).toBe(200);
    const far = await buildTeam({ userIds: [outer.id] });
    const reader = { id: `r${far.id}`, kind: "reader", name: "wide", username: "w", secret: "s" } as const;
    await db().warehouseRole.create({ data: { ...reader, warehouseId: warehouse.id } });
    await db().grant.create({ data: { teamId: far.id, warehouseId: warehouse.id, readerId: reader.id } });
    forgetWarehouses();
    const theirs = await done(outer, "DE");
    expect(await latest("DE")).toBeNull();
    expect([await opens(vi, theirs), await opens(ana, theirs)]).toEqual([404, 404]);
  });

  it("brings the lists of its form along to whoever may run it, and no others", async () => {
    const create = async (by: Person, body: object) => {
      const answer = await call({ method: "POST", path: "/queries" }, { headers: by.headers, body });
      expect(answer.status, await answer.clone().text()).toBe(201);
      return ((await answer.json()) as { id: string }).id;
    };
    const list = await create(ana, { warehouse: warehouse.id, title: "Countries", sql: "select 'DE' as country" });
    const other = await create(ana, { warehouse: warehouse.id, title: "Salaries", sql: "select 'DE' as country" });
    const form = await create(ana, {
      ...{ warehouse: warehouse.id, title: "Learners", sql: "select {{country}}::text" },
      parameters: [{ name: "country", type: "queryList", query: list }],
    });
    const { id: execution } = (await (await runs(ana, list)).json()) as { id: string };
    await pool().query(
      `with s as (update statements set state = 'succeeded', finished_at = now(), row_count = 1, head = 'DE\n', head_rows = 1,
         columns = '[{"name":"country","type":"text"}]' where id = (select statement_id from executions where id = $1))
       update executions set state = 'succeeded' where id = $1`,
      [execution],
    );
    const choices = async (id: string, of?: string) => {
      const asked = { headers: vi.headers, params: { id }, body: of ? { form: of } : {} };
      const answer = await call({ method: "POST", path: "/queries/{id}/choices" }, asked);
      return answer.status === 200 ? ((await answer.json()) as { choices: object[] }).choices : answer.status;
    };
    const seen = await share(ana, { kind: "query", id: form, audience: "person", to: vi.id });
    expect(await choices(list, form)).toBe(404);
    await revoke(ana, seen.id);
    const shared = await share(ana, { kind: "query", id: form, audience: "person", to: vi.id, allows: "run" });
    expect(await choices(list, form)).toEqual([{ value: "DE", label: "DE" }]);
    expect([await choices(list), await choices(other, form), await choices(list, other)]).toEqual([404, 404, 404]);
    expect(await opens(vi, list, "/queries/{id}")).toBe(404);

    // What another makes of the list since is not what the sharer showed.
    await db().query.update({ where: { id: list }, data: { teamId: all.id } });
    const change = { version: 1, sql: "select 'what Ana may read' as country" };
    await call({ method: "PATCH", path: "/queries/{id}" }, { headers: bo.headers, params: { id: list }, body: change });
    expect(await choices(list, form)).toBe(404);
    await revoke(ana, shared.id);
    expect(await choices(list, form)).toBe(404);
  });

  it("closes with its sharer's account, also what was run by it", async () => {
    const id = await save(ana);
    await share(ana, { kind: "query", id, audience: "person", to: vi.id, allows: "run" });
    const execution = ((await (await runs(vi, id)).json()) as { id: string }).id;
    await db().user.update({ where: { id: ana.id }, data: { disabledAt: new Date() } });
    forgetTokens();
    expect([await opens(vi, id, "/queries/{id}"), await opens(vi, execution)]).toEqual([404, 404]);
    expect((await runs(vi, id)).status).toBe(404);
    // The team still has it, and somebody of it may share it again.
    await share(bo, { kind: "query", id, audience: "person", to: vi.id });
    expect([await opens(vi, id, "/queries/{id}"), await opens(vi, execution)]).toEqual([200, 200]);
  });
});
