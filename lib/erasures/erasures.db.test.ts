import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { getExecution, statementOf } from "@/lib/executions/data";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { store } from "@/lib/platform/store/open";
import { readRows } from "@/lib/results/read-rows";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildUser, buildWarehouse, contextFor } from "@/lib/testing/factories";
import { listErasures, previewErasure } from "./data";
import { eraseResults } from "./erase-results";
import { finishErasures } from "./remove-files";
import type { ErasureOf } from "./schema";

let warehouse: BuiltWarehouse;
let admin: Context;
let [ana, bo] = ["", ""];

beforeAll(async () => {
  await testDatabase();
  warehouse = await buildWarehouse();
  admin = await buildPerson({ role: "admin", name: "Cleo" });
  ana = (await buildUser({ name: "Ana" })).id;
  bo = (await buildUser({ name: "Bo" })).id;
});
beforeEach(async () => {
  await db().boardAnswer.deleteMany();
  await db().execution.deleteMany();
  await db().statement.deleteMany();
  await db().catalog.deleteMany();
});

interface Values {
  state?: "running" | "succeeded" | "failed";
  warehouseId?: string;
  readerId?: string;
  /** Rows of these were read. */
  from?: string[];
  expired?: boolean;
}

/** A statement with rows in the store, and its executions by these people. */
async function ran(sql: string, people: string[], values: Values = {}) {
  const id = newId();
  const key = `results/${id}/lease`;
  const { state = "succeeded", warehouseId = warehouse.id, readerId = warehouse.readerId } = values;
  if (!values.expired) await store().put(`${key}/rows-0.parquet`, Buffer.from("rows"));
  const work = await db().work.create({
    data: { id: newId(), warehouseId, readerId, userId: people[0] ?? ana, lane: 0 },
  });
  const columns = [{ name: "n", type: "integer" }];
  await db().statement.create({
    data: {
      ...{ id, workId: work.id, warehouseId, readerId, sql, state, columns, rowCount: 1n, resultBytes: 4n },
      finishedAt: state === "running" ? null : new Date(Date.now() - 60_000),
      ...(values.expired
        ? { expiredAt: new Date(), expiredBy: "retention of 3 days" }
        : { head: Buffer.from("1\n"), headRows: 1, resultKey: key }),
    },
  });
  const executions = people.map((userId) => ({
    id: newId(),
    userId,
    statementId: id,
    warehouseId,
    lane: 0,
    sql,
    state,
  }));
  await db().execution.createMany({ data: executions });
  for (const executionId of values.from ?? [])
    await db().statementSource.create({ data: { statementId: id, executionId } });
  return { id, key, execution: executions[0]?.id ?? "" };
}

const isStored = async (key: string) => {
  for await (const _ of store().list(key)) return true;
  return false;
};

async function erase(of: ErasureOf) {
  const { results, upTo } = await previewErasure(admin, of);
  return eraseResults(admin, { ...of, reason: "it should not have been read", results, upTo });
}

const whole = (one: { id: string }) => db().statement.findUniqueOrThrow({ where: { id: one.id } });

