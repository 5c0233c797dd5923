import type { Page } from "@playwright/test";
import { cell, execute, expect, test } from "./portal";

/** What people and warehouses write is text wherever it stands: it never becomes an element of our page. */

const evil = `<img id=hit src=x onerror="window.hit=1"><b id=hit>bold</b>`;
const quoted = evil.replaceAll('"', '""');

async function showsTextOnly(page: Page): Promise<void> {
  await expect(page.locator("#hit")).toHaveCount(0);
  expect(await page.evaluate(() => "hit" in window)).toBe(false);
}

test("HTML in cells, names of columns and titles is shown as it is written", async ({ page }) => {
  const sql = `-- ${evil}\nselect '${evil}' as "${quoted.slice(0, 40)}", '{"a": "<b id=hit>"}'::json as j`;
  const { id, state } = await execute(page, sql);
  expect(state).toBe("succeeded");
  await page.goto(`/executions/${id}`);
  await expect(cell(page, evil)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(evil);
  expect(await page.title()).toContain("<img id=hit");
  await showsTextOnly(page);
  for (const list of ["/executions", "/"]) {
    await page.goto(list);
    await expect(page.getByText(evil).first()).toBeVisible();
    await showsTextOnly(page);
  }
});

test("HTML in a warehouse's error is shown as it is written", async ({ page }) => {
  const { id, state } = await execute(page, `select cast('${evil}' as int)`);
  expect(state).toBe("failed");
  await page.goto(`/executions/${id}`);
  await expect(page.getByText(`invalid input syntax for type integer`).first()).toContainText("<img id=hit");
  await showsTextOnly(page);
});
