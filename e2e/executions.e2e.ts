import { allowDownloads, cell, editorText, execute, expect, rest, signIn, test } from "./portal";

interface Submitted {
  id: string;
}

test("a failed execution says what, where and what to do", async ({ page }) => {
  const { id } = await execute(page, "-- Broken on purpose\nselect *\nfrom nowhere");
  await page.goto(`/executions/${id}`);
  await expect(page.getByRole("heading", { name: "Broken on purpose" })).toBeVisible();
  const alert = page.getByRole("alert").filter({ hasText: "A table in it was not found" });
  await expect(alert).toContainText('relation "nowhere" does not exist (line 3, column 6)');
  await expect(page.locator("mark")).toHaveText("nowhere");
});

test("one that waits says why, and shows its rows by itself once it may run", async ({ page }) => {
  const { items } = await rest<{ items: { id: string; name: string }[] }>(page, "GET", "/warehouses");
  const demo = items.find(({ name }) => name === "demo")?.id;
  const gate = `/warehouses/${demo}/gate`;
  await rest(page, "PUT", gate, { paused: true, reason: "Month end" });
  try {
    const { id } = await rest<Submitted>(page, "POST", "/executions", {
      warehouse: "demo",
      sql: "select 'at last' as a",
    });
    await page.goto(`/executions/${id}`);
    await expect(page.getByText(/1st in line for demo.*Month end/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  } finally {
    await rest(page, "PUT", gate, { paused: false });
  }
  await expect(cell(page, "at last")).toBeVisible();
});

test("one that runs is stopped from its page, confirmed", async ({ page }) => {
  const { id } = await rest<Submitted>(page, "POST", "/executions", { warehouse: "demo", sql: "select pg_sleep(61)" });
  await page.goto(`/executions/${id}`);
  // The seconds count once the page is alive; before that a click would be lost.
  await expect(page.getByText(/Running for \d+ s/)).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Cancelled before it finished")).toBeVisible();
});

test("a truncated result says so above its rows and in the download menu", async ({ page }) => {
  await allowDownloads(page);
  const { id } = await execute(page, "select n from generate_series(1, 50) n", { limit: 10 });
  await page.goto(`/executions/${id}`);
  await expect(page.getByText("Truncated: only the first 10 rows are kept, cut by the row limit.")).toBeVisible();
  await page.getByRole("button", { name: "Download" }).click();
  await expect(page.getByText("Holds the stored rows only: cut by the row limit")).toBeVisible();
});

test("a reused answer says so and can be run afresh at a link of its own", async ({ page }) => {
  await execute(page, "select 'kept' as a");
  const { id } = await execute(page, "select 'kept' as a", { maxAgeSeconds: 3_600 });
  await page.goto(`/executions/${id}`);
  await expect(page.getByText(/reused an answer from/)).toBeVisible();
  // Rows are there once the page is alive; before that a click would be lost.
  await expect(cell(page, "kept")).toBeVisible();
  await page.getByRole("button", { name: "Run afresh" }).click();
  await expect(page).not.toHaveURL(new RegExp(id));
  await expect(page.getByRole("button", { name: "Run again" })).toBeVisible();
  await expect(cell(page, "kept")).toBeVisible();
});

test("a copy opens in the editor with its SQL, zone and rows", async ({ page }) => {
  const { id } = await execute(page, "select 'copied' as a", { timeZone: "Asia/Kathmandu" });
  await page.goto(`/executions/${id}`);
  await page.getByRole("link", { name: "Edit a copy" }).click();
  await expect.poll(() => editorText(page)).toContain("select 'copied' as a");
  await expect(cell(page, "copied")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Time zone of this run" })).toHaveValue("Asia/Kathmandu");
});

test("a viewer reads what their team may see and is offered nothing that they may not do", async ({
  page,
  browser,
  baseURL,
}) => {
  const warehouses = await rest<{ items: { id: string; name: string }[] }>(page, "GET", "/warehouses");
  const demo = warehouses.items.find(({ name }) => name === "demo")?.id;
  const email = `viewer-${Date.now()}@example.com`;
  const password = "a viewer's password";
  const { id: team } = await rest<Submitted>(page, "POST", "/teams", { name: `Readers ${Date.now()}` });
  await rest(page, "POST", "/users", { email, name: "Vera", role: "viewer", password, teams: [team] });
  const { admin } = await rest<{ admin: { readers: Submitted[] } }>(page, "GET", `/warehouses/${demo}`);
  await rest(page, "POST", `/warehouses/${demo}/grants`, { team, reader: admin.readers[0]?.id });
  const { id } = await execute(page, "select 'for all' as a");

  const hers = await (await browser.newContext({ baseURL, storageState: undefined })).newPage();
  await hers.goto(`/executions/${id}`);
  await signIn(hers, email, password);
  await expect(cell(hers, "for all")).toBeVisible();
  await expect(hers.getByText(/Everyone who may use demo/)).toBeVisible();
  await expect(hers.getByRole("button", { name: "Run again" })).toHaveCount(0);
  await expect(hers.getByRole("link", { name: "Edit a copy" })).toHaveCount(0);
  await hers.goto("/queries/new");
  await expect(hers.getByText("Running SQL needs the role editor")).toBeVisible();
  await hers.context().close();
});
