import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { places, store } from "@/lib/platform/store/open";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { derivedFile } from "./derived";
import { expireResults, sweepStore } from "./expire";
import { keepToBudget, storedResults } from "./keep-to-budget";
import { sweepCaches, sweepScratch } from "./local-sweep";
import { Nursery } from "./nursery";

const dayMs = 24 * 3_600_000;

let warehouse: BuiltWarehouse;
let userId: string;

beforeAll(async () => {
  await testDatabase();
  warehouse = await buildWarehouse();
  await db().warehouse.update({ where: { id: warehouse.id }, data: { retentionDays: 3 } });
  userId = (await buildUser()).id;
});
beforeEach(() => db().statement.deleteMany());

type State = "running" | "cancelling" | "succeeded" | "failed" | "cancelled";

/** A statement with rows in the store, and the address of those. */
async function build(state: State, finishedDaysAgo: number | null, values: { stored?: boolean; bytes?: number } = {}) {
  const id = newId();
  const key = `results/${id}/lease`;
  await store().put(`${key}/rows-0.parquet`, Buffer.from("rows"));
  const shared = { warehouseId: warehouse.id, readerId: warehouse.readerId };
  const work = await db().work.create({ data: { id: newId(), ...shared, userId, lane: 0 } });
  const finishedAt = finishedDaysAgo === null ? null : new Date(Date.now() - finishedDaysAgo * dayMs);
  await db().statement.create({
    data: {
      ...{ id, workId: work.id, ...shared, sql: "select 1", state, finishedAt },
      ...{ head: Buffer.from("secret\n"), headRows: 1, resultKey: values.stored === false ? null : key },
      resultBytes: values.bytes ?? 4,
    },
  });
  return { id, key };
}

const isStored = async (key: string) => {
  for await (const _ of store().list(key)) return true;
  return false;
};
const statement = (id: string) => db().statement.findUniqueOrThrow({ where: { id } });

it("keeps what a statement that still runs has stored, for however long", async () => {
  const running = await build("running", null, { stored: false });
  const stopping = await build("cancelling", null, { stored: false });
  const failed = await build("failed", 0, { stored: false });
  const succeeded = await build("succeeded", 0);
  expect(await sweepStore(Date.now() + 2 * dayMs)).toEqual({ removed: 1 });
  expect(await isStored(running.key)).toBe(true);
  expect(await isStored(stopping.key)).toBe(true);
  expect(await isStored(succeeded.key)).toBe(true);
  expect(await isStored(failed.key)).toBe(false);
});

it("keeps no first rows of what failed or was stopped beyond the retention either", async () => {
  const old = [await build("failed", 4, { stored: false }), await build("cancelled", 4, { stored: false })];
  const fresh = await build("failed", 1, { stored: false });
  await expireResults();
  for (const { id } of old) expect(await statement(id)).toMatchObject({ head: null, headRows: 0, expiredAt: null });
  expect((await statement(fresh.id)).head).not.toBeNull();
});

async function ask({ id: statementId }: { id: string }, more: object = {}) {
  const execution = { id: newId(), statementId, warehouseId: warehouse.id, userId, lane: 0, sql: "select 1" };
  return db().execution.create({ data: { ...execution, state: "succeeded", ...more } });
}

it("keeps rows beyond the retention as long as somebody shares them", async () => {
  const sharer = await buildUser();
  const shared = async (change: object = {}) => {
    const built = await build("succeeded", 4);
    const execution = await ask(built);
    const share = { id: newId(), kind: "execution", objectId: execution.id, executionId: execution.id };
    await db().share.create({
      data: { ...share, audience: "company", allows: "see", sharerId: sharer.id, ...change },
    });
    return built;
  };
  const kept = await shared();
  const over = [await shared({ expiresAt: new Date(Date.now() - 1) }), await shared({ revokedAt: new Date() })];
  await expireResults();
  expect(await isStored(kept.key)).toBe(true);
  for (const { key } of over) expect(await isStored(key)).toBe(false);
  await db().user.update({ where: { id: sharer.id }, data: { disabledAt: new Date() } });
  await expireResults();
  expect(await statement(kept.id)).toMatchObject({ resultKey: null, expiredBy: "retention of 3 days" });
  await db().execution.deleteMany();
});

it("removes the sorted copies of expired rows, here at once and elsewhere by the sweep", async () => {
  const [gone, kept, elsewhere] = [
    await build("succeeded", 4),
    await build("succeeded", 1),
    await build("succeeded", 1),
  ];
  const copyOf = async ({ key }: { key: string }) => {
    const file = `${await derivedFile(key, { sort: [{ column: 0, descending: false }] })}.copy`;
    writeFileSync(file, "sorted rows");
    return file;
  };
  const files = [await copyOf(gone), await copyOf(kept), await copyOf(elsewhere)];
  await expireResults();
  expect(await isStored(gone.key)).toBe(false);
  expect(files.map((file) => existsSync(file))).toEqual([false, true, true]);
  await db().statement.update({ where: { id: elsewhere.id }, data: { expiredAt: new Date(), resultKey: null } });
  expect(await sweepCaches()).toEqual({ removed: 1 });
  expect(files.map((file) => existsSync(file))).toEqual([false, true, false]);
});

