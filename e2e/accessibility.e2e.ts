import { open } from "./admin";
import { faults } from "./faults";
import { cell, execute, expect, run, test } from "./portal";

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

const pages = [
  "/",
  "/executions",
  "/queries",
  "/tables",
  "/tables/demo/public/enrolments",
  "/admin/warehouses",
  "/admin/warehouses/demo",
  "/admin/users",
  "/admin/load",
  "/admin/audit",
  "/settings/profile",
  "/settings/tokens",
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
