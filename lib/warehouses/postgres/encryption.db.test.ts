import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, failure } from "@/lib/warehouses/conformance";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from ".";
import { type Reader, startReader } from "./subject";

describe.each(await postgresEngines())("encryption on $name", (engine) => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await startReader(engine, { tls: true });
    await reader.server.admin("create role tls_only login password 'secret'");
  }, 60_000);
  afterAll(async () => {
    await adapter.close();
    await reader.server.stop();
  });
  const by = (tls: string) => ({
    ...reader.connection,
    roleId: `tls ${tls}`,
    username: "tls_only",
    password: "secret",
    config: { ...(reader.connection.config as object), tls },
  });
  const encrypted = "select ssl, repeat('x', 10) from pg_stat_ssl where pid = pg_backend_pid()";

  it("is used where it is asked for or offered, for rows of either way", async () => {
    for (const tls of ["require", "prefer"]) {
      expect((await ask(adapter, by(tls), encrypted)).csv).toBe("t,xxxxxxxxxx\n");
      expect((await ask(adapter, by(tls), `${encrypted} and $1 = 1`, ["1"])).csv).toBe("t,xxxxxxxxxx\n");
      expect((await ask(adapter, by(tls), "select generate_series(1, 50000)")).rowCount).toBe(50_000);
    }
  });

  it("says so where the server insists on it", async () => {
    expect((await failure(adapter.acquire(by("disable")))).message).toMatch(
      /does not let "tls_only" in|encrypted connection/,
    );
    expect((await adapter.test(by("disable"))).problem?.field).toMatch(/tls|user/);
  });

  it("refuses a certificate that nobody vouches for under verify-full", async () => {
    expect((await adapter.test(by("verify-full"))).problem).toMatchObject({ field: "tls" });
  });
});
