import { cell, expect, menuItem, rest, test, write } from "./portal";

interface Saved {
  id: string;
  version: number;
}

const save = (page: Parameters<typeof rest>[0], body: object) =>
  rest<Saved>(page, "POST", "/queries", { warehouse: "demo", ...body });

test("SQL with a placeholder becomes a query with a form, and a link with its answer", async ({ page }) => {
  await page.goto("/queries/new?warehouse=demo");
  await write(
    page,
    "-- Courses of a level\nselect count(*) as n, max({{level}}) as asked from courses where level = {{level}}",
  );
  await page.getByLabel("level").fill("beginner");
  await page.getByRole("textbox", { name: "SQL" }).focus();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "beginner")).toBeVisible();
  await page.getByRole("button", { name: "Save as a query" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Title")).toHaveValue("Courses of a level");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Courses of a level" })).toBeVisible();
  await expect(page.getByText("Nobody has run it with these values yet")).toBeVisible();
  await page.getByLabel("level").fill("advanced");
  await expect(page).toHaveURL(/\?level=advanced$/);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(cell(page, "advanced")).toBeVisible();
  await page.reload();
  await expect(page.getByText(/^Answer from/)).toBeVisible();
  await expect(cell(page, "advanced")).toBeVisible();
  const { id } = await rest<{ id: string }>(page, "GET", new URL(page.url()).pathname);
  await page.goto(`/queries/${id}?level=beginner`);
  await expect(page.getByLabel("level")).toHaveValue("beginner");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "beginner")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("level")).toHaveValue("advanced");
});

test("a choice changes the address, a bad value is said at its field and is not run", async ({ page }) => {
  const parameters = [
    {
      name: "kind",
      type: "list",
      options: [
        { value: "a", label: "Apples" },
        { value: "b", label: "Pears" },
      ],
      default: "a",
    },
    { name: "period", type: "dateRange", default: "last 7 days" },
    { name: "least", type: "number" },
  ];
  const sql =
    "select {{kind}}::text as kind, {{least}}::int as least, {{period.from}}::date < {{period.to}}::date as ordered";
  const { id } = await save(page, { title: "A form of each kind", sql, parameters });
  await page.goto(`/queries/${id}`);
  await page.getByRole("combobox", { name: "kind" }).click();
  await page.getByRole("option", { name: "Pears" }).click();
  await expect(page).toHaveURL(/kind=b/);
  await page.getByLabel("least").fill("many");
  await expect(page.getByText(/Write a number/)).toBeVisible();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByLabel("least").fill("7");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(cell(page, "b")).toBeVisible();
  const runs = await rest<{ items: unknown[] }>(
    page,
    "GET",
    `/executions?q=${encodeURIComponent("{{period.from}}::date <")}`,
  );
  expect(runs.items).toHaveLength(1);
  await page.getByLabel("least").fill("7".repeat(9_000));
  await expect(page.getByText(/too long for a link/)).toBeVisible();
  await page.getByLabel("least").fill("8");
  await expect(page).toHaveURL(/least=8/);
  await page.goto(`/queries/${id}?kind=c&period=whenever`);
  await expect(page.getByText("“c” is not one of the options.")).toBeVisible();
  await expect(page.getByText(/Write a range as/)).toBeVisible();
});

