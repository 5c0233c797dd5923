import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { openLink } from "@/lib/shares/open-link";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import { buildArtifact, buildFailedRun, buildStoredFile } from "@/lib/testing/runs";
import { rightsOf } from "./rights";
import type { RightView } from "./schema";

type Person = Awaited<ReturnType<typeof buildUser>> & { headers: Record<string, string> };
let [admin, editor, viewer, other] = [{}, {}, {}, {}] as [Person, Person, Person, Person];
let team: { id: string };
let execution: string;
/** As the migrations have left it. */
let fresh: unknown[];

const person = async (role: "admin" | "editor" | "viewer", name: string): Promise<Person> => {
  const user = await buildUser({ role, name });
  return { ...user, headers: bearer(await buildToken(user.id)) };
};

beforeAll(async () => {
  await testDatabase();
  fresh = await db().right.findMany();
  [admin, editor] = [await person("admin", "Cleo"), await person("editor", "Ed")];
  [viewer, other] = [await person("viewer", "Vi"), await person("viewer", "Outer")];
  team = await buildTeam({ name: "Growth", userIds: [editor.id, viewer.id] });
  const warehouse = await buildWarehouse({ teamIds: [team.id] });
  const answer = await call(
    { method: "POST", path: "/executions" },
    { headers: editor.headers, body: { warehouse: warehouse.id, sql: "select 1" } },
  );
  execution = ((await answer.json()) as { id: string }).id;
  await pool().query(
    `with s as (update statements set state = 'succeeded', finished_at = now(), row_count = 1, head = '1\n', head_rows = 1,
       columns = '[{"name":"n","type":"integer"}]' where id = (select statement_id from executions where id = $1))
     update executions set state = 'succeeded', finished_at = now() where id = $1`,
    [execution],
  );
});
afterAll(closeGate);

const download = (by: Person) =>
  call(
    { method: "GET", path: "/executions/{id}/download" },
    { headers: by.headers, params: { id: execution }, query: "?format=csv" },
  );
const share = (by: Person) =>
  call(
    { method: "POST", path: "/shares" },
    { headers: by.headers, body: { kind: "execution", id: execution, audience: "link", expiresInDays: 7 } },
  );
const set = (right: string, scope: string, id: string, allowed: boolean, by = admin) =>
  call({ method: "PUT", path: "/rights" }, { headers: by.headers, body: { right, scope, id, allowed } });
const has = async (by: Person) => rightsOf(await contextFor(by.id));

const migrationOf = (name: string) => readFileSync(`prisma/migrations/${name}/migration.sql`, "utf8");
/** What stood there before this test, so that a second try of it begins from the same. */
beforeEach(() => db().right.deleteMany());

describe("an installation", () => {
  it("begins with nothing for anybody, admins too", async () => {
    expect(fresh).toEqual([]);
  });

  it("that had people before keeps for everybody what everybody could do", async () => {
    const text = migrationOf("20261122002310_rights");
    await pool().query(text.slice(text.indexOf("insert into rights")));
    await pool().query(migrationOf("20261123101000_downloads_off"));
    expect(await Promise.all([admin, editor, viewer].map(has))).toEqual([
      ["download", "link"],
      ["download", "link"],
      ["download", "link"],
    ]);
  });
});

