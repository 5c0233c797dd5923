import { inSluice, open } from "./admin";
import { faults } from "./faults";
import { cell, execute, expect, rest, run, test } from "./portal";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the query page and executions stand axe's checks, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/queries/new");
    await run(page, "select 1 as n, null as nothing, '' as empty");
    await expect(cell(page, "null")).toBeVisible();
    expect(await faults(page)).toEqual([]);

    const done = await execute(page, "select n, 'x' as text from generate_series(1, 40) n");
    await page.goto(`/executions/${done.id}?sort=0:desc&filter=[{"column":0,"op":"lt","value":"30"}]`);
    await expect(cell(page, "29")).toBeVisible();
    expect(await faults(page)).toEqual([]);

    const failed = await execute(page, "select nope");
    await page.goto(`/executions/${failed.id}`);
    await expect(page.getByRole("alert").filter({ hasText: "nope" })).toBeVisible();
    expect(await faults(page)).toEqual([]);
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`a saved query's pages stand them, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const choices = await rest<{ id: string }>(page, "POST", "/queries", {
      warehouse: "demo",
      title: `Levels, ${colorScheme}`,
      sql: "select distinct level from courses",
    });
    const { id } = await rest<{ id: string }>(page, "POST", "/queries", {
      warehouse: "demo",
      title: `All kinds, ${colorScheme}`,
      description: "# What\n\nA [link](/tables) and `code`.",
      tags: ["kinds"],
      sql: "select {{text}}::text as t [[, {{day}}::date as d]] where true [[and 'x' = any({{several}})]]",
      parameters: [
        { name: "text", type: "text", required: true, default: "x" },
        { name: "number", type: "number" },
        { name: "day", type: "date", default: "yesterday" },
        { name: "period", type: "dateRange", default: "last 7 days" },
        { name: "one", type: "list", options: [{ value: "a" }] },
        { name: "several", type: "multi", options: [{ value: "x" }, { value: "y" }], default: ["x"] },
        { name: "level", type: "queryList", query: choices.id },
      ],
    });
    await open(page, `/queries/${id}?number=many`);
    await expect(page.getByText(/Write a number/)).toBeVisible();
    expect(await faults(page), "a form with a bad value").toEqual([]);
    await open(page, `/queries/${id}`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(cell(page, "x")).toBeVisible();
    expect(await faults(page), "with its answer").toEqual([]);
    await page.getByRole("button", { name: "Choose period in a calendar" }).click();
    await expect(page.getByLabel("First day")).toBeVisible();
    expect(await faults(page), "a calendar").toEqual([]);
    await rest(page, "PATCH", `/queries/${id}`, { sql: "select {{text}}::text as t, 2 as two" });
    for (const address of [`/queries/${id}/edit`, `/queries/${id}/versions`, "/queries?q=kinds"]) {
      await open(page, address);
      if (address.endsWith("edit")) await expect(page.getByRole("textbox", { name: "SQL" })).toBeAttached();
      expect(await faults(page), address).toEqual([]);
    }
  });
}

const pages = [
  "/",
  "/executions",
  "/queries",
  "/tables",
  "/usage",
  "/tables/demo/public/enrolments",
  "/admin/warehouses",
  "/admin/warehouses/demo",
  "/admin/users",
  "/admin/load",
  "/admin/tokens",
  "/admin/rights",
  "/admin/erasures",
  "/admin/audit",
  "/settings/profile",
  "/settings/tokens",
  "/settings/secrets",
  "/settings/sessions",
  "/nowhere",
];

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages around the query stand them, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const address of pages) {
      await open(page, address);
      expect(await faults(page), address).toEqual([]);
    }
    await open(page, "/admin/warehouses/new");
    await page.getByRole("button", { name: "Test and add" }).click();
    await expect(page.getByText("Fill this in.").first()).toBeVisible();
    expect(await faults(page), "a form with errors").toEqual([]);
  });
}

test("the usage page draws each week's people by which way they came", async ({ page }) => {
  const team = await rest<{ id: string }>(page, "POST", "/teams", { name: `usage ${Date.now()}` });
  const came = async (...sources: string[]) => {
    const email = `${sources.join(".")}.${Date.now()}@example.com`;
    const { id } = await rest<{ id: string }>(page, "POST", "/users", {
      ...{ name: "Came", email, role: "viewer", teams: [team.id] },
    });
    // The week before, whichever day this is.
    const row = `insert into usage_weeks select date_trunc('week', now() at time zone 'utc')::date - 7, $1, unnest($2::text[])`;
    await inSluice(page, row, [id, sources]);
  };
  await came("page", "pipelines");
  await came("page", "api");
  // One team's numbers, which nobody has asked for within the minute.
  await open(page, `/usage?team=${team.id}`);
  const week = page.getByTitle("2 people, 2 on the query page, 1 for pipelines, 1 by the API");
  await expect(week).toHaveText("2");
  const heights = await week
    .locator("div, div span")
    .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().height));
  const [all = 0, ...parts] = heights;
  expect(all).toBeGreaterThan(100);
  expect(parts.map((part) => Math.round((2 * part) / all))).toEqual([2, 1, 1]);
  await page.getByText("All numbers").click();
  await expect(page.getByRole("row").filter({ hasText: /^\S+ \S+22110$/ })).toBeVisible();
  expect(await faults(page)).toEqual([]);
});
