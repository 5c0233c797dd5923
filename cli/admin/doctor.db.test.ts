import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { closeQueue } from "@/lib/jobs/queue";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { trustedProxies } from "@/lib/platform/proxies";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import { buildSecret, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { checkDatabase } from "./check-database";
import { checkKeys } from "./check-keys";
import { checkAddress, checkDisks, checkNode, checkRoom, roomAt } from "./check-place";
import { checkOutbox, checkQueue, checkStore, checkWorkers } from "./check-services";
import type { Finding } from "./finding";

/** Each thing that `sluice doctor` finds, once as it is when all is well and once when it is not. */

const gib = 1024 ** 3;
let name: string;
let settings: ReturnType<typeof env>;
const seen = new Set<string>();

beforeAll(async () => {
  name = (await testDatabase()).name;
  settings = { ...env() };
});
beforeEach(async () => {
  Object.assign(env(), settings);
  for (const table of ["workers", "mails", "disks", "board_answers"])
    await db().$executeRawUnsafe(`delete from ${table}`);
  await db().$executeRaw`update work set state = 'done' where state = 'waiting'`;
});
afterAll(closeQueue);

/** What was found of something, by state, and that it says so. */
function of(about: string, found: Finding | Finding[]): string[] {
  const those = [found].flat().filter((one) => one.about === about);
  for (const { state } of those) seen.add(`${about} ${state}`);
  return those.map(({ state, says }) => `${state}: ${says}`);
}
const says = (state: string, words: string) => [expect.stringMatching(new RegExp(`^${state}: .*${words}`))];

/** A schema that stands before PostgreSQL's own, so that the server says other things of itself. */
async function saysOtherwise(schema: string, functions: string): Promise<Finding[]> {
  await asSuperuser(
    `drop schema if exists ${schema} cascade; create schema ${schema}; grant usage on schema ${schema} to test_app;
    set search_path = ${schema}, pg_catalog, public; ${functions}`,
    name,
  );
  const url = new URL(settings.DATABASE_URL);
  url.searchParams.set("options", `-c search_path=${schema},pg_catalog,public`);
  env().DATABASE_URL = url.href;
  return checkDatabase();
}
const setting = (which: string, value: string) => `create function current_setting(n text) returns text language sql as
  $$ select case n when '${which}' then '${value}' else pg_catalog.current_setting(n) end $$`;

describe("the database", () => {
  it("is well", async () => {
    const found = await checkDatabase();
    expect(of("database", found)).toEqual(says("ok", "connections are in use"));
    expect(of("clock", found)).toEqual(says("ok", "agree on the time"));
    expect(of("schema", found)).toEqual(says("ok", "All \\d+ migrations"));
    expect(of("audit", found)).toEqual(says("ok", "cannot change or remove"));
  });

  it("does not answer, is too old, or has few connections left", async () => {
    const old = await saysOtherwise("older", setting("server_version_num", "130010"));
    expect(of("database", old)).toEqual(says("bad", "too old"));
    const full = await saysOtherwise("fuller", setting("max_connections", "1"));
    expect(of("database", full)).toContainEqual(says("note", "Raise max_connections")[0]);
    env().DATABASE_URL = "postgres://nobody@127.0.0.1:1/none";
    expect(of("database", await checkDatabase())).toEqual(says("bad", "does not answer"));
  });

  it("keeps another time", async () => {
    const found = await saysOtherwise(
      "later",
      "create function clock_timestamp() returns timestamptz language sql as $$ select pg_catalog.clock_timestamp() + interval '30 seconds' $$",
    );
    expect(of("clock", found)).toEqual(says("note", "(29|30|31|32) s apart"));
  });

  it("is of an older release, of a newer one, or gives the programs too much", async () => {
    const migrations = (sql: string) => asSuperuser(sql, name);
    try {
      await migrations(`insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
        values ('later', '', '29991231000000_later', now(), 1); grant update on audit_entries to test_app`);
      const found = await checkDatabase();
      expect(of("schema", found)).toEqual(says("note", "newer release .29991231000000_later"));
      expect(of("audit", found)).toEqual(says("note", "may change audit entries"));
      await migrations(`delete from _prisma_migrations where id = 'later'; update _prisma_migrations
        set migration_name = '-' || migration_name where migration_name = (select max(migration_name) from _prisma_migrations)`);
      expect(of("schema", await checkDatabase())).toEqual(says("bad", "1 migrations of this release are missing"));
    } finally {
      await migrations(`revoke update on audit_entries from test_app; delete from _prisma_migrations where id = 'later';
        update _prisma_migrations set migration_name = substr(migration_name, 2) where migration_name like '-%'`);
    }
  });
});

describe("keys, queue and store", () => {
  it("are well", async () => {
    await buildSecret(null);
    expect(of("keys", await checkKeys())).toEqual(says("ok", "open all \\d+ stored secrets?"));
    expect(of("queue", await checkQueue())).toEqual(says("ok", "in the database answers"));
    expect(of("store", await checkStore())).toEqual(says("ok", "can be written"));
  });

  it("are another's, away, or shut", async () => {
    await buildSecret(null);
    const key = (n: number) => `k${n}:${Buffer.alloc(32, n).toString("base64")}`;
    env().SLUICE_KEYS = `${key(3)},${settings.SLUICE_KEYS}`;
    expect(of("keys", await checkKeys())).toEqual(says("note", "still use the key test"));
    env().SLUICE_KEYS = key(3);
    expect(of("keys", await checkKeys())).toEqual(says("bad", "written under the key test"));
    await closeQueue();
    env().REDIS_URL = "redis://127.0.0.1:1";
    expect(of("queue", await checkQueue())).toEqual(says("bad", "in REDIS_URL does not answer"));
    await closeQueue();
    // Another copy of what opens it: a process opens its store once.
    vi.resetModules();
    const again = await import("@/lib/platform/env");
    again.env().STORE_URL = "file:///proc/nowhere";
    expect(of("store", await (await import("./check-services")).checkStore())).toEqual(
      says("bad", "cannot be written"),
    );
  }, 60_000);
});

it("says how much room there is", async () => {
  expect(of("disk", roomAt("/data", 100 * gib, 50 * gib))).toEqual(
    says("ok", "50.0 GiB of 100.0 GiB are free where /data is.$"),
  );
  expect(of("disk", roomAt("/data", 100 * gib, 8 * gib))).toEqual(says("note", "Give it more"));
  expect(of("disk", roomAt("/data", 20 * gib, 4 * gib))).toEqual(says("note", "Give it more"));
  expect(of("disk", roomAt("/data", 100 * gib, gib / 2))).toEqual(says("bad", "512 MiB of 100.0 GiB"));
  expect((await checkDisks(env().SLUICE_HOME)).map(({ about }) => about)).toContain("disk");

  const disk = { folder: "/data", totalBytes: BigInt(100 * gib) };
  const measured = (id: string, free: number) =>
    db().disk.create({ data: { ...disk, id, measuredAt: new Date(), freeBytes: BigInt(free * gib) } });
  await measured("roomy", 60);
  await measured("full", 2);
  env().RESULTS_MAX_BYTES = 1_000;
  const found = await checkRoom();
  expect(of("room", found)).toEqual([...says("note", "Give it more room"), ...says("ok", "60.0 GiB of 100.0 GiB")]);
  expect(of("results", found)).toEqual(says("ok", "take 0 MiB of the 0 MiB that they may"));
  // On somebody's board.
  const { id: warehouseId, readerId } = await buildWarehouse();
  const { id: ownerId } = await buildUser();
  const statement = newId();
  await db()
    .$executeRaw`insert into work (id, warehouse_id, reader_id, user_id, lane, state) values (${statement}, ${warehouseId}, ${readerId}, ${ownerId}, 0, 'done')`;
  await db().$executeRaw`insert into statements (id, work_id, warehouse_id, reader_id, sql, result_key, result_bytes)
    values (${statement}, ${statement}, ${warehouseId}, ${readerId}, 'select 1', 'k', 5000)`;
  const board = await db().board.create({ data: { id: newId(), title: "Kept", ownerId, changedById: ownerId } });
  await db().$executeRaw`insert into board_answers (board_id, statement_id) values (${board.id}, ${statement})`;
  expect(of("results", await checkRoom())).toEqual(says("note", "raise the limit"));
});

it("says whether anybody works, what waits, and what is paused", async () => {
  const { id, readerId, name: warehouse } = await buildWarehouse();
  expect(of("workers", await checkWorkers(true))).toEqual(says("bad", "None is at work"));
  expect(of("workers", await checkWorkers(false))).toEqual(says("note", "None is at work"));
  await db().worker.create({ data: { id: "w", host: "here", pid: 1, seenAt: new Date(Date.now() + 60_000) } });
  const well = await checkWorkers(true);
  expect(of("workers", well)).toEqual(says("ok", "1 at work"));
  expect([...of("waiting", well), ...of("paused", well)]).toEqual([]);
  const user = await buildUser();
  await db().$executeRaw`insert into work (id, warehouse_id, reader_id, user_id, lane, state, queued_at)
    values (${newId()}, ${id}, ${readerId}, ${user.id}, 0, 'waiting', now() - interval '1 hour')`;
  expect(of("waiting", await checkWorkers(true))).toEqual(says("note", "waited for 60 minutes"));
  await db().warehouse.update({ where: { id }, data: { paused: true } });
  const paused = await checkWorkers(true);
  expect(of("paused", paused)).toEqual(says("note", `${warehouse}.*: nothing is let in`));
  expect(of("waiting", paused)).toEqual([]);
});

it("says what could not be handed to the outside", async () => {
  expect(of("messages", await checkOutbox())).toEqual(says("note", "SMTP_URL is not set"));
  env().SMTP_URL = "smtp://127.0.0.1:1";
  expect(of("messages", await checkOutbox())).toEqual(says("ok", "were taken"));
  const mail = { id: newId(), recipient: "ana@example.com", subject: "s", text: "t" };
  await db().mail.create({ data: { ...mail, error: "550 no such mailbox" } });
  expect(of("messages", await checkOutbox())).toEqual(says("note", "1 mails and 0 webhooks were not taken"));
});

it("says whether people reach it, and what its proxy has to be allowed", async () => {
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    env().SLUICE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(of("address", await checkAddress(true))).toEqual(says("ok", "answers"));
    status = 502;
    expect(of("address", await checkAddress(true))).toEqual(says("bad", "It answers 502"));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  env().SLUICE_URL = "https://127.0.0.1:1";
  expect(of("address", await checkAddress(false))).toEqual(says("note", "cannot be reached"));
  expect(of("proxies", await checkAddress(false))).toEqual(says("note", "Name it in TRUSTED_PROXIES"));
  env().TRUSTED_PROXIES = trustedProxies("private");
  expect(of("proxies", await checkAddress(false))).toEqual([]);
});

it("says which Node runs it", () => {
  expect(of("node", checkNode())).toEqual(says("ok", "Node 2"));
  const versions = vi.spyOn(process, "versions", "get").mockReturnValue({ ...process.versions, node: "20.11.1" });
  expect(of("node", checkNode())).toEqual(says("note", "This is Node 20.11.1"));
  versions.mockRestore();
});

it("has no finding that was not seen above", () => {
  const text = globSync("check-*.ts", { cwd: import.meta.dirname })
    .map((file) => readFileSync(path.join(import.meta.dirname, file), "utf8"))
    .join("\n");
  const abouts = new Set(
    [...text.matchAll(/(?:\b(?:ok|note|bad|state)|\))\(\s*"([a-z]+)"/g)].map(([, about]) => about),
  );
  expect(abouts.size).toBeGreaterThan(12);
  const ill = [...seen].filter((one) => !one.endsWith(" ok")).map((one) => one.split(" ")[0]);
  expect([...abouts].filter((about) => !ill.includes(about))).toEqual([]);
});
