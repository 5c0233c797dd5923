import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import pg from "pg";
import { inject } from "vitest";

/** Runs SQL on the tests' server as superuser, in its maintenance database or another. */
export async function asSuperuser(sql: string, database?: string): Promise<void> {
  const client = new pg.Client({ connectionString: addressOf(database) });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** What it answers there, each row as a list. */
export async function rowsIn(database: string, sql: string, values: unknown[] = []): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: addressOf(database) });
  await client.connect();
  try {
    return (await client.query({ text: sql, values, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

export function addressOf(database?: string, user?: { name: string; password: string }): string {
  const url = new URL(inject("postgresUrl"));
  if (database) url.pathname = `/${database}`;
  if (user) {
    url.username = user.name;
    url.password = user.password;
  }
  return url.href;
}

export interface TestDatabase {
  name: string;
  /** As the application's own lesser role. */
  url: string;
}

/**
 * A fresh database of Sluice's own, migrated, and the settings that point this test file at it. Call it in
 * `beforeAll`, before anything reads the settings. The next run of the tests drops it; its folder goes with this one.
 */
export async function testDatabase(settings: { redis?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asSuperuser(`create database ${name} template sluice_template`);
  await asSuperuser(`grant create, connect, temporary on database ${name} to test_app`);
  const url = addressOf(name, { name: "test_app", password: "test_app" });
  const home = mkdtempSync(`${inject("testHomes")}/`);
  const redisUrl = settings.redis ? inject("redisUrl") : null;
  Object.assign(process.env, {
    DATABASE_URL: url,
    SLUICE_HOME: home,
    SLUICE_URL: "http://127.0.0.1:3000",
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
  });
  return { name, url };
}