describe("downloading", () => {
  it("is refused with whom to ask, and allowed to a role, a team or a person", async () => {
    const refused = await download(viewer);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("Ask Cleo");
    const own = await download(admin);
    expect(own.status).toBe(403);
    expect(await own.text()).toContain("allow it on the page Rights of Admin");
    await set("download", "role", "editor", true);
    expect((await download(editor)).status).toBe(200);
    for (const [scope, id] of [
      ["role", "viewer"],
      ["team", team.id],
      ["person", viewer.id],
    ] as const) {
      expect((await set("download", scope, id, true)).status).toBe(200);
      expect((await download(viewer)).status, scope).toBe(200);
      await set("download", scope, id, false);
      expect((await download(viewer)).status, scope).toBe(403);
    }
    await set("download", "role", "editor", false);
    expect((await download(editor)).status).toBe(403);
  });

  it("is asked of files that a pipeline keeps and of what its stages hand on, too", async () => {
    const { pipeline, run } = await buildFailedRun(await contextFor(editor.id));
    const file = await buildStoredFile(pipeline, run);
    await buildArtifact(run);
    const ways = [
      () => call({ method: "GET", path: "/files/{id}/download" }, { headers: editor.headers, params: { id: file } }),
      () =>
        call(
          { method: "GET", path: "/runs/{id}/artifacts/{stage}/{output}/download" },
          { headers: editor.headers, params: { id: run, stage: "a", output: "rows" } },
        ),
    ];
    for (const way of ways) {
      const refused = await way();
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain("Downloading is not allowed to you. Ask Cleo");
    }
    await set("download", "person", editor.id, true);
    // There is nothing of either in the store.
    for (const way of ways) expect((await way()).status).toBe(410);
  });

  it("tells who may not open an execution nothing of it", async () => {
    expect((await download(other)).status).toBe(404);
  });
});

describe("a link", () => {
  it("is made with the right only, closes with it, and opens with it again", async () => {
    const refused = await share(editor);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("Ask Cleo");
    expect(await db().share.count()).toBe(0);
    await set("link", "team", team.id, true);
    const made = await share(editor);
    expect(made.status).toBe(201);
    const { url } = (await made.json()) as { url: string };
    const token = url.slice(url.lastIndexOf("/") + 1);
    const opens = async () =>
      (await call({ method: "GET", path: "/executions/{id}" }, { headers: other.headers, params: { id: execution } }))
        .status;
    expect(await opens()).toBe(404);
    await openLink(await contextFor(other.id), token);
    expect(await opens()).toBe(200);
    await set("link", "team", team.id, false);
    expect(await opens()).toBe(404);
    await expect(openLink(await contextFor(other.id), token)).rejects.toMatchObject({
      code: "gone",
      message: expect.stringContaining("may not make such links any more"),
    });
    const list = await call(
      { method: "GET", path: "/shares" },
      { headers: editor.headers, query: `?kind=execution&id=${execution}` },
    );
    expect(await list.text()).toContain("may not make such links any more");
    await set("link", "person", editor.id, true);
    expect(await opens()).toBe(200);
  });
});

describe("who is allowed what", () => {
  it("is written by admins, for roles, teams and people that there are, and logged", async () => {
    const answer = await set("download", "person", viewer.id, true);
    const { items } = (await answer.json()) as { items: RightView[] };
    expect(items.find(({ id }) => id === viewer.id)).toMatchObject({
      name: "Vi",
      scope: "person",
      by: { name: "Cleo" },
    });
    await set("download", "person", viewer.id, false);
    for (const scope of ["role", "team", "person"])
      expect((await set("download", scope, "nobody", true)).status, scope).toBe(422);
    expect((await set("download", "role", "viewer", true, editor)).status).toBe(403);
    const log = await db().auditEntry.findMany({ where: { object: `user:${viewer.id}` }, orderBy: { id: "asc" } });
    expect(log.slice(-2).map(({ action, userId }) => [action, userId])).toEqual([
      ["right.allow", admin.id],
      ["right.take", admin.id],
    ]);
  });

  it("ends with the team", async () => {
    const gone = await buildTeam({ userIds: [viewer.id] });
    await set("download", "team", gone.id, true);
    expect(await has(viewer)).toEqual(["download"]);
    await db().team.delete({ where: { id: gone.id } });
    expect(await has(viewer)).toEqual([]);
    const list = await call({ method: "GET", path: "/rights" }, { headers: admin.headers });
    expect(await list.text()).not.toContain(gone.id);
  });
});
