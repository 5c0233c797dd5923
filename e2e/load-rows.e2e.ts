import type { Page } from "@playwright/test";
import pg from "pg";
import { demo, editor, inDemo, inSluice, open } from "./admin";
import { cell, expect, menuItem, rest, test } from "./portal";

const list = (page: Page, name: "Running" | "Waiting") =>
  page.getByRole("region", { name: "Load of demo" }).getByRole("region", { name }).getByRole("listitem");

test("somebody's query is stopped with a reason, and their own page says it without being loaded again", async ({
  page,
}) => {
  const { theirs: hers } = await editor(page, "Cora");
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
  const { theirs: hers } = await editor(page, "Dora");
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

test("a row says how far it is, since when, in which lane, and as which session of the warehouse", async ({ page }) => {
  const mark = `'told ${Date.now()}'`;
  // Some 100 rows a second of a kilobyte each, so that they leave the warehouse while it runs.
  const sql = `select ${mark}, repeat('x', 1000), pg_sleep(0.01) from generate_series(1, 60000)`;
  const asked = Date.now();
  const data = { warehouse: "demo", sql, lane: "scheduled" };
  const { id } = await rest<{ id: string }>(page, "POST", "/executions", data);
  try {
    await open(page, "/admin/load");
    const row = list(page, "Running").filter({ hasText: mark });
    const rows = async () => Number(/([\d,]+) rows/.exec(await row.innerText())?.[1]?.replaceAll(",", "") ?? 0);
    const seconds = async () => {
      const [, minutes = 0, more = 0] = /^(?:(\d+) min ?)?(?:(\d+) s)?$/m.exec((await row.innerText()).trim()) ?? [];
      return Number(minutes) * 60 + Number(more);
    };
    await expect.poll(rows, { timeout: 60_000 }).toBeGreaterThan(0);
    const [first, since] = [await rows(), await seconds()];
    await expect.poll(rows, { timeout: 60_000 }).toBeGreaterThan(first);
    await expect.poll(seconds, { timeout: 60_000 }).toBeGreaterThan(since);
    expect(await seconds()).toBeLessThanOrEqual((Date.now() - asked) / 1_000 + 1);
    await expect(row).toContainText(" · scheduled · ");
    const [session] = await inSluice(
      page,
      "select pid from pg_stat_activity where query like $1 and backend_type = 'client backend' and pid <> pg_backend_pid()",
      [`%${mark}%`],
    );
    await expect(row).toContainText(`pid ${(session as { pid: number }).pid}`);
  } finally {
    await rest(page, "POST", `/executions/${id}/cancel`);
  }
});

test("a session that is not ours is seen by its user and program, and ended from the page where the role may", async ({
  page,
}) => {
  const { id, config } = await demo(page);
  const { admin } = await rest<{ admin: { readers: { user: string }[] } }>(page, "GET", `/warehouses/${id}`);
  const [stamp, reader] = [Date.now(), admin.readers[0]?.user];
  const [user, application, password] = [`e2e_other_${stamp}`, `nightly etl ${stamp}`, "of another program"];
  // What a role may see, its members may.
  await inDemo(config, `create role ${user} login password '${password}'; grant ${user} to ${reader}`);
  await inDemo(config, `grant connect on database ${config.database} to ${user}`);
  const { host, port, database } = config;
  const other = new pg.Client({ host, port, database, user, password, application_name: application });
  other.on("error", () => undefined);
  const terminate = "execute on function pg_terminate_backend(integer, bigint)";
  try {
    await other.connect();
    const ended = other.query("select pg_sleep(300)").then(
      () => "it slept to its end",
      (error: Error) => error.message,
    );
    await open(page, "/admin/load");
    const load = page.getByRole("region", { name: "Load of demo" });
    await load.getByText("Sessions that are not ours").click();
    const row = load.getByRole("listitem").filter({ hasText: application });
    await expect(row).toContainText(user);
    await expect(row).toContainText("select pg_sleep(300)");
    await expect(row).toContainText("The reader may not end it");
    await inDemo(config, `grant ${terminate} to ${reader}`);
    await row.getByRole("button", { name: `End the session of ${user}` }).click({ timeout: 60_000 });
    const question = page.getByRole("dialog", { name: `End the session of ${user}, ${application}` });
    const reason = `It holds a lock since noon, ${stamp}`;
    await question.getByLabel("Reason").fill(reason);
    await question.getByRole("button", { name: "End the session", exact: true }).click();
    await expect(row).toHaveCount(0);
    expect(await ended).toContain("terminating connection");
    const { items } = await rest<{ items: object[] }>(page, "GET", `/audit?q=${encodeURIComponent(reason)}`);
    expect(items[0]).toMatchObject({ action: "session.end_foreign", detail: { user, application, outcome: "ended" } });
  } finally {
    await other.end().catch(() => undefined);
    await inDemo(config, `revoke ${terminate} from ${reader}; drop owned by ${user}; drop role ${user}`);
  }
});
