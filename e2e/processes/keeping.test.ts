import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { s3Server } from "../../lib/testing/s3";
import { freePort } from "../../scripts/ports.mjs";
import { startPostgres } from "../../scripts/postgres.mjs";
import { Installation } from "./installation";
import { type CommandSettings, sluice } from "./sluice-command";

/** What an installation has is kept, brought back elsewhere, and moved to other services: by a real one, on real servers. */

const first = new Installation("keeping");
const second = new Installation("keeping-restored");
const place = mkdtempSync(path.join(path.dirname(first.home), "kept-"));
const folder = path.join(place, "backup");
const run = (args: string[], home: string, env: Record<string, string> = {}, more: CommandSettings = {}) =>
  sluice(args, { env: { SLUICE_HOME: home, LOG_LEVEL: "warn", ...env }, ...more });
let large = "";
let small = "";

beforeAll(async () => {
  for (const { home } of [first, second]) rmSync(home, { recursive: true, force: true });
  await first.start();
  small = await first.submit("select 'kept' as word");
  large = await first.submit("select g as n, md5(g::text) as t from generate_series(1, 20000) g");
  await first.ended(small);
  await first.ended(large);
}, 180_000);
afterAll(async () => {
  await first.stop();
  await second.stop();
  rmSync(place, { recursive: true, force: true });
}, 60_000);

async function hasAll(installation: Installation): Promise<void> {
  expect(await installation.ask("GET", `executions/${small}/rows`)).toMatchObject({ rows: [["kept"]] });
  const { rows } = (await installation.ask("GET", `executions/${large}/rows?offset=19999`)) as { rows: unknown[] };
  expect(rows).toEqual([[20000, createHash("md5").update("20000").digest("hex")]]);
}

it("finds nothing wrong with an installation that runs, and says what is when it does not", async () => {
  const well = await run(["doctor", "--json"], first.home, { PORT: String(first.port) });
  expect(JSON.parse(well.out.toString())).not.toContainEqual(expect.objectContaining({ state: "bad" }));
  expect(well.code).toBe(0);
  const ill = await run(["doctor"], first.home, {
    PORT: String(first.port),
    SLUICE_KEYS: `k9:${Buffer.alloc(32, 9).toString("base64")}`,
    STORE_URL: "file:///proc/nowhere",
    REDIS_URL: "redis://127.0.0.1:1",
  });
  expect(ill.code).toBe(1);
  for (const about of ["keys", "store", "queue"]) expect(ill.out.toString()).toMatch(new RegExp(`^BAD +${about}`, "m"));
}, 60_000);

it("migrates what is up to date to nothing else, also while it runs", async () => {
  expect(await run(["migrate"], first.home)).toMatchObject({ code: 0, said: "The database is up to date.\n" });
  await hasAll(first);
}, 60_000);

it("keeps all of it while it runs, and brings it back in an empty place", async () => {
  expect(await run(["backup", folder], first.home)).toMatchObject({ code: 0 });
  const secrets = JSON.parse(readFileSync(path.join(first.home, "secrets.json"), "utf8")) as { keys: string };
  expect(readFileSync(path.join(folder, "backup.json"), "utf8")).not.toContain(secrets.keys.split(":")[1]);
  expect(await run(["backup", folder], first.home)).toMatchObject({
    code: 2,
    said: expect.stringContaining("not empty"),
  });
  const keyless = await run(["restore", folder], second.home);
  expect(keyless).toMatchObject({ code: 1, said: expect.stringContaining("secrets.json") });
  mkdirSync(second.home, { recursive: true });
  copyFileSync(path.join(first.home, "secrets.json"), path.join(second.home, "secrets.json"));
  expect(await run(["restore", folder], second.home)).toMatchObject({ code: 0 });
  expect(await run(["restore", folder], second.home)).toMatchObject({ said: expect.stringContaining("set up") });
  await first.stop();
  await second.start();
  await hasAll(second);
  // Its demo warehouse was made again, under the passwords that were kept.
  expect(await second.run("select count(*) from learners")).toMatchObject({ state: "succeeded" });
  await second.stop();
}, 180_000);

it("refuses what it cannot bring back whole", async () => {
  const broken = path.join(place, "broken");
  const empty = path.join(place, "empty");
  const change = async (
    edit: (manifest: { database: { migrations: string[]; tables: { rows: number }[] } }) => void,
  ) => {
    rmSync(broken, { recursive: true, force: true });
    rmSync(empty, { recursive: true, force: true });
    cpSync(folder, broken, { recursive: true });
    mkdirSync(empty);
    copyFileSync(path.join(first.home, "secrets.json"), path.join(empty, "secrets.json"));
    const manifest = JSON.parse(readFileSync(path.join(broken, "backup.json"), "utf8"));
    edit(manifest);
    writeFileSync(path.join(broken, "backup.json"), JSON.stringify(manifest));
    return run(["restore", broken], empty);
  };
  const newer = await change(({ database }) => void database.migrations.push("29991231000000_later"));
  expect(newer).toMatchObject({ code: 1, said: expect.stringContaining("newer release") });
  const short = await change(({ database }) => {
    const users = database.tables.find((table) => table.rows > 0);
    if (users) users.rows += 1;
  });
  expect(short).toMatchObject({ code: 1, said: expect.stringContaining("rows of") });
  // Nothing of it stayed, so the whole one goes in.
  expect(await run(["restore", folder], empty)).toMatchObject({ code: 0 });
}, 120_000);