describe("by table", () => {
  const of = () => ({ warehouse: warehouse.name, table: "public.salaries" });

  it("takes what reads it by whatever name, and nothing else", async () => {
    await db().catalog.create({
      data: {
        ...{ warehouseId: warehouse.id, readerId: warehouse.readerId, fetchedAt: new Date() },
        tables: [{ schema: "public", name: "salaries", columns: [] }],
      },
    });
    const hit = [
      await ran("select * from public.salaries", [ana]),
      await ran('select 1 from learners join "salaries" s on true', [bo, ana]),
      await ran("with x as (select n from SALARIES) select * from x", [bo]),
      await ran("select * from salaries where false", [ana], { state: "failed" }),
    ];
    const kept = [
      await ran("select 'salaries'", [ana]),
      await ran("select * from other.salaries", [ana]),
      await ran("with salaries as (select 1) select * from salaries", [ana]),
      await ran("select * from salaries_of_others", [ana]),
    ];
    const preview = await previewErasure(admin, of());
    expect(preview).toMatchObject({
      about: `results that read public.salaries in ${warehouse.name}`,
      ...{ results: 4, executions: 5, peopleCount: 2, bytes: 16, derived: 0, unfinished: 0 },
      people: [
        { name: "Ana", results: 3 },
        { name: "Bo", results: 2 },
      ],
    });
    expect(await erase(of())).toMatchObject({ results: 4, executions: 5, people: 2, by: { name: "Cleo" } });
    for (const one of hit) {
      expect(await whole(one)).toMatchObject({ head: null, resultKey: null });
      expect(await isStored(one.key)).toBe(false);
    }
    for (const one of kept) {
      expect((await whole(one)).resultKey).toBe(one.key);
      expect(await isStored(one.key)).toBe(true);
    }
  });

  it("takes a bare name that no catalogue has any more, and leaves it where it is another schema's", async () => {
    const gone = await ran("select * from salaries", [ana]);
    expect(await erase(of())).toMatchObject({ results: 1 });
    expect((await whole(gone)).resultKey).toBeNull();
    await db().catalog.create({
      data: {
        ...{ warehouseId: warehouse.id, readerId: warehouse.readerId, fetchedAt: new Date() },
        tables: [{ schema: "mart", name: "salaries", columns: [] }],
      },
    });
    await ran("select * from salaries", [ana]);
    expect(await previewErasure(admin, of())).toMatchObject({ results: 0 });
  });

  it("takes what was made from its rows, however far on, also where those are gone already", async () => {
    const personal = await db().warehouse.findFirstOrThrow({ where: { personal: true } });
    const readerId = newId();
    const reader = { id: readerId, kind: "reader", name: readerId, username: "r", secret: "s", userId: bo } as const;
    await db().warehouseRole.create({ data: { ...reader, warehouseId: personal.id } });
    const there = { warehouseId: personal.id, readerId };
    const first = await ran("select * from public.salaries", [ana], { expired: true });
    const second = await ran("select * from results.one", [bo], { ...there, from: [first.execution] });
    const third = await ran("select * from results.two", [bo], { ...there, from: [second.execution] });
    const other = await ran("select * from results.three", [bo], there);
    expect(await previewErasure(admin, of())).toMatchObject({ results: 2, derived: 2 });
    await erase(of());
    for (const one of [second, third]) expect((await whole(one)).resultKey).toBeNull();
    expect((await whole(other)).resultKey).toBe(other.key);
    await expect(previewErasure(admin, { warehouse: personal.id, table: "results.one" })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  it("takes what is shared and on boards too, and says how many before", async () => {
    const one = await ran("select * from public.salaries", [ana]);
    const share = { id: newId(), kind: "execution", objectId: one.execution, executionId: one.execution };
    await db().share.create({ data: { ...share, audience: "company", allows: "see", sharerId: ana } });
    const board = await db().board.create({ data: { id: newId(), title: "B", ownerId: ana, changedById: ana } });
    await db().boardAnswer.create({ data: { boardId: board.id, statementId: one.id } });
    expect(await previewErasure(admin, of())).toMatchObject({ shared: 1, onBoards: 1 });
    await erase(of());
    expect(await isStored(one.key)).toBe(false);
    expect(await db().boardAnswer.count()).toBe(0);
  });

  it("leaves what has not ended, and says so", async () => {
    const running = await ran("select * from public.salaries", [ana], { state: "running" });
    await ran("select * from public.salaries", [ana]);
    expect(await previewErasure(admin, of())).toMatchObject({ results: 1, unfinished: 1 });
    await erase(of());
    expect((await whole(running)).resultKey).toBe(running.key);
  });
});

describe("by person", () => {
  it("takes what they had run, also where others have the same answer, and only in that warehouse if it is named", async () => {
    const other = await buildWarehouse();
    const both = await ran("select 1", [ana, bo]);
    const elsewhere = await ran("select 2", [ana], { warehouseId: other.id, readerId: other.readerId });
    const bos = await ran("select 3", [bo]);
    expect(await previewErasure(admin, { person: ana })).toMatchObject({ results: 2, peopleCount: 2 });
    await erase({ person: ana, warehouse: warehouse.id });
    expect([await isStored(both.key), await isStored(elsewhere.key), await isStored(bos.key)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await erase({ person: ana, warehouse: other.id, table: "public.x" }).catch((error) => error.code)).toBe(
      "conflict",
    );
  });
});

describe("an erasure", () => {
  it("leaves SQL and counts on the page, with who and when, and the rows open for nobody", async () => {
    const one = await ran("select n from t", [ana]);
    const { id } = await erase({ person: ana });
    const view = await getExecution(await contextFor(ana), one.execution);
    expect(view).toMatchObject({ sql: "select n from t", rowCount: 1, columns: [{ name: "n" }] });
    expect(view.expired).toEqual({ at: expect.any(String), by: "Cleo", erased: true });
    const rows = readRows(await statementOf(admin, one.execution), { offset: 0, limit: 5 });
    await expect(rows).rejects.toMatchObject({ code: "gone" });
    const { items } = await listErasures(admin, { limit: 5 });
    expect(items[0]).toMatchObject({ id, about: "results that Ana ran", reason: "it should not have been read" });
    expect(items[0]?.filesGoneAt).not.toBeNull();
    const logged = await db().auditEntry.findFirstOrThrow({ where: { object: `erasure:${id}` } });
    expect(logged).toMatchObject({ action: "result.erase", userId: admin.user.id, detail: { results: 1 } });
  });

  it("takes nothing younger and never more than was shown", async () => {
    await ran("select 1", [ana]);
    const { upTo } = await previewErasure(admin, { person: ana });
    const since = await ran("select 2", [ana]);
    const ask = (results: number, at = upTo) =>
      eraseResults(admin, { person: ana, reason: "r", results, upTo: at }).catch((error) => error.code);
    expect(await ask(1, new Date().toISOString())).toBe("conflict");
    await db().statement.update({ where: { id: since.id }, data: { finishedAt: new Date() } });
    expect(await ask(1)).toMatchObject({ results: 1 });
    expect((await whole(since)).resultKey).toBe(since.key);
    expect(await ask(1)).toBe("conflict");
    expect(await db().erasure.count({ where: { reason: "r" } })).toBe(1);
  });

  it("is finished by a worker where the process died before the files were gone", async () => {
    const one = await ran("select 1", [ana]);
    const { id } = await erase({ person: ana });
    await store().put(`${one.key}/rows-0.parquet`, Buffer.from("rows"));
    await db().erasure.update({ where: { id }, data: { filesGoneAt: null } });
    await finishErasures();
    expect(await isStored(one.key)).toBe(false);
    expect((await db().erasure.findUniqueOrThrow({ where: { id } })).filesGoneAt).not.toBeNull();
  });

  it("is for admins only", async () => {
    const editor = await contextFor(ana);
    await expect(previewErasure(editor, { person: bo })).rejects.toMatchObject({ code: "forbidden" });
    const asked = { person: bo, reason: "r", results: 1, upTo: new Date().toISOString() };
    await expect(eraseResults(editor, asked)).rejects.toMatchObject({ code: "forbidden" });
    await expect(listErasures(editor, { limit: 1 })).rejects.toMatchObject({ code: "forbidden" });
  });
});
