import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endRelayed, openRelay, type Relay, type RelayRequest } from "@/lib/gate/relay";
import { startProxy } from "@/lib/testing/proxy";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from "..";
import { type Reader, startReader } from "../subject";

describe.each(await postgresEngines())("a relay to $name", (engine) => {
  let reader: Reader;
  let writer: Connection;
  const folder = mkdtempSync(path.join(tmpdir(), "relay-"));
  const relays: Relay[] = [];
  const seen: Backend[] = [];

  beforeAll(async () => {
    reader = await startReader(engine);
    await reader.server.admin(`create role writer login password 'w''s own';
      create schema mart authorization writer; create schema sealed;
      create role shut_in login password 'shut in';
      grant create on database postgres to shut_in`);
    writer = { ...reader.connection, roleId: "writer", username: "writer", password: "w's own" };
  }, 60_000);
  afterAll(async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await adapter.close();
    await reader.server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(given: Partial<RelayRequest> = {}, connection = writer): Promise<Relay> {
    const relay = await openRelay({
      connection,
      role: "writer",
      applicationName: "sluice 01abc",
      transport: { socketFolder: mkdtempSync(path.join(folder, "s")) },
      maxConnections: 2,
      onBackend: (backend) => void seen.push(backend),
      ...given,
    });
    relays.push(relay);
    return relay;
  }

  const settings = ({ address, user, password, database }: Relay): pg.ClientConfig => ({
    ...{ user, password, database, port: address.port },
    host: "folder" in address ? address.folder : address.host,
  });
  async function signIn(relay: Relay, given: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...settings(relay), ...given });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
  const refused = (relay: Relay, given: pg.ClientConfig) =>
    signIn(relay, given).then(
      () => null,
      (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
    );
  const backends = (and = "") =>
    reader.server.admin<{ pid: number }>(
      `select pid from pg_stat_activity where usename in ('writer', 'reader', 'shut_in') and application_name <> 'sluice control' ${and}`,
    );

  it.each(["socket", "address"])("signs in by %s as a role whose password it does not tell", async (by) => {
    const relay = await open(by === "address" ? { transport: { host: "127.0.0.1" } } : {});
    expect(relay.password).not.toContain("own");
    const client = await signIn(relay);
    const { rows } = await client.query(
      "select current_user, pg_backend_pid() as pid, current_setting('server_version')",
    );
    expect(rows[0].current_user).toBe("writer");
    expect(seen.at(-1)?.pid).toBe(rows[0].pid);
    await client.query("create table mart.one as select 1 as n");
    await client.query("drop table mart.one");
    await client.end();
    expect(relay.counts).toMatchObject({ connections: 1 });
    expect(relay.counts.bytesUp).toBeGreaterThan(100);
    expect(relay.counts.bytesDown).toBeGreaterThan(100);
  });

  it("lets in nobody with a wrong password, another relay's, another user, or for another database", async () => {
    const [relay, other] = [await open(), await open()];
    const before = seen.length;
    expect(await refused(relay, { password: "wrong" })).toMatch(/^28P01 The password is wrong/);
    expect(await refused(relay, { password: other.password })).toMatch(/^28P01/);
    expect(await refused(relay, { password: "w's own" })).toMatch(/^28P01/);
    expect(await refused(relay, { user: "writer" })).toMatch(/^28P01/);
    expect(await refused(relay, { database: "template1" })).toMatch(/^3D000 .*"postgres" and to no other/);
    expect(seen.length).toBe(before);
  });

  it("refuses one connection too many, and takes the next once one has closed", async () => {
    const relay = await open({ maxConnections: 1 });
    const first = await signIn(relay);
    expect(await refused(relay, {})).toMatch(/^53300 .*1 connection/);
    await first.end();
    await expect.poll(() => relay.counts.open).toBe(0);
    await (await signIn(relay)).end();
  });

  it("begins a reader's session read-only, and its role decides", async () => {
    const relay = await open({ role: "reader" }, reader.connection);
    const client = await signIn(relay);
    await expect(client.query("create table x (n int)")).rejects.toMatchObject({ code: "25006" });
    await client.query("set default_transaction_read_only = off");
    await expect(client.query("delete from probe")).rejects.toMatchObject({ code: "42501" });
    expect((await client.query("select count(*)::int as n from probe")).rows).toEqual([{ n: 1000 }]);
    await client.end();
  });

  it("passes on what a client asks of its session, and comes back to it", async () => {
    const client = await signIn(await open(), { options: "-c search_path=mart -c statement_timeout=12345" });
    await client.query("set statement_timeout = 0");
    await client.query("discard all");
    const { rows } = await client.query(
      "select current_setting('search_path') as path, current_setting('statement_timeout') as timeout",
    );
    expect(rows).toEqual([{ path: "mart", timeout: "12345ms" }]);
    await client.end();
  });

  it("says what is wrong with a setting that the server does not know", async () => {
    expect(await refused(await open(), { options: "-c no_such_setting=1" })).toMatch(/no_such_setting/);
  });

  it("carries 300,000 rows each way, unchanged", async () => {
    const client = await signIn(await open());
    await client.query("create table mart.many (n int, t text)");
    const made = "select n, md5(n::text) || repeat('é', n % 7) as t from generate_series(1, 300000) n";
    await client.query(`insert into mart.many ${made}`);
    await client.query("create table mart.copied (n int, t text)");
    const second = await signIn(relays.at(-1) as Relay);
    const digest = createHash("sha256");
    const rows = client.query(copyTo("copy mart.many to stdout"));
    rows.on("data", (chunk: Buffer) => digest.update(chunk));
    await pipeline(rows, second.query(copyFrom("copy mart.copied from stdin")));
    const again = createHash("sha256");
    for await (const chunk of client.query(copyTo("copy mart.copied to stdout"))) again.update(chunk as Buffer);
    expect(again.digest("hex")).toBe(digest.digest("hex"));
    await client.query("drop table mart.many, mart.copied");
    await Promise.all([client.end(), second.end()]);
  });

  it("carries a client's own request to cancel", async () => {
    const relay = await open();
    const client = (await signIn(relay)) as pg.Client & { processID: number; secretKey: number };
    const running = client.query("select pg_sleep(60)").catch((error: { code: string }) => error.code);
    const packet = Buffer.alloc(16);
    [16, 80_877_102, client.processID, client.secretKey].forEach((word, at) => {
      packet.writeInt32BE(word, at * 4);
    });
    await expect.poll(() => backends("and query like '%pg_sleep%'")).toHaveLength(1);
    connectSocket((relay.address as { socket: string }).socket).end(packet);
    expect(await running).toBe("57014");
    await client.end();
  });

  it("cuts what runs, what waits in a transaction and what is idle, and says why to who comes back", async () => {
    const relay = await open({ maxConnections: 3 });
    const [runs, waits, idle] = await Promise.all([signIn(relay), signIn(relay), signIn(relay)]);
    const ends = Promise.all(
      [runs, waits, idle].map((client) => new Promise((resolve) => client?.once("end", resolve))),
    );
    const lost = runs?.query("select pg_sleep(60)").catch((error: Error) => error.message);
    await waits?.query("begin; create table mart.never (n int)");
    // A name of other work of ours does not hide it.
    await idle?.query("set application_name = 'sluice 02other'");
    expect(await relay.cut("Ana stopped this run: too hot.")).toBe(true);
    expect(await backends()).toEqual([]);
    await ends;
    expect(await lost).toBeTruthy();
    expect(await refused(relay, {})).toBe("57P01 Ana stopped this run: too hot.");
    expect(await reader.server.admin("select from pg_class where relname = 'never'")).toEqual([]);
    expect(await relay.cut("again")).toBe(true);
  });

  it("is not there any more once it is closed", async () => {
    const relay = await open();
    await (await signIn(relay)).end();
    expect(await relay.close()).toBe(true);
    expect(await refused(relay, {})).toMatch(/ENOENT|ECONNREFUSED/);
  });

  it("cuts a role that may neither look at sessions nor end them", async () => {
    await reader.server.admin(`revoke execute on function pg_catalog.pg_terminate_backend(integer, bigint) from public;
      revoke select on pg_catalog.pg_stat_activity from public;
      revoke execute on function pg_catalog.pg_stat_get_activity(integer) from public`);
    try {
      const shutIn = { ...writer, roleId: "shut in", username: "shut_in", password: "shut in" };
      const relay = await open({}, shutIn);
      const client = await signIn(relay);
      const lost = client.query("select pg_sleep(60)").catch((error: Error) => error.message);
      await expect.poll(() => backends("and query like '%pg_sleep%'")).toHaveLength(1);
      expect(await relay.cut("enough")).toBe(true);
      expect(await lost).toBeTruthy();
      await expect.poll(() => backends("and query like '%pg_sleep%'")).toEqual([]);
    } finally {
      await reader.server.admin(`grant execute on function pg_catalog.pg_terminate_backend(integer, bigint) to public;
        grant select on pg_catalog.pg_stat_activity to public;
        grant execute on function pg_catalog.pg_stat_get_activity(integer) to public`);
    }
  });

  it("ends what a client leaves running when it is lost", async () => {
    const client = await signIn(await open());
    client.query("select pg_sleep(60)").catch(() => undefined);
    await expect.poll(() => backends("and query like '%pg_sleep%'")).toHaveLength(1);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await expect.poll(() => backends("and query like '%pg_sleep%'"), { timeout: 5_000 }).toEqual([]);
  });

  it("lets another worker end what this one opened", async () => {
    const client = await signIn(await open());
    const backend = seen.at(-1) as Backend;
    const lost = client.query("select pg_sleep(60)").catch((error: { code?: string }) => error.code ?? "lost");
    expect(await endRelayed(writer, [backend, { pid: backend.pid, start: "2001-01-01 00:00:00+00" }])).toBe(true);
    expect(await lost).toBe("57P01");
    expect(await backends(`and pid = ${backend.pid}`)).toEqual([]);
  });

  it("knows a server that went away from a session that ended, and from a client that left", async () => {
    const relay = await open({ maxConnections: 3 });
    await (await signIn(relay)).end();
    const left = await signIn(relay);
    (left as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    const timed = await signIn(relay, { options: "-c idle_session_timeout=100ms" });
    await new Promise((resolve) => timed.once("end", resolve));
    await expect.poll(() => relay.counts.open).toBe(0);
    expect(relay.away).toBeNull();
    const client = await signIn(relay);
    const lost = client.query("select pg_sleep(60)").catch(() => "lost");
    await reader.server.admin(`select pg_terminate_backend(${seen.at(-1)?.pid})`);
    expect(await lost).toBe("lost");
    expect(relay.away).toMatch(/administrator command/);
  });

  it("passes on the end of a session that ended before it was a stage's", async () => {
    const relay = await open({
      async onBackend({ pid }) {
        await reader.server.admin(`select pg_terminate_backend(${pid})`);
        await expect.poll(() => backends(`and pid = ${pid}`)).toEqual([]);
        await new Promise((go) => setTimeout(go, 200));
      },
    });
    // What was said to it meanwhile is passed on.
    const client = await signIn(relay);
    expect(await client.query("select 1").catch(() => "lost")).toBe("lost");
    expect(relay.away).toMatch(/administrator command/);
  });

  it("lets nobody into a session that was reset before it was a stage's", async () => {
    const wire = await startProxy({ host: "127.0.0.1", port: reader.server.port });
    const config = { ...(writer.config as object), port: wire.port };
    const relay = await open(
      {
        async onBackend() {
          wire.reset();
          await new Promise((go) => setTimeout(go, 200));
        },
      },
      { ...writer, roleId: "by wire", config },
    );
    expect(await refused(relay, {})).toMatch(/^08006 .*ended the connection/);
    expect(relay.away).toMatch(/ended the connection/);
    await relay.close();
    await wire.close();
  });

  it("opens nothing that could not be recorded", async () => {
    const relay = await open({
      onBackend() {
        throw new Error("the lease is lost");
      },
    });
    expect(await refused(relay, {})).toMatch(/^57P03 Sluice could not record/);
    await expect.poll(() => backends()).toEqual([]);
  });

  it("tells what is wrong with the warehouse when it cannot sign in itself", async () => {
    const relay = await open({}, { ...writer, roleId: "wrong", password: "changed since" });
    expect(await refused(relay, {})).toMatch(/^08006 The password for "writer" is wrong/);
  });

  it("survives whatever is sent to it before a password", async () => {
    const relay = await open();
    const { socket } = relay.address as { socket: string };
    const pieces = [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0]),
      Buffer.from([0, 0, 0, 8]),
      Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0, 0x50, 0xff, 0xff, 0xff, 0xff]),
      Buffer.alloc(0),
    ];
    await Promise.all(
      pieces.map(
        (piece) =>
          new Promise<void>((resolve) => {
            const client = connectSocket(socket, () => client.end(piece));
            client.on("close", () => resolve()).resume();
          }),
      ),
    );
    await (await signIn(relay)).end();
  });

  it.skipIf(spawnSync("psql", ["--version"]).status !== 0)("is used by libpq as any server (needs psql)", async () => {
    const { address, user, password, database } = await open();
    const env = { ...process.env, PGPASSWORD: password, PGHOST: (address as { folder: string }).folder };
    const asked = ["-XAtU", user, "-d", database, "-c", "select current_user, 40 + 2"];
    const { stdout } = await promisify(execFile)("psql", asked, { env });
    expect(stdout.trim()).toBe("writer|42");
  });
});