it("sweeps what killed processes left, and never what a statement of a week may still write", async () => {
  const { scratch } = places();
  for (const [name, days] of [
    ["write-new", 7],
    ["write-old", 9],
    ["export-old", 3],
    ["export-new", 1],
  ] as const) {
    mkdirSync(path.join(scratch, name), { recursive: true });
    const at = new Date(Date.now() - days * dayMs);
    utimesSync(path.join(scratch, name), at, at);
  }
  await sweepScratch();
  expect(readdirSync(scratch).sort()).toEqual(["export-new", "write-new"]);
});

it("removes what a child had no room for in memory when it is killed", async () => {
  const child = new Nursery({ file: "duckdb-reader.mjs", threads: 1, memory: "100MB" }).take();
  const { spill } = JSON.parse(child.spawnargs.at(-1) ?? "{}") as { spill: string };
  mkdirSync(spill, { recursive: true });
  writeFileSync(path.join(spill, "block"), "rows");
  child.kill("SIGKILL");
  await once(child, "exit");
  await expect.poll(() => existsSync(spill)).toBe(false);
});

describe("a budget", () => {
  const gone = async (one: { id: string; key: string }) => !(await isStored(one.key));

  it("removes the oldest results beyond it, says why, and leaves those that somebody counts on", async () => {
    const [old, shared, onBoard, favourite] = [
      await build("succeeded", 2.9, { bytes: 600 }),
      await build("succeeded", 2.8, { bytes: 100 }),
      await build("succeeded", 2.7, { bytes: 100 }),
      await build("succeeded", 2.6, { bytes: 100 }),
    ];
    const [older, newer, justNow] = [
      await build("succeeded", 2, { bytes: 300 }),
      await build("succeeded", 1, { bytes: 300 }),
      await build("succeeded", 0, { bytes: 300 }),
    ];
    const execution = await ask(shared);
    const share = { id: newId(), kind: "execution", objectId: execution.id, executionId: execution.id };
    await db().share.create({ data: { ...share, audience: "company", allows: "see", sharerId: userId } });
    const board = await db().board.create({ data: { id: newId(), title: "b", ownerId: userId, changedById: userId } });
    await db().boardAnswer.create({ data: { boardId: board.id, statementId: onBoard.id } });
    const query = await db().query.create({
      data: { id: newId(), title: "q", sql: "select 1", warehouseId: warehouse.id, ownerId: userId },
    });
    await ask(old, { queryId: query.id, queryVersion: 1 });
    await ask(favourite, { queryId: query.id, queryVersion: 1 });
    await db().favourite.create({ data: { userId, kind: "query", objectId: query.id } });

    expect(await keepToBudget(undefined)).toEqual({ expired: 0 });
    expect(await keepToBudget(1_800)).toEqual({ expired: 0 });
    expect(await storedResults()).toEqual({ bytes: 1_800, keptBytes: 300 });
    // 700 too many: the oldest has 600, and the next of those that may go has the rest.
    expect(await keepToBudget(1_100)).toEqual({ expired: 2 });
    expect(await Promise.all([old, shared, onBoard, favourite, older, newer, justNow].map(gone))).toEqual([
      ...[true, false, false, false, true, false, false],
    ]);
    const { expiredBy, resultKey, head } = await statement(old.id);
    expect({ resultKey, head }).toEqual({ resultKey: null, head: null });
    expect(expiredBy).toBe("the limit of 1.1 KiB for all stored results, the oldest of which go first");
    // Nothing is left that may go but the one of a day ago.
    expect(await keepToBudget(1)).toEqual({ expired: 1 });
    expect(await storedResults()).toEqual({ bytes: 600, keptBytes: 300 });
    await db().share.deleteMany();
    await db().boardAnswer.deleteMany();
    await db().favourite.deleteMany();
    expect(await keepToBudget(1)).toEqual({ expired: 3 });
    expect(await gone(justNow)).toBe(false);
    await db().execution.deleteMany();
  });

  it("is kept by many workers at once without removing more than is too much", async () => {
    for (let n = 0; n < 12; n++) await build("succeeded", 1, { bytes: 100 });
    const all = await Promise.all([1, 2, 3, 4].map(() => keepToBudget(700)));
    expect(all.reduce((sum, { expired }) => sum + expired, 0)).toBe(5);
    expect(await storedResults()).toEqual({ bytes: 700, keptBytes: 0 });
  });
});
