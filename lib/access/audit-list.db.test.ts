import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { setLimit } from "@/lib/gate/limits";
import { addPause, endPause } from "@/lib/gate/pauses";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { allowRight } from "./allow-right";
import { type AuditFilter, listAudit } from "./audit-list";
import { describeObjects, objectsNamed } from "./audit-objects";
import type { Context } from "./context";
import { exportAudit } from "./export-audit";

let admin: Context;
let editor: Context;
let team: { id: string; name: string };

const month = 31 * 86_400_000;

beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin", name: "Ana" });
  editor = await buildPerson();
  team = await buildTeam({ name: "=growth" });
  const entry = (values: object, at = Date.now()) =>
    db().auditEntry.create({
      data: { id: newId(at), at: new Date(at), userId: admin.user.id, action: "x", object: "x:1", ...values },
    });
  await entry({ action: "team.create", object: `team:${team.id}`, address: "10.0.0.7" });
  await entry({ action: "team.update", object: `team:${team.id}`, detail: { name: "renamed" } });
  await entry({
    action: "token.create",
    object: "token:gone",
    userId: editor.user.id,
    detail: { name: "nightly, report" },
  });
  await entry({ action: "team.delete", object: "team:old" }, Date.now() - 3 * month);
  await entry({ action: "user.create", object: "user:coming" }, Date.now() + 5 * month);
});

const found = async (filter: Partial<AuditFilter>) =>
  (await listAudit(admin, { limit: 50, ...filter })).items.map(({ action }) => action);

