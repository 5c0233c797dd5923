import type { Page } from "@playwright/test";
import { demo, open, stranger } from "./admin";
import { cell, expect, menuItem, rest, signIn, test } from "./portal";

const list = (page: Page, name: "Running" | "Waiting") =>
  page.getByRole("region", { name: "Load of demo" }).getByRole("region", { name }).getByRole("listitem");

/** An editor who may use the demo warehouse, in a browser of their own. */
async function editor(page: Page, name: string): Promise<Page> {
  const { id } = await demo(page);
  const email = `${name.toLowerCase()}-${Date.now()}@example.com`;
  const password = "an editor's password";
  const { id: team } = await rest<{ id: string }>(page, "POST", "/teams", { name: `${name}'s ${Date.now()}` });
  await rest(page, "POST", "/users", { email, name, role: "editor", password, teams: [team] });
  const { admin } = await rest<{ admin: { readers: { id: string }[] } }>(page, "GET", `/warehouses/${id}`);
  await rest(page, "POST", `/warehouses/${id}/grants`, { team, reader: admin.readers[0]?.id });
  const theirs = await stranger(page);
  await theirs.goto("/sign-in");
  await signIn(theirs, email, password);
  return theirs;
}

test("somebody's query is stopped with a reason, and their own page says it without being loaded again", async ({
  page,
}) => {
  const hers = await editor(page, "Cora");
  const mark = `'stopped ${Date.now()}'`;
  const asked = await hers.request.post("/api/v1/executions", {
    headers: { "x-sluice": "1" },
    data: { warehouse: "demo", sql: `select ${mark}, pg_sleep(300)` },
  });
  expect(asked.status()).toBe(202);
  const { id } = (await asked.json()) as { id: string };
  await hers.goto(`/executions/${id}`);
  await expect(hers.getByRole("button", { name: "Stop" })).toBeVisible();

  await open(page, "/admin/load");
  const row = list(page, "Running").filter({ hasText: mark });
  await row.getByRole("button", { name: "Actions for Cora's query" }).click();
  await menuItem(page, "Actions for Cora's query", "Stop this query…").click();
  const question = page.getByRole("dialog", { name: "Stop Cora's query" });
  const reason = `The nightly load needs the room, ${mark}`;
  await question.getByLabel("Reason").fill(reason);
  await question.getByRole("button", { name: "Stop" }).click();
  await expect(hers.getByText(reason)).toBeVisible();
  await expect(row).toHaveCount(0);
  const kept = { state: "cancelled", stopReason: reason };
  await expect.poll(() => rest(page, "GET", `/executions/${id}`), { timeout: 60_000 }).toMatchObject(kept);
  await hers.context().close();
});

test("on a phone a warehouse is paused, whoever waits reads why on theirs, and it is resumed", async ({ page }) => {
  const { id: warehouse } = await demo(page);
  await rest(page, "PUT", `/warehouses/${warehouse}/gate`, { paused: false });
  const hers = await editor(page, "Dora");
  for (const one of [page, hers]) await one.setViewportSize({ width: 390, height: 844 });
  const fits = (one: Page) => () => one.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const mark = `held ${Date.now()}`;
  const reason = `Index build until 14:00, ${mark}`;
  await page.goto("/admin/load");
  const load = page.getByRole("region", { name: "Load of demo" });
  try {
    await load.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByLabel("Reason").fill(reason);
    const pause = page.getByRole("dialog").getByRole("button", { name: "Pause", exact: true });
    await expect(pause).toBeInViewport({ ratio: 1 });
    await pause.click();
    await expect(load.getByText(reason).first()).toBeVisible();
    await expect.poll(fits(page)).toBeLessThanOrEqual(0);

    const data = { warehouse: "demo", sql: `select '${mark}' as words` };
    const asked = await hers.request.post("/api/v1/executions", { headers: { "x-sluice": "1" }, data });
    expect(asked.status()).toBe(202);
    const { id } = (await asked.json()) as { id: string };
    await hers.goto(`/executions/${id}`);
    const why = hers.getByRole("status").filter({ hasText: reason });
    await expect(why).toBeInViewport();
    await expect.poll(fits(hers)).toBeLessThanOrEqual(0);
    await expect(list(page, "Waiting").filter({ hasText: mark })).toContainText(`Paused: ${reason}`);

    await load.getByRole("button", { name: "Resume" }).click();
    await expect(cell(hers, mark)).toBeVisible();
    await expect(load.getByText("Everything is paused")).toHaveCount(0);
  } finally {
    await rest(page, "PUT", `/warehouses/${warehouse}/gate`, { paused: false });
    await hers.context().close();
  }
});

test("a stage that waits is put first and last, and one that runs is stopped with its run", async ({ page }) => {
  const { id: warehouse } = await demo(page);
  const name = `load_rows_${Date.now()}`;
  const gate = (patch: object) => rest(page, "PUT", `/warehouses/${warehouse}/gate`, patch);
  const params = { warehouse: "demo", sql: "select pg_sleep(300) as slept" };
  const stages = [{ id: "slow", operator: "sql-extract@1", params, outputs: { rows: "parquet" } }];
  await rest(page, "PUT", `/pipelines/${name}`, { name, stages });
  await gate({ paused: true, reason: "Until the line is in order" });
  const begun: string[] = [];
  try {
    const sql = `select 'stands in line ${Date.now()}'`;
    const other = await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql });
    begun.push(`/executions/${other.id}`);
    const run = await rest<{ id: string }>(page, "POST", `/pipelines/${name}/runs`, {});
    begun.push(`/runs/${run.id}`);

    await open(page, "/admin/load");
    const waiting = list(page, "Waiting").filter({ hasText: `${name} › slow` });
    const choose = async (item: string) => {
      await waiting.getByRole("button", { name: "Actions for Admin's stage" }).click();
      await menuItem(page, "Actions for Admin's stage", item).click();
    };
    await choose("Put first in line");
    await expect(waiting).toContainText("put first");
    await expect(list(page, "Waiting").first()).toContainText(name);
    await choose("Put last in line");
    await expect(waiting).not.toContainText("put first");
    await expect(list(page, "Waiting").last()).toContainText(name);

    await gate({ paused: false });
    const running = list(page, "Running").filter({ hasText: `${name} › slow` });
    await running.getByRole("button", { name: "Actions for Admin's stage" }).click();
    await menuItem(page, "Actions for Admin's stage", "Stop its run…").click();
    const question = page.getByRole("dialog", { name: "Stop the run of Admin's stage" });
    const reason = `It would sleep through the morning, ${name}`;
    await question.getByLabel("Reason").fill(reason);
    await question.getByRole("button", { name: "Stop the run" }).click();
    await expect(running).toHaveCount(0);
    const state = async () => (await rest<{ state: string }>(page, "GET", `/runs/${run.id}?wait=10`)).state;
    await expect.poll(state, { timeout: 60_000 }).toBe("cancelled");
    await open(page, `/runs/${run.id}?stage=slow`);
    await expect(page.getByText(reason).first()).toBeVisible();
  } finally {
    await gate({ paused: false });
    for (const one of begun) await rest(page, "POST", `${one}/cancel`).catch(() => undefined);
  }
});
