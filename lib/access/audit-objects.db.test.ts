import { globSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildSecret, buildToken, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { buildPipeline, buildStoredFile } from "@/lib/testing/runs";
import { auditKinds, describeObjects } from "./audit-objects";
import type { Context } from "./context";

let admin: Context;
/** One of each kind: what it is called, and its page. */
let expected: Record<string, { name: string | null; url: string }>;
let ids: Record<string, string>;

beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin", name: "Ana" });
  const ownerId = (await buildPerson({ name: "Ben" })).user.id;
  const warehouse = await buildWarehouse();
  const token = await buildToken(ownerId);
  const secret = await buildSecret(null, { name: "API_KEY" });
  const of = { warehouseId: warehouse.id, ownerId };
  const query = await db().query.create({ data: { id: newId(), title: "Sales", sql: "select 1", ...of } });
  const board = await db().board.create({ data: { id: newId(), title: "Growth", ownerId, changedById: ownerId } });
  const chart = await db().chart.create({ data: { id: newId(), title: "By day", spec: {}, authorId: ownerId } });
  const ben = await contextFor(ownerId);
  const pipeline = await buildPipeline(ben, { name: "nightly", stages: [{ id: "a", operator: "noop@1" }] });
  await db().pipeline.update({ where: { id: pipeline.id }, data: { title: "Every night" } });
  const interval = { intervalFrom: new Date(0), intervalTo: new Date(1), timeZone: "UTC", lane: 2, params: {} };
  const ran = { id: newId(), pipelineId: pipeline.id, version: 1, trigger: "manual", userId: ownerId, ...interval };
  const run = await db().run.create({ data: ran });
  const file = await buildStoredFile(pipeline.name, run.id);
  const sql = "select 'long'";
  const at = { warehouseId: warehouse.id, readerId: warehouse.readerId };
  const work = await db().work.create({ data: { id: newId(), ...at, userId: ownerId, lane: 0, state: "done" } });
  const stood = { id: newId(), workId: work.id, ...at, sql };
  const { id: statementId } = await db().statement.create({ data: stood });
  const executed = { statementId, warehouseId: warehouse.id, userId: ownerId, lane: 0, sql };
  const execution = await db().execution.create({ data: { id: newId(), ...executed } });
  const said = { executionId: execution.id, authorId: ownerId, text: "Why so many?" };
  const comment = await db().comment.create({ data: { id: newId(), ...said } });
  const counts = { results: 1, executions: 1, people: 1, bytes: 1n };
  const asked = { byId: admin.user.id, about: "a customer", upTo: new Date(), reason: "They asked", ...counts };
  const erasure = await db().erasure.create({ data: { id: newId(), ...asked } });
  const shared = { kind: "board", objectId: board.id, audience: "everyone", allows: "view", sharerId: ownerId };
  const share = await db().share.create({ data: { id: newId(), ...shared } });
  const wish = { kind: "execution", objectId: execution.id, userId: ownerId };
  const request = await db().accessRequest.create({ data: { id: newId(), ...wish } });
  const session = { id: newId(), userId: ownerId, expiresAt: new Date(Date.now() + 1_000) };
  await db().session.create({ data: session });
  const { name: tokenName } = await db().apiToken.findUniqueOrThrow({ where: { id: token.id } });
  const { path } = await db().storedFile.findUniqueOrThrow({ where: { id: file } });
  ids = {
    ...{ warehouse: warehouse.id, session: session.id, query: query.id, chart: chart.id, secret: secret.id },
    ...{ run: run.id, execution: execution.id, comment: comment.id, erasure: erasure.id, share: share.id },
    ...{ request: request.id, token: token.id, board: board.id, pipeline: pipeline.id, file },
  };
  expected = {
    warehouse: { name: warehouse.name, url: `/admin/warehouses/${warehouse.name}` },
    session: { name: "Ben", url: `/admin/users#${ownerId}` },
    query: { name: "Sales", url: `/queries/${query.id}` },
    chart: { name: "By day", url: `/charts/${chart.id}` },
    secret: { name: "API_KEY", url: "/settings/secrets#API_KEY" },
    run: { name: "nightly", url: `/runs/${run.id}` },
    execution: { name: "select 'long'", url: `/executions/${execution.id}` },
    comment: { name: "Why so many?", url: `/executions/${execution.id}` },
    erasure: { name: "a customer", url: `/admin/erasures#${erasure.id}` },
    share: { name: null, url: `/boards/${board.id}` },
    request: { name: null, url: `/executions/${execution.id}` },
    token: { name: `${tokenName} of Ben`, url: `/admin/users#${ownerId}` },
    board: { name: "Growth", url: `/boards/${board.id}` },
    pipeline: { name: "Every night", url: "/pipelines/nightly" },
    file: { name: path, url: "/pipelines/nightly" },
  };
});

describe("what an entry is about", () => {
  it("has its name of today and its page, whatever it is", async () => {
    const objects = Object.entries(ids).map(([kind, id]) => `${kind}:${id}`);
    const found = await describeObjects(objects, admin.user.id);
    const told = Object.fromEntries(Object.entries(ids).map(([kind, id]) => [kind, found.get(`${kind}:${id}`)]));
    expect(told).toEqual(expected);
  });

  it("has neither where it is gone, nor by another kind's id", async () => {
    const rows = [...auditKinds].filter((kind) => !["host", "company", "gate", "role", "audit"].includes(kind));
    expect(rows).toEqual(expect.arrayContaining(Object.keys(ids)));
    const gone = rows.map((kind) => `${kind}:gone`);
    const others = Object.values(ids).map((id) => `team:${id}`);
    const found = await describeObjects([...gone, ...others], admin.user.id);
    expect([...gone, ...others].filter((object) => found.has(object))).toEqual([]);
  });

  it("is the address of a server that was tried, and leads to where that is done", async () => {
    const host = "host:db.example.com:5432/sales";
    expect((await describeObjects([host], admin.user.id)).get(host)).toEqual({
      ...{ name: "db.example.com:5432/sales", url: "/admin/warehouses" },
    });
  });

  it("is of a kind that is known here, wherever an entry is written", () => {
    const code = globSync("lib/**/*.ts")
      .filter((file) => !/generated|testing|\.test\.ts$/.test(file))
      .map((file) => readFileSync(file, "utf8"))
      .filter((text) => /\baudit\(|auditEntry\.create/.test(text));
    const functions = globSync("prisma/functions/*.sql")
      .map((file) => readFileSync(file, "utf8"))
      .filter((text) => text.includes("insert into audit_entries"));
    const written = new Set([
      ...code.flatMap((text) => [...text.matchAll(/`([a-z-]+):\$\{/g)].map(([, kind]) => kind)),
      ...functions.flatMap((text) => [...text.matchAll(/'([a-z-]+):' \|\|/g)].map(([, kind]) => kind)),
    ]);
    // What is found is more than the start of it.
    expect(written.size).toBeGreaterThan(20);
    expect([...written].filter((kind) => !auditKinds.has(String(kind)))).toEqual([]);
  });
});
