import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "@/lib/warehouses/adapter";
import { ask, failure, keepingSink, sessionOptions } from "@/lib/warehouses/conformance";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from ".";
import { createAdapter } from "./adapter";
import { postgresDialect } from "./dialect";
import { type Reader, startReader } from "./subject";

/** A wire that the test can cut after so many bytes from the server. */
function cuttingProxy(port: number, bytes: number): Promise<{ server: Server; port: number }> {
  const server = createServer((down: Socket) => {
    const up = connect(port, "127.0.0.1");
    let left = bytes;
    down.on("error", () => {}).on("close", () => up.destroy());
    up.on("error", () => {}).on("close", () => down.destroy());
    down.pipe(up);
    up.on("data", (chunk: Buffer) => {
      down.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) down.destroy();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ server, port: (server.address() as { port: number }).port }));
  });
}

describe.each(await postgresEngines())("work ends truly on $name", (engine) => {
  let reader: Reader;
  let connection: Connection;
  beforeAll(async () => {
    reader = await startReader(engine);
    connection = reader.connection;
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await reader.server.stop();
  });

  const activeNow = (name: string) =>
    reader.server.admin<{ n: string }>(
      `select count(*) as n from pg_stat_activity where application_name = '${name}' and state = 'active'`,
    );

  async function started(name: string) {
    const session = await adapter.acquire(connection);
    await session.begin({ ...sessionOptions, applicationName: name });
    const ended = failure(session.run({ sql: "select pg_sleep(60)", values: [], limit: null }, keepingSink())).finally(
      () => session.release(),
    );
    await expect.poll(async () => Number((await activeNow(name))[0]?.n), { interval: 20 }).toBe(1);
    return { session, ended };
  }

  it("a statement over its time is stopped in words", async () => {
    const error = await failure(ask(adapter, connection, "select pg_sleep(10)", [], null, { statementTimeoutMs: 100 }));
    expect(error).toMatchObject({ code: "timeout" });
    expect(error.message).toMatch(/longer than the time allowed/);
  });

  it("stop is confirmed, and the session serves again", async () => {
    const { session, ended } = await started("stop-1");
    expect(await adapter.isActive(connection, session.backend, "stop-1")).toBe(true);
    expect(await adapter.stop(connection, session.backend, "stop-1", 2000)).toBe(true);
    expect(Number((await activeNow("stop-1"))[0]?.n)).toBe(0);
    expect(await ended).toMatchObject({ code: "57014" });
    expect((await ask(adapter, connection, "select 1")).csv).toBe("1\n");
  });

  it("stop leaves a backend alone that works for somebody else", async () => {
    const { session, ended } = await started("stop-2");
    expect(await adapter.stop(connection, session.backend, "another", 100)).toBe(true);
    expect(await adapter.stop(connection, { ...session.backend, start: "2001-01-01" }, "stop-2", 100)).toBe(true);
    expect(Number((await activeNow("stop-2"))[0]?.n)).toBe(1);
    expect(await adapter.stop(connection, session.backend, "stop-2", 2000)).toBe(true);
    await ended;
  });

  it("another process takes over and stops it", async () => {
    const { session, ended } = await started("stop-3");
    const other = createAdapter(postgresDialect);
    expect(await other.stop(connection, session.backend, "stop-3", 1000)).toBe(true);
    expect(await ended).toHaveProperty("code");
    await other.close();
  });

  it("stop works under a changed application_name", async () => {
    const hidden = await adapter.acquire(connection);
    await hidden.begin({ ...sessionOptions, applicationName: "stop-5" });
    const sql = "select set_config('application_name', 'somebody', false), pg_sleep(30)";
    const refused = failure(hidden.run({ sql, values: [], limit: null }, keepingSink()));
    await expect.poll(async () => Number((await activeNow("somebody"))[0]?.n), { interval: 20 }).toBe(1);
    expect(await adapter.stop(connection, hidden.backend, "stop-5", 1000)).toBe(true);
    expect(await refused).toMatchObject({ code: "57014" });
    await hidden.release();
  });

  it("a wire cut in the middle of rows is an error, never a result", async () => {
    const proxy = await cuttingProxy(reader.server.port, 400_000);
    const through = { ...connection, roleId: "cut", config: { ...(connection.config as object), port: proxy.port } };
    for (const [sql, values] of [
      ["select i, repeat('x', 100) from generate_series(1, 100000) i", []],
      ["select i, repeat('x', 100) from generate_series(1, $1::int) i", ["100000"]],
    ] as const) {
      const error = await failure(ask(adapter, through, sql, [...values]));
      expect(error).toMatchObject({ code: "connection" });
      expect(error.message).toMatch(/was lost/);
    }
    proxy.server.close();
  });

  it("a writer that fails ends the statement with its own error", async () => {
    const session = await adapter.acquire(connection);
    await session.begin({ ...sessionOptions, applicationName: "broken-sink" });
    const sink = keepingSink();
    const open = sink.open.bind(sink);
    sink.open = (restarted) => {
      const out = open(restarted);
      setTimeout(() => out.destroy(new Error("disk full")), 20);
      return out;
    };
    const endless = "select generate_series(1, 500000000), repeat('x', 100)";
    await expect(session.run({ sql: endless, values: [], limit: null }, sink)).rejects.toThrow(/disk full/);
    await session.release();
    expect(Number((await activeNow("broken-sink"))[0]?.n)).toBe(0);
  });

  it("a closed socket ends the statement in the server", async () => {
    const { session, ended } = await started("destroyed");
    session.destroy();
    await ended;
    await expect.poll(async () => Number((await activeNow("destroyed"))[0]?.n), { timeout: 5000 }).toBe(0);
  });

  it("says what is wrong with a connection, at its field", async () => {
    const config = connection.config as { port: number };
    const wrong = { ...connection, roleId: "wrong", password: "no" };
    expect(await failure(adapter.acquire(wrong))).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/^The password for "reader" is wrong\. Ask an admin /),
    });
    expect((await adapter.test(wrong)).problem?.field).toBe("password");
    const nowhere = { ...connection, roleId: "nowhere", config: { ...config, port: 1 } };
    expect((await failure(adapter.acquire(nowhere))).message).toMatch(/Nothing answers at 127\.0\.0\.1:1\./);
    const unknown = { ...connection, roleId: "unknown", config: { ...config, database: "nope" } };
    expect((await adapter.test(unknown)).problem).toMatchObject({ field: "database" });
    const encrypted = { ...connection, roleId: "encrypted", config: { ...config, tls: "require" } };
    expect((await adapter.test(encrypted)).problem).toMatchObject({ field: "tls" });
    const nameless = { ...connection, roleId: "nameless", config: { ...config, host: "no-such-host.invalid" } };
    expect((await adapter.test(nameless)).problem).toMatchObject({ field: "host" });
  });

  it("warns of what the role may do to its siblings, until it is revoked", async () => {
    const before = await adapter.test(connection);
    expect(before).toMatchObject({ ok: true, superuser: false, problem: null });
    expect(before.version).toMatch(/^PostgreSQL \d+/);
    expect(before.warnings).toHaveLength(4);
    for (const { sql } of before.warnings) await reader.server.admin(sql);
    expect((await adapter.test(connection)).warnings).toEqual([]);
    const admin = await adapter.test({ ...connection, username: "postgres", password: "super" });
    expect(admin.superuser).toBe(true);
  });

  it("stops and confirms even when all of that is revoked", async () => {
    await adapter.close();
    const { session, ended } = await started("revoked-1");
    expect(await adapter.stop(connection, session.backend, "revoked-1", 1000)).toBe(true);
    expect(await ended).toMatchObject({ code: "57014" });
    const orphan = await started("revoked-2");
    const other = createAdapter(postgresDialect);
    expect(await other.isActive(connection, orphan.session.backend, "revoked-2")).toBe(true);
    orphan.session.destroy();
    expect(await other.stop(connection, orphan.session.backend, "revoked-2", 500)).toBe(true);
    expect(Number((await activeNow("revoked-2"))[0]?.n)).toBe(0);
    await other.close();
  });
});
