import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forgetWarehouses } from "@/lib/access/reader";
import type { InboxView } from "@/lib/inbox/schema";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import { askable } from "./data";
import type { RequestView } from "./schema";

type Person = Awaited<ReturnType<typeof buildUser>> & { headers: Record<string, string> };
let ana: Person;
let bo: Person;
let vi: Person;
let admin: Person;
let warehouse: Awaited<ReturnType<typeof buildWarehouse>>;
let team: { id: string };

const person = async (role: "viewer" | "editor" | "admin", name: string): Promise<Person> => {
  const user = await buildUser({ role, name });
  return { ...user, headers: bearer(await buildToken(user.id)) };
};

beforeAll(async () => {
  await testDatabase();
  admin = await person("admin", "Root");
});
beforeEach(async () => {
  [ana, bo, vi] = [await person("editor", "Ana"), await person("editor", "Bo"), await person("viewer", "Vi")];
  team = await buildTeam({ userIds: [ana.id, bo.id] });
  warehouse = await buildWarehouse({ teamIds: [team.id] });
});
afterAll(closeGate);

async function run(by: Person): Promise<string> {
  const body = { warehouse: warehouse.id, sql: `select 'secret ${Math.random()}'` };
  const answer = await call({ method: "POST", path: "/executions" }, { headers: by.headers, body });
  return ((await answer.json()) as { id: string }).id;
}

const ask = (by: Person, id: string, kind = "execution") =>
  call({ method: "POST", path: "/access-requests" }, { headers: by.headers, body: { kind, id } });
const asked = async (by: Person, id: string, kind?: string) => (await (await ask(by, id, kind)).json()) as RequestView;
const answer = (by: Person, id: string, granted: boolean) =>
  call(
    { method: "POST", path: "/access-requests/{id}/answer" },
    { headers: by.headers, params: { id }, body: { granted } },
  );
const opens = async (by: Person, id: string) =>
  (await call({ method: "GET", path: "/executions/{id}" }, { headers: by.headers, params: { id } })).status;
const inbox = async (by: Person) =>
  (await (await call({ method: "GET", path: "/inbox" }, { headers: by.headers })).json()) as InboxView;

