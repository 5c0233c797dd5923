import { demo, open } from "./admin";
import { expect, menuItem, rest, test } from "./portal";

test("a pause says why and who, what waits says so too, and a resume lets it go on", async ({ page }) => {
  const { id } = await demo(page);
  await open(page, "/admin/load");
  const demoLoad = page.getByRole("region", { name: "Load of demo" });
  await demoLoad.getByRole("button", { name: "Pause" }).click();
  await page.getByLabel("Reason").fill("Loading March again until 10:00");
  await page.keyboard.press("Enter");
  try {
    await expect(demoLoad.getByText("Loading March again until 10:00").first()).toBeVisible();
    await expect(demoLoad.getByText(/Paused by Admin/)).toBeVisible();
    const sql = `select 'held ${Date.now()}' as words`;
    const { id: held } = await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql });
    const row = demoLoad.getByRole("region", { name: "Waiting" }).getByRole("listitem").filter({ hasText: sql });
    await expect(row).toContainText("Paused: Loading March again until 10:00");
    await open(page, "/tables?warehouse=demo");
    await expect(page.getByRole("link", { name: /Gate of demo: Paused: Loading March/ })).toBeVisible();
    await open(page, "/admin/load");
    await demoLoad.getByRole("button", { name: "Resume" }).click();
    await expect(demoLoad.getByText("Open")).toBeVisible();
    expect((await rest<{ state: string }>(page, "GET", `/executions/${held}?wait=20`)).state).toBe("succeeded");
  } finally {
    await rest(page, "PUT", `/warehouses/${id}/gate`, { paused: false });
  }
});

test("a running query is stopped from the load page, and its own page says that an admin did it", async ({ page }) => {
  const sql = `select pg_sleep(300), ${Date.now()}`;
  const { id } = await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql });
  await open(page, "/admin/load");
  const row = page.getByRole("region", { name: "Running" }).getByRole("listitem").filter({ hasText: sql });
  await row.getByRole("button", { name: /^Actions for/ }).click();
  await menuItem(page, /^Actions for/, "Stop this query…").click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("pg_sleep(300)");
  await question.getByRole("button", { name: "Stop" }).click();
  await expect(row).toHaveCount(0);
  const ended = await rest(page, "GET", `/executions/${id}?wait=10`);
  expect(ended).toMatchObject({ state: "cancelled", stopReason: expect.stringContaining("admin") });
});

test("limits are changed where the load is seen", async ({ page }) => {
  const { id } = await demo(page);
  const before = await rest<{ slots: number }>(page, "GET", `/warehouses/${id}/gate`);
  await open(page, "/admin/load");
  const demoLoad = page.getByRole("region", { name: "Load of demo" });
  await demoLoad.getByRole("button", { name: "Limits" }).click();
  await page.getByRole("textbox", { name: "Slots" }).fill("5");
  await page.getByRole("button", { name: "Save limits" }).click();
  try {
    await expect(demoLoad.getByText(/of 5 slots/)).toBeVisible();
    await expect(demoLoad.getByRole("button", { name: "Limits" })).toBeFocused();
  } finally {
    await rest(page, "PUT", `/warehouses/${id}/gate`, { slots: before.slots });
  }
});

test("a limit says what it would have held back in the last 7 days, before it is saved", async ({ page }) => {
  const { id } = await demo(page);
  const before = await rest<{ slots: number; perUser: number }>(page, "GET", `/warehouses/${id}/gate`);
  // Of two that ran at once the second would have waited for the one slot, and for its person's one turn.
  const sql = (n: number) => `select pg_sleep(300), ${n}, ${Date.now()}`;
  const both = [1, 2].map((n) => rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql: sql(n) }));
  const ids = (await Promise.all(both)).map((one) => one.id);
  try {
    const states = () =>
      Promise.all(ids.map(async (one) => (await rest<{ state: string }>(page, "GET", `/executions/${one}`)).state));
    await expect.poll(states).toEqual(["running", "running"]);
    await open(page, "/admin/load");
    await page.getByRole("region", { name: "Load of demo" }).getByRole("button", { name: "Limits" }).click();
    const effect = page.getByRole("status").filter({ hasText: "In the last 7 days" });
    await page.getByRole("textbox", { name: "Slots" }).fill("1");
    const some = "In the last 7 days [1-9][\\d,]* of [\\d,]+ would have waited longer: .*Admin [1-9]";
    await expect(effect).toContainText(new RegExp(`Slots: ${some}`));
    await page.getByRole("textbox", { name: "Slots" }).fill("900");
    await expect(effect).toContainText(/Slots: In the last 7 days 0 of [\d,]+ would have waited longer\./);
    await page.getByRole("textbox", { name: "Per person" }).fill("1");
    await expect(effect).toContainText(new RegExp(`Per person: ${some}`));
    expect(await rest(page, "GET", `/warehouses/${id}/gate`)).toMatchObject({
      slots: before.slots,
      perUser: before.perUser,
    });
  } finally {
    for (const one of ids) await rest(page, "POST", `/executions/${one}/cancel`);
  }
});

