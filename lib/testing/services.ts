import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { buildPrograms, generateClient } from "../../scripts/build.mjs";
import { freePort } from "../../scripts/ports.mjs";
import { startPostgres } from "../../scripts/postgres.mjs";
import { secretsOf } from "../../scripts/secrets.mjs";
import { offerPythonServers } from "./python-servers";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL 18 of the tests' own, as superuser; its path is the maintenance database. */
    postgresUrl: string;
    /** A Redis of the tests' own; null where no redis-server is installed. */
    redisUrl: string | null;
    /** A folder for those that `testDatabase` makes, of a short name: sockets lie below it. */
    testHomes: string;
  }
}

/** The migrated database that every test database is cloned from. */
export const template = "sluice_template";

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const left = await client.query<{ name: string }>(
    "select datname as name from pg_database where datname ~ '^(test_|sluice_template)'",
  );
  for (const { name } of left.rows) await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
  const roles = await client.query<{ name: string }>(
    "select rolname as name from pg_roles where rolname ~ '^test_(reader|w)_'",
  );
  for (const { name } of roles.rows) await client.query(`drop role ${client.escapeIdentifier(name)}`);
  await client.query(`create database ${template}`);
  await client.end();
  const { migrate } = await import("../../prisma/migrator");
  const inside = new URL(url);
  inside.pathname = `/${template}`;
  await migrate(inside.href, inside.href.replace(/\/\/[^@]*@/, "//test_app:test_app@"));
}

async function startRedis(): Promise<{ url: string; child: ChildProcess } | null> {
  if (spawnSync("redis-server", ["--version"]).status !== 0) return null;
  const port = await freePort();
  const flags = ["--port", String(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"];
  const child = spawn("redis-server", flags, { stdio: "ignore", cwd: "/" });
  return { url: `redis://127.0.0.1:${port}`, child };
}

/** Starts what the database tests need, once for all of them. */
export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const home = path.resolve(".sluice-test");
  mkdirSync(home, { recursive: true });
  const stopPython = offerPythonServers(project, home);
  await generateClient();
  await buildPrograms();
  const password = secretsOf(home).database.superuser;
  const server = await startPostgres(home, password, { fsync: "off", synchronous_commit: "off", max_connections: 300 });
  const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
  await makeTemplate(url);
  const redis = await startRedis();
  const homes = mkdtempSync(path.join(tmpdir(), "sluice-"));
  project.provide("testHomes", homes);
  project.provide("postgresUrl", url);
  project.provide("redisUrl", redis?.url ?? null);
  return async () => {
    await stopPython();
    redis?.child.kill("SIGTERM");
    await server.stop();
    rmSync(homes, { recursive: true, force: true });
  };
}
