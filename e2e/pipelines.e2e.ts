import { open } from "./admin";
import { faults } from "./faults";
import { choose, execute, expect, menuItem, rest, test } from "./portal";

const sql = "select country, count(*) as learners from learners group by 1";

test("a pipeline is built from forms, published and run, and its run says what happened", async ({ page }) => {
  await rest(page, "DELETE", "/pipelines/new/draft");
  await page.goto("/pipelines/new");
  await page.getByLabel("Title").fill("Learners by country");
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("learners_by_country");

  const stage = page.getByRole("region", { name: /^Stage/ });
  await page.getByRole("button", { name: /^Add Query a warehouse/ }).click();
  await stage.getByRole("combobox", { name: "Warehouse" }).fill("demo");
  await page.keyboard.press("Escape");
  await stage.getByRole("textbox", { name: "SQL" }).focus();
  await page.keyboard.insertText(sql);

  await page.getByRole("button", { name: "Add a stage" }).click();
  await page.getByRole("button", { name: /^Add Do nothing/ }).click();
  await expect(stage.getByRole("combobox", { name: "rows" })).toHaveValue("sql_extract: rows");
  await stage.getByRole("textbox", { name: "Message" }).fill("learners are there");
  expect(await faults(page), "the builder").toEqual([]);

  // The same text, and nothing typed is lost by a reload.
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect(page.locator(".view-lines")).toContainText("learners_by_country");
  await expect(page.getByRole("status").filter({ hasText: "Draft kept" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Learners by country" })).toBeVisible();

  await page.getByRole("button", { name: "Publish" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Title is Learners by country.")).toBeVisible();
  await dialog.getByRole("button", { name: "Publish" }).click();
  await expect(page).toHaveURL(/\/pipelines\/learners_by_country/);

  await page.getByRole("button", { name: "Run", exact: true }).click();
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-z]{26}/);
  await expect(page.locator("[data-state=succeeded]").first()).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole("log")).toContainText("learners are there");
  // Both are ours, and run as processes.
  await expect(page.getByRole("button", { name: /, not isolated$/ })).toHaveCount(2);
  await page
    .getByRole("button", { name: /^Query a warehouse|^sql_extract/ })
    .first()
    .click();
  await expect(page.getByRole("region", { name: /^Stage/ })).toContainText("Handed on");
  expect(await faults(page), "the run").toEqual([]);

  await open(page, "/logs?q=learners+are+there&isolated=true");
  await expect(page.getByText(/No line is like that|Nothing found so far/)).toBeVisible();
  await open(page, "/logs?q=learners+are+there&isolated=false");
  await expect(page.getByRole("log")).toContainText("learners are there");
});

test("a schedule is paused on its page, a stage runs again by the latest version, and the pipeline is archived", async ({
  page,
}) => {
  const hourly = (message: string) => ({
    ...{ name: "hourly_note", title: "Hourly note", triggers: [{ cron: "0 * * * *", timezone: "UTC" }] },
    stages: [{ id: "note", operator: "noop@1", params: { message } }],
  });
  await rest(page, "PUT", "/pipelines/hourly_note", hourly("one"));
  const run = await rest<{ id: string }>(page, "POST", "/pipelines/hourly_note/runs?wait=30", {});
  await rest(page, "PUT", "/pipelines/hourly_note", hourly("two"));

  await open(page, "/pipelines/hourly_note?tab=runs");
  const schedule = page.getByRole("list", { name: "Schedules" });
  await expect(schedule).toContainText("Every hour");
  await schedule.getByRole("button", { name: "Pause" }).click();
  await expect(schedule).toContainText("paused");
  await expect(page.getByText("its schedule is paused")).toBeVisible();
  await schedule.getByRole("button", { name: "What became of it" }).click();
  await expect(schedule).toContainText("It has not come to a moment yet.");
  expect(await faults(page), "a paused schedule").toEqual([]);
  await schedule.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("runs next")).toBeVisible();

  await open(page, `/runs/${run.id}?stage=note`);
  await page.getByRole("button", { name: "By the latest version" }).click();
  await menuItem(page, "By the latest version", "This stage alone").click();
  await expect(page).not.toHaveURL(new RegExp(run.id));
  await expect(page.getByText("version 2")).toBeVisible();
  await expect(page.getByRole("log")).toContainText("two", { timeout: 60_000 });

  await open(page, "/pipelines/hourly_note?tab=runs");
  await page.getByRole("button", { name: "Archive “Hourly note”" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("its schedule ends");
  await dialog.getByRole("button", { name: "Archive" }).click();
  await expect(page).toHaveURL(/\/pipelines$/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("Hourly note")).toHaveCount(0);
});

test("pipelines and runs stand axe's checks and fit a phone, in the dark too", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 390, height: 844 });
  for (const address of ["/pipelines", "/pipelines/new", "/runs", "/logs"]) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await faults(page), address).toEqual([]);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(beyond, `${address} is wider than the page`).toBeLessThanOrEqual(0);
  }
});