test("a decision is a mark on the day's chart, in its own words", async ({ page }) => {
  const { id } = await demo(page);
  const reason = `Marked ${Date.now()}`;
  await rest(page, "PUT", `/warehouses/${id}/gate`, { paused: true, reason });
  await rest(page, "PUT", `/warehouses/${id}/gate`, { paused: false });
  // The chart is there once a worker has looked at the warehouse.
  const points = async () =>
    (await rest<{ points: unknown[] }>(page, "GET", `/warehouses/${id}/load/history`)).points.length;
  await expect.poll(points, { timeout: 60_000 }).toBeGreaterThan(0);
  await open(page, "/admin/load");
  const figure = page.getByRole("figure", { name: "Load of demo over the last 24 hours" });
  const words = new RegExp(`\\d\\d:\\d\\d Paused: ${reason}, by Admin`);
  const mark = figure.getByRole("img", { name: words });
  await expect(mark).toBeVisible();
  await mark.focus();
  await expect(page.getByRole("tooltip")).toContainText(/\d\d:\d\d \w/);
  await figure.getByText("All numbers and decisions").click();
  const said = figure.getByRole("listitem").filter({ hasText: `Paused: ${reason}, by Admin` });
  await expect(said).toContainText(/^\d\d:\d\d /);
});

test("results and files have their chart, too, and say what the workers' processes take", async ({ page }) => {
  await page.goto("/");
  const { items } = await rest<{ items: { id: string; name: string; personal: boolean }[] }>(
    page,
    "GET",
    "/warehouses",
  );
  const { id, name } = items.find(({ personal }) => personal) ?? { id: "", name: "" };
  await rest(page, "POST", "/executions?wait=30", { warehouse: id, sql: "select 42" });
  const points = async () =>
    (await rest<{ points: unknown[] }>(page, "GET", `/warehouses/${id}/load/history`)).points.length;
  await expect.poll(points, { timeout: 60_000 }).toBeGreaterThan(0);
  await open(page, "/admin/load");
  const load = page.getByRole("region", { name: `Load of ${name}` });
  await expect(load.getByRole("figure", { name: `Load of ${name} over the last 24 hours` })).toBeVisible();
  await expect(load.getByText(/Its processes: \d+, with \d+ % of the processors/)).toBeVisible();
  // Nobody else has sessions there.
  await expect(load.getByText("Sessions that are not ours")).toHaveCount(0);
});

test("what is hot is set, who else is there is seen, and the last day is drawn, where the load is seen", async ({
  page,
}) => {
  const { id } = await demo(page);
  await open(page, "/admin/load");
  const demoLoad = page.getByRole("region", { name: "Load of demo" });
  await expect(demoLoad.getByRole("figure", { name: "Load of demo over the last 24 hours" })).toBeVisible();
  await demoLoad.getByText("All numbers and decisions").click();
  await expect(demoLoad.getByRole("columnheader", { name: "Slots given" })).toBeVisible();
  await demoLoad.getByText("Sessions that are not ours").click();
  // Those of the portal itself are not in the list, and the demo's reader has no others.
  await expect(demoLoad.getByText("The reader sees none.")).toBeVisible();
  await demoLoad.getByRole("button", { name: "More" }).click();
  await menuItem(page, "More", "When it is hot…").click();
  const dialog = page.getByRole("dialog", { name: "When demo is hot" });
  try {
    await expect(dialog.getByLabel("Hot from so many waiting sessions")).toHaveValue("10");
    await dialog.getByLabel("Slow down by itself").check({ force: true });
    await dialog.getByLabel("Tell admins after so many minutes").fill("15");
    await dialog.getByLabel("Hot when the oldest transaction is so many minutes old").fill("600");
    // That is BigQuery's alone.
    await expect(dialog.getByLabel(/slots in use/)).toHaveCount(0);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    const set = { slowDown: true, hotOldestMinutes: 600, hotEngineSlots: null, alertMinutes: 15 };
    expect(await rest(page, "GET", `/warehouses/${id}/heat`)).toMatchObject(set);
  } finally {
    await rest(page, "PUT", `/warehouses/${id}/heat`, { slowDown: false, hotOldestMinutes: null, alertMinutes: 10 });
  }
});