/** A Redis of the test's own, and what it holds. */
async function startRedis() {
  const port = await freePort();
  const flags = ["--port", String(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"];
  const server = spawn("redis-server", flags, { stdio: "ignore", cwd: "/" });
  const client = new Redis(port, { maxRetriesPerRequest: 50 });
  client.on("error", () => undefined);
  await client.ping();
  const stop = () => {
    client.disconnect();
    server.kill("SIGKILL");
  };
  return { url: `redis://127.0.0.1:${port}`, keys: () => client.keys("*"), stop };
}

it("moves the embedded database, its queue and the folder to services of one's own", async () => {
  const password = "moved-to-1234";
  // An earlier try may have left some of it.
  await second.stop();
  const moved = mkdtempSync(path.join(place, "moved-"));
  mkdirSync(path.join(moved, "server"));
  const server = await startPostgres(path.join(moved, "server"), password, { fsync: "off" });
  const redis = await startRedis();
  const owner = `postgres://postgres:${password}@127.0.0.1:${server.port}/sluice`;
  try {
    const client = new pg.Client({ connectionString: owner.replace(/sluice$/, "postgres") });
    await client.connect();
    await client.query("create database sluice");
    await client.end();
    // What waits when Sluice is stopped was given to no queue yet, and what ran there is no more.
    await second.start();
    const { items } = (await second.ask("GET", "warehouses")) as { items: { id: string; personal: boolean }[] };
    const warehouse = items.find(({ personal }) => personal)?.id ?? "";
    const ask = async (sql: string) => String((await second.ask("POST", "executions", { warehouse, sql })).id);
    await second.ask("PUT", `warehouses/${warehouse}/gate`, { paused: false });
    await second.ended(await ask("select 'in the first queue'"));
    await second.ask("PUT", `warehouses/${warehouse}/gate`, { paused: true, reason: "we move" });
    const held = await ask("select 'held over the move'");
    await second.stop();
    const services = {
      MIGRATION_DATABASE_URL: owner,
      DATABASE_URL: owner.replace(`postgres:${password}`, "sluice_app:app-5678"),
      STORE_URL: `file://${path.join(moved, "store")}`,
      REDIS_URL: redis.url,
    };
    const alone = await run(["move"], second.home, { REDIS_URL: redis.url });
    expect(alone).toMatchObject({ code: 2, said: expect.stringContaining("DATABASE_URL") });
    expect(await run(["move"], second.home, services)).toMatchObject({ code: 0 });
    await second.start(services);
    await hasAll(second);
    expect(second.all().some(({ command }) => command.includes(path.join(second.home, "pg")))).toBe(false);
    expect(await second.execution(held)).toMatchObject({ state: "queued" });
    await second.ask("PUT", `warehouses/${warehouse}/gate`, { paused: false });
    expect(await second.ended(held)).toMatchObject({ state: "succeeded" });
    expect(await second.ended(await ask("select 'by Redis'"))).toMatchObject({ state: "succeeded" });
    // It was Redis that carried them.
    expect((await redis.keys()).filter((key) => key.includes(`sluice-${warehouse}`))).not.toEqual([]);
    await second.stop();
  } finally {
    await second.stop();
    redis.stop();
    await server.stop();
  }
}, 240_000);

it("moves the folder alone to S3, keeps it from there, and brings it back into a folder", async (context) => {
  const s3 = await s3Server();
  if (!s3) return context.skip("needs python3 with venv, and PyPI, for an S3 server");
  await s3.start();
  const services = {
    STORE_URL: `s3://${s3.bucket}/company/sluice`,
    S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
  };
  try {
    expect(await run(["move"], first.home, services)).toMatchObject({ code: 0 });
    // What was in the folder cannot be what answers.
    rmSync(path.join(first.home, "store"), { recursive: true });
    await first.start(services);
    await hasAll(first);
    const fromS3 = path.join(place, "from-s3");
    expect(await run(["backup", fromS3], first.home, services)).toMatchObject({ code: 0 });
    await first.stop();
    s3.kill();
    expect(await run(["restore", fromS3, "--only", "store"], first.home)).toMatchObject({ code: 0 });
    await first.start();
    await hasAll(first);
    await first.stop();
  } finally {
    s3.kill();
  }
}, 180_000);