test("a list from a query follows the field it depends on, and says when its source fails", async ({ page }) => {
  const levels = await save(page, { title: "Levels", sql: "select distinct level from courses order by 1" });
  const courses = await save(page, {
    title: "Titles of a level",
    sql: "select id, title from courses where level = {{level}} order by 2",
  });
  const broken = await save(page, { title: "Broken", sql: "select 1 / 0 as x" });
  const { id } = await save(page, {
    title: "One course",
    sql: "select {{course}}::int as chosen [[, {{other}}::text as other]] [[, {{level}}::text as level]]",
    parameters: [
      { name: "level", type: "queryList", query: levels.id },
      { name: "course", type: "queryList", query: courses.id, labelColumn: "title", dependsOn: { level: "level" } },
      { name: "other", type: "queryList", query: broken.id },
    ],
  });
  await page.goto(`/queries/${id}?level=beginner`);
  await expect(page.getByText(/gave no list: division by zero/)).toBeVisible();
  await page.getByRole("combobox", { name: "course" }).click();
  const beginner = await page.getByRole("option").allInnerTexts();
  await page.getByRole("option").first().click();
  await expect(page).toHaveURL(/course=\d+/);
  await page.getByRole("combobox", { name: "level" }).click();
  await page.getByRole("option", { name: "advanced" }).click();
  await expect(page.getByText(/is not in the list\.$/)).toBeVisible();
  await page.getByRole("combobox", { name: "course" }).click();
  await expect.poll(() => page.getByRole("option").allInnerTexts()).not.toEqual(beginner);
});

test("who saves second sees both texts, saves on top, and every version can come back", async ({ page }) => {
  const { id } = await save(page, { title: "Ours", sql: "select 'first' as v" });
  await page.goto(`/queries/${id}/edit`);
  await expect(page.getByRole("textbox", { name: "SQL" })).toBeAttached();
  await rest(page, "PATCH", `/queries/${id}`, { sql: "select 'theirs' as v", version: 1 });
  await write(page, "select 'mine' as v");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "mine")).toBeVisible();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const alert = page.getByRole("alert").filter({ hasText: "saved version 2 meanwhile" });
  await expect(alert).toBeVisible();
  await expect(page.getByText("select 'theirs' as v").first()).toBeVisible();
  await alert.getByRole("button", { name: "Save mine as version 3" }).click();
  await expect(page).toHaveURL(new RegExp(`/queries/${id}$`));
  await page.getByRole("link", { name: "version 3" }).click();
  await page.getByRole("link", { name: /^Version 2/ }).click();
  await expect(page.getByRole("heading", { name: "Version 2 beside version 1" })).toBeVisible();
  await page.getByRole("button", { name: "Make version 2 the latest" }).click();
  await expect(page).toHaveURL(new RegExp(`/queries/${id}$`));
  expect(await rest<{ sql: string; version: number }>(page, "GET", `/queries/${id}`)).toMatchObject({
    sql: "select 'theirs' as v",
    version: 4,
  });
});

test("a query is starred, vouched for, found by words and tables, copied and archived", async ({ page }) => {
  const { id } = await save(page, {
    title: "Refund watch",
    description: "Looks at **enrolments** <script>alert(1)</script>",
    sql: "select count(*) as n from enrolments",
    tags: ["watch"],
  });
  await page.goto(`/queries/${id}`);
  await expect(page.locator("strong", { hasText: "enrolments" })).toBeVisible();
  await page.getByRole("button", { name: "Favourite" }).click();
  await expect(page.getByRole("button", { name: "Favourite" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "More" }).click();
  await menuItem(page, "More", "Mark version 1 as verified").click();
  await expect(page.getByText(/Verified by/)).toBeVisible();
  await page.getByRole("button", { name: "More" }).click();
  await menuItem(page, "More", /^Copy as/).click();
  await expect(page.getByRole("dialog")).toContainText(`/api/v1/queries/${id}/executions`);
  await page.keyboard.press("Escape");
  await page.goto("/");
  await expect(page.getByRole("list", { name: "Favourites" }).getByText("Refund watch")).toBeVisible();
  await page.goto("/tables/demo/public/enrolments");
  await expect(page.getByRole("list", { name: "Queries that use this table" }).getByText("Refund watch")).toBeVisible();
  await page.goto("/queries");
  await page.getByRole("textbox", { name: /^Words of the title/ }).fill("watch enrolments");
  await expect(page).toHaveURL(/q=watch/);
  await page.getByRole("link", { name: /Refund watch/ }).click();
  await page.getByRole("button", { name: "More" }).click();
  await menuItem(page, "More", "Archive").click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Archived")).toBeVisible();
  await page.goto("/queries?q=watch");
  await expect(page.getByText("No query is like that")).toBeVisible();
});