describe("the audit log", () => {
  it("has what was written before, in this month and after those that were made, newest first", async () => {
    expect(await found({})).toEqual(["user.create", "token.create", "team.update", "team.create", "team.delete"]);
  });

  it.each<[string, () => Partial<AuditFilter>, string[]]>([
    ["who", () => ({ user: editor.user.id }), ["token.create"]],
    ["what, as it begins", () => ({ action: "team." }), ["team.update", "team.create", "team.delete"]],
    ["who and what", () => ({ user: admin.user.id, action: "token." }), []],
    ["about what", () => ({ object: `team:${team.id}` }), ["team.update", "team.create"]],
    ["where from", () => ({ address: "10.0.0.7" }), ["team.create"]],
    ["the name of what it is about", () => ({ q: "GROW" }), ["team.update", "team.create"]],
    ["words of what was given", () => ({ q: "nightly" }), ["token.create"]],
    ["words and what", () => ({ q: "grow", action: "team.c" }), ["team.create"]],
    ["words that mean something else in a pattern", () => ({ q: "%%%" }), []],
    ["until when", () => ({ to: new Date(Date.now() - month).toISOString() }), ["team.delete"]],
    ["since when", () => ({ from: new Date(Date.now() + month).toISOString() }), ["user.create"]],
  ])("is found by %s", async (_, filter, expected) => {
    expect(await found(filter())).toEqual(expected);
  });

  it("goes on after the last of a page, with no entry twice", async () => {
    const first = await listAudit(admin, { action: "team.", limit: 2 });
    const rest = await listAudit(admin, { action: "team.", limit: 2, cursor: first.next ?? "" });
    expect([...first.items, ...rest.items].map(({ action }) => action)).toEqual([
      "team.update",
      "team.create",
      "team.delete",
    ]);
    expect(rest.next).toBeNull();
  });

  it("leads to what an entry is about, unless that is gone", async () => {
    const { items } = await listAudit(admin, { limit: 50 });
    const of = (action: string) => items.find((item) => item.action === action);
    expect(of("team.create")).toMatchObject({ objectName: "=growth", url: `/admin/users#${team.id}` });
    expect(of("token.create")).toMatchObject({ objectName: null, url: null });
  });

  it("leads to a person by the old word for one too, and to a trigger's query, board or pipeline", async () => {
    const ownerId = editor.user.id;
    const pipeline = { id: newId(), name: "nightly", title: "Every night", ownerId, version: 1 };
    await db().pipeline.create({ data: pipeline });
    const board = await db().board.create({ data: { id: newId(), title: "Growth", ownerId, changedById: ownerId } });
    const [ofPipeline, ofBoard] = [newId(), newId()];
    await db().trigger.createMany({
      data: [
        { id: ofPipeline, pipelineId: pipeline.id, ownerId, cron: "0 6 * * *", zone: "UTC" },
        { id: ofBoard, boardId: board.id, ownerId, cron: "0 6 * * *", zone: "UTC" },
      ],
    });
    const person = { name: editor.user.name, url: `/admin/users#${ownerId}` };
    const objects = [`user:${ownerId}`, `person:${ownerId}`, `trigger:${ofPipeline}`, `trigger:${ofBoard}`];
    expect(Object.fromEntries(await describeObjects(objects, admin.user.id))).toMatchObject({
      [objects[0] as string]: expect.objectContaining(person),
      [objects[1] as string]: expect.objectContaining(person),
      [objects[2] as string]: expect.objectContaining({ name: "Every night", url: "/pipelines/nightly" }),
      [objects[3] as string]: expect.objectContaining({ name: "Growth", url: `/boards/${board.id}` }),
    });
    expect(await objectsNamed(editor.user.name)).toEqual(expect.arrayContaining(objects.slice(0, 2)));
  });

  it("leads to where limits of the company, pauses of everything and rights of a role stand, by their names too", async () => {
    const asked = { scope: "company", name: "rows", value: 5_000 } as const;
    await setLimit(admin, asked);
    await setLimit(admin, { ...asked, value: null });
    await endPause(admin, (await addPause(admin, { of: "everything", tell: false })).id);
    await allowRight(admin, { right: "link", scope: "role", id: "editor", allowed: true });
    // The newest is to come.
    const items = (await listAudit(admin, { limit: 6 })).items.slice(1);
    expect(items.map(({ action, objectName, url }) => [action, objectName, url])).toEqual([
      ["right.allow", "Editors", "/admin/rights"],
      ["gate.resume", "All warehouses", "/admin/load"],
      ["gate.pause", "All warehouses", "/admin/load"],
      ["limit.set", "The whole company", "/admin/load/limits"],
      ["limit.set", "The whole company", "/admin/load/limits"],
    ]);
    expect(new Set(await found({ q: "whole COMP" }))).toEqual(new Set(["limit.set"]));
  });

  it("leads to one's own file, and from another's to whose it is: nobody else opens it", async () => {
    const id = newId();
    const file = { fileName: "May 1.csv", format: "csv", storeKey: `uploads/${id}`, bytes: 9, rows: 1, columns: [] };
    await db().upload.create({ data: { id, userId: editor.user.id, name: "May 1", ...file } });
    const object = `upload:${id}`;
    const led = async (who: Context) => (await describeObjects([object], who.user.id)).get(object);
    const name = `May 1 of ${editor.user.name}`;
    const whose = `/admin/users#${editor.user.id}`;
    expect(await led(editor)).toEqual({ name, url: `/files?file=${id}` });
    expect(await led(admin)).toEqual({ name, url: whose });
    await db().upload.update({ where: { id }, data: { deletedAt: new Date() } });
    expect(await led(editor)).toEqual({ name, url: whose });
  });
});

describe("its export", () => {
  it("has every entry that fits, computes nothing in a spreadsheet, and is noted itself", async () => {
    const csv = await text(await exportAudit(admin, { format: "csv", action: "team." }));
    expect(csv.split("\r\n")).toHaveLength(5);
    expect(csv.split("\r\n")[1]).toContain(`team:${team.id},'=growth,,"{""name"":""renamed""}"`);
    const lines = (await text(await exportAudit(admin, { format: "ndjson", q: "nightly" }))).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).action)).toEqual(["token.create"]);
    expect(await found({ action: "audit." })).toEqual(["audit.export", "audit.export"]);
  });

  it("is refused to who may not read the log, and is then not noted", async () => {
    await expect(exportAudit(editor, { format: "csv" })).rejects.toMatchObject({ code: "forbidden" });
    expect(await found({ user: editor.user.id, action: "audit." })).toEqual([]);
  });
});
