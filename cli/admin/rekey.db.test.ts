import { afterEach, beforeAll, expect, it } from "vitest";
import { decrypt, encrypt, keyOf } from "@/lib/platform/crypto";
import { sql } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildSecret, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { checkKeys } from "./check-keys";
import { encryptAnew } from "./rekey";
import { type Sealed, sealedColumns, sealedIn } from "./sealed";

const key = (n: number) => `k${n}:${Buffer.alloc(32, n).toString("base64")}`;
const [second, third] = [key(2), key(3)];
const use = (...keys: string[]) => {
  env().SLUICE_KEYS = keys.join(",");
};

let first: string;
beforeAll(async () => {
  await testDatabase();
  first = env().SLUICE_KEYS;
});
afterEach(() => use(first));

/** One value in every column that holds one; answers what each should read as. */
async function fill(): Promise<Map<string, string>> {
  const plain = new Map<string, string>();
  const sealed = (id: string, text: string) => {
    plain.set(id, text);
    return encrypt(text, id);
  };
  const { id: warehouse, readerId } = await buildWarehouse();
  plain.set(readerId, "reader");
  await db().warehouse.update({ where: { id: warehouse }, data: { alertSecret: sealed(warehouse, "of an alert") } });
  const { id: ownerId } = await buildUser();
  plain.set((await buildSecret(null, { value: "of a pipeline" })).id, "of a pipeline");
  const [board, trigger, execution, webhook] = [newId(), newId(), newId(), newId()];
  await db().board.create({ data: { id: board, title: "Learners", ownerId, changedById: ownerId } });
  const schedule = { id: trigger, boardId: board, ownerId, cron: "0 8 * * *", zone: "UTC" };
  await db().trigger.create({
    data: { ...schedule, webhook: "http://x", webhookSecret: sealed(trigger, "of a schedule") },
  });
  const url = "http://x";
  await db().executionCallback.create({
    data: { executionId: execution, url, secret: sealed(execution, "of an execution") },
  });
  await db().webhook.create({ data: { id: webhook, url, body: "{}", secret: sealed(webhook, "of a message") } });
  return plain;
}

async function all(): Promise<(Sealed & { table: string })[]> {
  const found = [];
  for (const column of sealedColumns)
    for await (const one of sealedIn(column)) found.push({ ...one, table: column.table });
  return found;
}

it("knows every column that holds what was encrypted", async () => {
  const rows = await sql<{ at: string }>(
    "sealed_named",
    `select table_name || '.' || column_name as at from information_schema.columns
     where table_schema = 'public' and data_type = 'text' and (column_name like '%secret%' or column_name = 'value')`,
    [],
  );
  expect(rows.map(({ at }) => at).sort()).toEqual(sealedColumns.map(({ table, value }) => `${table}.${value}`).sort());
});

it("encrypts everything with the newest key, whereupon the old one can go", async () => {
  const plain = await fill();
  const before = await all();
  expect(new Set(before.map(({ table }) => table)).size).toBe(sealedColumns.length);
  use(second, first);
  expect(await checkKeys()).toMatchObject({
    state: "note",
    says: expect.stringContaining(`${before.length} still use the key test. \`sluice secrets rekey\``),
  });
  expect(await encryptAnew()).toEqual({ done: before.length, shut: new Map() });
  expect(await checkKeys()).toMatchObject({ state: "ok", says: expect.stringContaining("Nothing uses test any more") });
  use(second);
  expect(await checkKeys()).toMatchObject({ state: "ok" });
  const after = new Map((await all()).map(({ id, value }) => [id, value]));
  for (const [id, text] of plain) expect(decrypt(after.get(id) ?? "", id)).toBe(text);
  // Those under it already are not written again.
  expect(await encryptAnew()).toEqual({ done: 0, shut: new Map() });
});

it("leaves what it cannot open as it was, says under which key that is, and goes on", async () => {
  const { id } = await buildSecret(null);
  use(third);
  const { id: later } = await buildSecret(null);
  const ciphertext = async (which: string) => (await all()).find((one) => one.id === which)?.value ?? "";
  const shut = await ciphertext(id);
  use(second, third);
  const { shut: told } = await encryptAnew();
  expect(told.get("test")).toBeGreaterThan(0);
  expect([...told.keys()]).toEqual(["test"]);
  expect(await ciphertext(id)).toBe(shut);
  expect(keyOf(await ciphertext(later))).toBe("k2");
  expect(await checkKeys()).toMatchObject({ state: "bad", says: expect.stringContaining("under the key test") });
});

it("writes each value once where two do it at the same time", async () => {
  const { id } = await buildSecret(null);
  use(key(4), third, second, first);
  const under = (await all()).length;
  const both = await Promise.all([encryptAnew(), encryptAnew()]);
  expect(both.map(({ done }) => done).reduce((sum, one) => sum + one)).toBe(under);
  const found = (await all()).find((one) => one.id === id)?.value ?? "";
  expect(keyOf(found)).toBe("k4");
  expect(decrypt(found, id)).toBe("correct-horse-9");
});
