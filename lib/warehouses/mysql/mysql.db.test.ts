import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRelay, type Relay } from "@/lib/gate/relay";
import { type MariaDb, mariadbMissing, startMariaDb } from "@/lib/testing/mariadb";
import type { Backend } from "@/lib/warehouses/adapter";
import { ask, failure, keepingSink, sessionOptions } from "@/lib/warehouses/conformance";
import { adapter } from ".";

const title = mariadbMissing ? `mysql (left out: ${mariadbMissing})` : "mysql";
describe.skipIf(mariadbMissing)(title, () => {
  let server: MariaDb;
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-m"));
  const relays: Relay[] = [];
  const backends: Backend[] = [];
  beforeAll(async () => {
    // Every sign-in of this file is encrypted, as the account asks for it.
    server = await startMariaDb({ tls: true });
    await server.admin(`alter user reader require ssl; create table kinds (id int primary key, small tinyint(1), big bigint unsigned,
      price decimal(20,4) unsigned, ratio float, size double, at datetime(6), seen timestamp(3) null, day date, span time, flags bit(10),
      body varbinary(20), note text, doc json, mood enum('glad','sad'), u uuid);
      set time_zone = '+00:00';
      insert into kinds values (1, 1, 18446744073709551615, 1234567890123456.7800, 1.5, 0.1, '2026-03-01 23:59:59.123456',
        '2026-03-01 00:00:00.5', '2026-03-01', '-838:59:59', b'1010000001', x'00ff', 'a,"b"\\n', '{"a": 1}', 'sad', '00000000-0000-0000-0000-000000000001'),
        (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)`);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await adapter.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (more: { maxConnections?: number } = {}) => {
    const relay = await openRelay({
      connection: server.reader,
      role: "reader",
      applicationName: "sluice 01stage",
      transport: { socketFolder: mkdtempSync(path.join(folder, "s")) },
      maxConnections: 2,
      onBackend: (backend) => void backends.push(backend),
      ...more,
    });
    relays.push(relay);
    return relay;
  };
  const through = ({ address, user, password, database }: Relay, more: mysql.ConnectionOptions = {}) =>
    mysql.createConnection({
      socketPath: "socket" in address ? address.socket : "",
      ...{ user, password, database, rowsAsArray: true, supportBigNumbers: true, ...more },
    });

  it("keeps every type's own text", async () => {
    const { csv, columns } = await ask(adapter, server.reader, "select * from kinds order by id");
    expect(csv).toBe(
      `1,1,18446744073709551615,1234567890123456.7800,1.5,0.1,2026-03-01 23:59:59.123456,2026-03-01 00:00:00.500,2026-03-01,-838:59:59,1010000001,\\x00ff,"a,""b""\n","{""a"": 1}",sad,00000000-0000-0000-0000-000000000001\n2,,,,,,,,,,,,,,,\n`,
    );
    expect(columns.map(({ type }) => type)).toEqual([
      ...["integer", "smallint", "numeric(20,0)", "numeric(20,4)", "real", "double precision"],
      ...["timestamp without time zone", "timestamp without time zone", "date", "interval", "bit(10)", "bytea"],
      ...["text", "json", "text", "uuid"],
    ]);
  });

  it("stops what runs, and says whether it still does", async () => {
    const session = await adapter.acquire(server.reader);
    await session.begin(sessionOptions);
    const running = failure(session.run({ sql: "select sleep(60)", values: [], limit: null }, keepingSink()));
    await expect.poll(() => adapter.isActive(server.reader, session.backend, "")).toBe(true);
    // Of another life of the server, with the same number: not this one.
    const other = { ...session.backend, start: "1" };
    expect(await adapter.isActive(server.reader, other, "")).toBe(false);
    expect(await adapter.stop(server.reader, session.backend, "", 1_000)).toBe(true);
    expect((await running).code).toMatch(/stopped|70100/);
    await session.release();
  });

  it("ends a statement by the time that it was given", async () => {
    const slow = ask(adapter, server.reader, "select sleep(5) from kinds", [], null, { statementTimeoutMs: 200 });
    expect(await failure(slow)).toMatchObject({ code: "timeout" });
  });

  it("tests the account: what it is, and what it had better not hold", async () => {
    expect(await adapter.test(server.reader)).toMatchObject({ ok: true, superuser: false, warnings: [] });
    expect(await adapter.test({ ...server.reader, password: "wrong" })).toMatchObject({
      ok: false,
      problem: { field: "password" },
    });
    await server.admin("create user owner identified by 'o'; grant insert on shop.* to owner");
    const owner = { ...server.reader, username: "owner", password: "o" };
    const { warnings } = await adapter.test(owner);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/may change tables/)]);
  });

  it("says how busy the server is, and ends nobody else's work without the right to", async () => {
    const load = await adapter.load(server.reader);
    expect(load).toMatchObject({ whole: false, foreign: 0 });
    await server.admin("grant process on *.* to reader");
    await adapter.close();
    const busy = server.admin("select sleep(3)");
    await expect.poll(() => adapter.load(server.reader)).toMatchObject({ whole: true, foreign: 1 });
    const [foreign] = await adapter.foreignSessions(server.reader);
    expect(foreign).toMatchObject({ user: "root", database: "shop", sql: "select sleep(3)", mayEnd: false });
    expect(await adapter.endForeign(server.reader, foreign?.id ?? "")).toBe("refused");
    await busy;
    await server.admin("revoke process on *.* from reader");
  });

  it("lets a stage in by its one password, as a session that only reads", async () => {
    const relay = await open();
    const client = await through(relay);
    expect((await client.query("select big from kinds where id = 1"))[0]).toEqual([["18446744073709551615"]]);
    expect((await client.execute("select note from kinds where id = ?", [1]))[0]).toEqual([['a,"b"\n']]);
    await server.admin("grant insert on shop.kinds to reader");
    await expect(client.query("insert into kinds (id) values (3)")).rejects.toThrow(/READ ONLY/);
    await server.admin("revoke insert on shop.kinds from reader");
    expect(backends.at(-1)?.pid).toBe(
      Number(((await client.query("select connection_id()"))[0] as number[][])[0]?.[0]),
    );
    expect(relay.counts).toMatchObject({ connections: 1, open: 1 });
    expect(relay.counts.bytesDown).toBeGreaterThan(100);
    await expect(through(relay, { password: "guess" })).rejects.toThrow(/password is wrong/);
    await expect(through(relay, { user: "root" })).rejects.toThrow(/password is wrong/);
    await expect(through(relay, { database: "mysql" })).rejects.toThrow(/leads to the database "shop"/);
    const second = await through(relay);
    await expect(through(relay)).rejects.toThrow(/2 connection\(s\) at once/);
    await second.end();
    await client.end();
    expect(await relay.close()).toBe(true);
  });

  it("ends what a stage does there when it is cut, and lets nobody in afterwards", async () => {
    const relay = await open();
    const client = await through(relay);
    client.on("error", () => undefined);
    const running = client.query("select sleep(60)").catch((error: Error) => error);
    const there = async () =>
      server.admin("select 1 from information_schema.processlist where info like 'select sleep(60)%'");
    await expect.poll(there).toHaveLength(1);
    expect(await relay.cut("An admin stopped this.")).toBe(true);
    expect(await running).toBeInstanceOf(Error);
    expect(await there()).toEqual([]);
    await expect(through(relay)).rejects.toThrow(/An admin stopped this/);
  });

  it("finds and ends what a lost worker's relay left", async () => {
    const relay = await open();
    const client = await through(relay);
    client.on("error", () => undefined);
    const backend = backends.at(-1) as Backend;
    expect(await adapter.endRelayed?.(server.reader, { ...backend, start: "1" }, 1_000)).toBe(true);
    expect((await client.query("select 1"))[0]).toEqual([[1]]);
    expect(await adapter.endRelayed?.(server.reader, backend, 2_000)).toBe(true);
    await expect(client.query("select 1")).rejects.toThrow();
  });

  it("carries many rows unchanged", async () => {
    const relay = await open();
    const client = await through(relay);
    const [rows] = (await client.query("select seq, concat('a''', seq) from seq_1_to_200000")) as unknown as [
      [number, string][],
    ];
    expect(rows).toHaveLength(200_000);
    expect(rows.every(([n, text], at) => n === at + 1 && text === `a'${n}`)).toBe(true);
    await client.end();
  });
});
