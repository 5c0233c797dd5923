import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import pg from "pg";
import { rest, signIn } from "./portal";

/** Opens a page and waits until its program runs: only then is the gate's state in the top line. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByLabel(/^Gate of .+: ./)).toBeVisible();
}

interface DemoConfig {
  host: string;
  port: number;
  database: string;
  tls: string;
}

/** Where the demo warehouse is, as its form has it. */
export async function demo(page: Page): Promise<{ id: string; config: DemoConfig }> {
  const { id, admin } = await rest<{ id: string; admin: { config: DemoConfig } }>(page, "GET", "/warehouses/demo");
  return { id, config: admin.config };
}

interface Account {
  host: string;
  port: number;
  user: string;
  password: string;
}

/** The embedded server's superuser, whom no form should take without a question. */
export function superuserOf({ host, port }: DemoConfig): Account {
  const secrets = path.resolve(import.meta.dirname, "../.sluice-test/e2e/secrets.json");
  const { database } = JSON.parse(readFileSync(secrets, "utf8")) as { database: { superuser: string } };
  return { host, port, user: "postgres", password: database.superuser };
}

/** Runs SQL in the demo warehouse as the superuser. */
export async function inDemo(config: DemoConfig, sql: string): Promise<void> {
  const client = new pg.Client({ ...superuserOf(config), database: config.database });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Asks or changes Sluice's own database: what takes a day, or another machine, would have been written there. */
export async function inSluice(page: Page, sql: string, values: unknown[]): Promise<unknown[]> {
  const client = new pg.Client({ ...superuserOf((await demo(page)).config), database: "sluice" });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

interface Listed {
  id: string;
  email: string;
  role: string;
}

export async function people(page: Page): Promise<Listed[]> {
  return (await rest<{ items: Listed[] }>(page, "GET", "/users?limit=200")).items;
}

/** A browser of somebody who has not signed in. */
export async function stranger(page: Page): Promise<Page> {
  const browser = page.context().browser();
  if (!browser) throw new Error("these tests need a browser of their own");
  return (await browser.newContext({ storageState: { cookies: [], origins: [] } })).newPage();
}

interface Editor {
  theirs: Page;
  email: string;
  team: { id: string; name: string };
}

/** An editor who may use the demo warehouse, alone in a team, in a browser of their own. */
export async function editor(page: Page, name: string): Promise<Editor> {
  const { id } = await demo(page);
  const stamp = Date.now();
  const email = `${name.toLowerCase()}-${stamp}@example.com`;
  const password = "an editor's password";
  const team = await rest<{ id: string; name: string }>(page, "POST", "/teams", { name: `${name}'s ${stamp}` });
  await rest(page, "POST", "/users", { email, name, role: "editor", password, teams: [team.id] });
  const { admin } = await rest<{ admin: { readers: { id: string }[] } }>(page, "GET", `/warehouses/${id}`);
  await rest(page, "POST", `/warehouses/${id}/grants`, { team: team.id, reader: admin.readers[0]?.id });
  const theirs = await stranger(page);
  await theirs.goto("/sign-in");
  await signIn(theirs, email, password);
  return { theirs, email, team };
}