test("the pipelines that a new Sluice begins with have run", async ({ page }) => {
  const latest = async () => {
    const { items } = await rest<{ items: { pipeline: { name: string }; state: string }[] }>(
      page,
      "GET",
      "/runs?limit=200",
    );
    return Object.fromEntries(items.toReversed().map(({ pipeline, state }) => [pipeline.name, state]));
  };
  await expect.poll(latest, { timeout: 60_000 }).toMatchObject({
    daily_active_learners: "succeeded",
    course_completion: "succeeded",
    learner_countries: "succeeded",
  });
});

test("a query's page makes a nightly table of it: the builder opens half filled, and says what is missing", async ({
  page,
}) => {
  const title = `Learners of ${Date.now().toString(36)}`;
  const sql = "select country, count(*) as learners from learners where country = {{country}} group by 1";
  const parameters = [{ name: "country", type: "text", label: "Country", required: true }];
  const { id } = await rest<{ id: string }>(page, "POST", "/queries", { warehouse: "demo", title, sql, parameters });
  await page.goto(`/queries/${id}`);
  await page.getByRole("link", { name: "Make this a nightly table" }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  await expect(page.getByText("Filled in from the query")).toBeVisible();
  await expect(page.getByText("It has no usual value. Give it one, or a scheduled run has none.")).toBeVisible();
  // An admin may write anywhere, so nothing was chosen: its field says that it is missing.
  const stage = page.getByRole("region", { name: /^Stage/ });
  const table = stage.getByRole("combobox", { name: /^Table/ });
  await expect(table).toHaveAccessibleDescription(/./);
  await table.fill("mart.learners_of_country");
  await page.keyboard.press("Escape");
  expect(await faults(page), "the half-filled builder").toEqual([]);
  await expect(page.getByRole("status").filter({ hasText: "Draft kept" })).toBeVisible();
  await page.reload();
  await expect(table).toHaveValue("mart.learners_of_country");
  // Nothing was published, and the draft of a pipeline begun with nothing is another.
  await page.goto("/pipelines/new");
  await expect(page.getByText("Filled in from the query")).toBeHidden();
  await rest(page, "DELETE", `/pipelines/query_${id}/draft`);
});

test("rows are saved as a table from their page, and no table is replaced without a yes", async ({ page }) => {
  const table = `countries_${Date.now().toString(36)}`;
  const { id } = await execute(page, "select country, count(*) as learners from learners group by 1");
  await page.goto(`/executions/${id}`);
  await choose(page, "Save as table");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Give the table a name, as daily_sales.")).toBeVisible();
  await dialog.getByLabel("Name").fill("Not a name");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Use a-z, 0-9 and _, a letter first, at most 63 characters.")).toBeVisible();
  await dialog.getByLabel("Name").fill(table);
  expect(await faults(page), "the form").toEqual([]);
  await page.keyboard.press("Enter");
  await expect(dialog.getByText(/Saved as/)).toBeVisible({ timeout: 60_000 });
  await expect(dialog.getByRole("link", { name: "Open the table" })).toBeFocused();
  await dialog.getByRole("link", { name: "Its run and log" }).click();
  await expect(page.getByRole("heading", { name: `Save as scratch.${table}` })).toBeVisible();
  expect(await faults(page), "its run").toEqual([]);
  await page.getByRole("link", { name: `scratch.${table}` }).click();
  await expect(page.getByRole("heading", { name: new RegExp(table) })).toBeVisible();

  await page.goto(`/executions/${id}`);
  await choose(page, "Save as table");
  await dialog.getByLabel("Name").fill(table);
  await page.keyboard.press("Enter");
  await expect(dialog.getByText(/is there already, saved by/)).toBeVisible();
  await dialog.getByRole("checkbox").check();
  await expect(dialog.getByText(/is there already, saved by/)).toBeHidden();
  await dialog.getByRole("button", { name: "Replace" }).click();
  await expect(dialog.getByText(/Saved as/)).toBeVisible({ timeout: 60_000 });
});
