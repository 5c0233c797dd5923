import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { cell, execute, expect, run, test } from "./portal";

/** What a machine can find of WCAG 2.2 A and AA. Monaco's own inside is not ours to change. */
async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .exclude(".monaco-editor")
    // Initials stand for a person whose name the label says in full.
    .disableRules(["label-content-name-mismatch"])
    .analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 160)}`));
}

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