describe("a request for access", () => {
  it("reaches the owner, who opens it to the one who asked, and tells nothing before", async () => {
    const id = await run(ana);
    const response = await ask(vi, id);
    expect(response.status).toBe(201);
    const text = await response.text();
    expect(text).not.toContain("secret");
    const request = JSON.parse(text) as RequestView;
    expect(request).toMatchObject({ state: "open", title: null, user: { name: "Vi" }, mayAnswer: false });
    expect((await asked(vi, id)).id).toBe(request.id);
    expect(await inbox(bo)).toMatchObject({ unread: 0 });
    const told = await inbox(ana);
    expect(told).toMatchObject({
      unread: 1,
      items: [{ kind: "request", request: request.id, path: `/executions/${id}`, read: false }],
    });
    expect(told.items[0]?.text).toContain("Vi asks to see");
    expect((await answer(bo, request.id, true)).status).toBe(404);
    expect((await answer(vi, request.id, true)).status).toBe(404);
    expect((await answer(ana, request.id, true)).status).toBe(200);
    expect(await opens(vi, id)).toBe(200);
    expect(await inbox(ana)).toMatchObject({ unread: 0, items: [{ request: null, read: true }] });
    expect(await inbox(vi)).toMatchObject({ unread: 1, items: [{ kind: "answer", path: `/executions/${id}` }] });
    expect((await answer(ana, request.id, false)).status).toBe(409);
    expect((await ask(vi, id)).status).toBe(409);
    const log = await db().auditEntry.findMany({ where: { object: `request:${request.id}` }, orderBy: { id: "asc" } });
    expect(log.map(({ action }) => action)).toEqual(["request.create", "request.answer"]);
  });

  it("that is declined opens nothing, names nothing, and may be made again", async () => {
    const id = await run(ana);
    const { id: request } = await asked(vi, id);
    expect((await answer(ana, request, false)).status).toBe(200);
    expect(await opens(vi, id)).toBe(404);
    const { items } = await inbox(vi);
    expect(items[0]?.text).toBe("Ana did not open to you what you asked for.");
    expect((await asked(vi, id)).id).not.toBe(request);
  });

  it("is asked of the admins once the owner has left or lost the grant, and of the team that owns a query", async () => {
    const id = await run(ana);
    await db().user.update({ where: { id: ana.id }, data: { disabledAt: new Date() } });
    const { id: request } = await asked(vi, id);
    const told = (await inbox(admin)).items.find((one) => one.request === request);
    expect(told?.path).toBe(`/executions/${id}`);
    expect((await answer(admin, request, true)).status).toBe(200);
    expect(await opens(vi, id)).toBe(200);

    const title = { warehouse: warehouse.id, title: "Learners", sql: "select 1", team: team.id };
    const made = await call({ method: "POST", path: "/queries" }, { headers: bo.headers, body: title });
    const query = ((await made.json()) as { id: string }).id;
    const another = await person("editor", "Cy");
    await db().teamMember.create({ data: { teamId: team.id, userId: another.id } });
    await db().user.update({ where: { id: bo.id }, data: { disabledAt: new Date() } });
    const ofTeam = await asked(vi, query, "query");
    expect((await inbox(another)).items.map((one) => one.request)).toEqual([ofTeam.id]);
    expect((await answer(another, ofTeam.id, true)).status).toBe(200);

    const theirs = await run(another);
    await db().grant.deleteMany({ where: { warehouseId: warehouse.id } });
    forgetWarehouses();
    const last = await asked(vi, theirs);
    expect((await inbox(admin)).items.map((one) => one.request)).toContain(last.id);
    // Who has nothing to share cannot open it, and is told why.
    expect((await answer(another, last.id, true)).status).toBe(403);
  });

  it("may be made of what exists only, and of what was shared once it says why it is closed", async () => {
    const id = await run(ana);
    expect((await ask(vi, "01hzzzzzzzzzzzzzzzzzzzzzzz")).status).toBe(404);
    const ctx = await contextFor(vi.id);
    const ref = { kind: "execution", id } as const;
    expect(await askable(ctx, { ...ref, id: "01hzzzzzzzzzzzzzzzzzzzzzzz" })).toBeNull();
    expect(await askable(ctx, ref)).toEqual({ asked: false, closed: null });
    await ask(vi, id);
    expect(await askable(ctx, ref)).toEqual({ asked: true, closed: null });
    const body = { ...ref, audience: "person", to: vi.id };
    const made = await call({ method: "POST", path: "/shares" }, { headers: ana.headers, body });
    await db().share.update({
      where: { id: ((await made.json()) as { id: string }).id },
      data: { revokedAt: new Date() },
    });
    expect(await askable(ctx, ref)).toEqual({ asked: true, closed: "Ana shared it with you. It was taken back." });
  });
});

describe("the inbox", () => {
  it("has what failed while its author looked elsewhere, until they are shown it or mark it", async () => {
    const failed = [await run(ana), await run(ana)];
    await pool().query("update executions set state = 'failed', finished_at = now() where id = any($1)", [failed]);
    expect(await inbox(bo)).toMatchObject({ unread: 0 });
    const seen = await inbox(ana);
    expect(seen.unread).toBe(2);
    expect(seen.items.map(({ kind, id }) => [kind, id]).sort()).toEqual(failed.map((id) => ["failure", id]).sort());
    // Somebody else's look is not theirs.
    expect(await opens(bo, failed[0] ?? "")).toBe(200);
    expect(await opens(ana, failed[1] ?? "")).toBe(200);
    await expect.poll(async () => (await inbox(ana)).items.map(({ id }) => id)).toEqual([failed[0]]);
    const mark = (by: Person, body: object) =>
      call({ method: "PUT", path: "/inbox/read" }, { headers: by.headers, body });
    expect((await mark(bo, { ids: [failed[0]] })).status).toBe(204);
    expect((await inbox(ana)).unread).toBe(1);
    expect((await mark(ana, {})).status).toBe(204);
    expect(await inbox(ana)).toMatchObject({ unread: 0, items: [] });
  });

  it("keeps a notice that was read, and gives it back its mark", async () => {
    const id = await run(ana);
    await ask(vi, id);
    const [notice] = (await inbox(ana)).items;
    const mark = (read: boolean) =>
      call({ method: "PUT", path: "/inbox/read" }, { headers: ana.headers, body: { ids: [notice?.id], read } });
    await mark(true);
    expect(await inbox(ana)).toMatchObject({ unread: 0, items: [{ id: notice?.id, read: true }] });
    await mark(false);
    expect(await inbox(ana)).toMatchObject({ unread: 1, items: [{ read: false }] });
  });
});
