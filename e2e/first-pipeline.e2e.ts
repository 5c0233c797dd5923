import type { Page } from "@playwright/test";
import { open } from "./admin";
import { faults } from "./faults";
import { button, kept, stage } from "./pipeline";
import { expect, rest, test } from "./portal";

/** From an empty form to a run that has written a table: by keyboard alone, and on a phone. */

const sql = "select country, count(*) as learners from learners group by 1";
const tried = (page: Page) => page.getByRole("region", { name: "Try", exact: true });

async function begin(page: Page): Promise<void> {
  await rest(page, "DELETE", "/pipelines/new/draft");
  await open(page, "/pipelines/new");
}

test("a first pipeline is built, tried, scheduled, published and run by keyboard alone", async ({ page }) => {
  test.setTimeout(240_000);
  const press = async (name: string | RegExp) => {
    await button(page, name).focus();
    await page.keyboard.press("Enter");
  };
  const choose = async (label: string, value: string) => {
    await stage(page).getByRole("combobox", { name: label }).focus();
    await page.keyboard.type(value);
    await page.keyboard.press("Escape");
  };
  const title = `By keys ${Date.now()}`;
  await begin(page);
  await page.getByLabel("Title").focus();
  await page.keyboard.type(title);
  await press(/^Add Query a warehouse/);
  await choose("Warehouse", "demo");
  await stage(page).getByRole("textbox", { name: "SQL" }).focus();
  await page.keyboard.insertText(sql);
  await page.keyboard.press("Control+M");
  await page.keyboard.press("Tab");
  await expect(stage(page).getByRole("textbox", { name: "SQL" })).not.toBeFocused();

  await press("Add a stage");
  await press(/^Add Write a table/);
  await expect(stage(page).getByRole("combobox", { name: "Rows" })).toHaveValue("sql_extract: rows");
  await choose("Warehouse", "demo");
  await choose("Table", "mart.by_keys");
  await press("Try it");
  await expect(tried(page)).toContainText(/Would add \d+ rows/, { timeout: 90_000 });
  await expect(tried(page)).toContainText("Write a table");
  await press("Close the try");
  await expect(tried(page)).toHaveCount(0);
  await expect(button(page, "Try it")).toBeFocused();

  await page.getByRole("tab", { name: "Form" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Schedule" })).toHaveAttribute("aria-selected", "true");
  await press("Add a schedule");
  await expect(page.getByText(/^Every day at 06:15/)).toBeVisible();
  await expect(page.getByRole("list", { name: "The next moments" }).getByRole("listitem")).toHaveCount(10);

  await press("Publish");
  const dialog = page.getByRole("dialog");
  await expect(dialog.locator(":focus")).toHaveCount(1);
  await expect(dialog.getByText("It starts every day at 06:15")).toBeVisible();
  await dialog.getByRole("button", { name: "Publish" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/pipelines\/by_keys_/);
  await press("Run");
  await dialog.getByRole("button", { name: "Run" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/runs\/[0-9a-z]{26}/);
  await expect(page.getByRole("log")).toContainText(/Wrote mart\.by_keys: \d+ rows added/, { timeout: 90_000 });
  expect(await faults(page), "the run").toEqual([]);
});

/** What each template is called, what it calls its pipeline, and what only the person knows. */
const templates = [
  {
    ...{ name: /^Copy a table every night/, title: "Copy a table every night" },
    asked: ["copy: From (source)", "copy: Table (source_table)", "copy: To (warehouse)", "copy: Table there (table)"],
  },
  {
    ...{ name: /^A number a day/, title: "A number a day" },
    asked: ["count: Warehouse", "count: Table or view (table)"],
  },
  {
    ...{ name: /^A sheet that somebody uploads/, title: "A sheet as a table" },
    asked: ["read: File", "write: Warehouse", "write: Table"],
  },
  {
    ...{ name: /^Check a table, and hear/, title: "Check a table" },
    asked: ["check: Warehouse", "check: Table"],
  },
];

test("a template opens the form filled in, and what is asked for is what only the person knows", async ({ page }) => {
  const found = page.getByRole("list", { name: "What the check found" }).getByRole("listitem");
  for (const { name, title, asked } of templates) {
    await begin(page);
    await page.getByRole("region", { name: "Templates" }).getByRole("button", { name }).click();
    await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
    await expect(page.getByLabel("Title")).toHaveValue(title);
    await page.getByText(`${asked.length} things to fill in or mend before`).click();
    await expect(found).toHaveCount(asked.length);
    for (const [at, one] of asked.entries()) await expect(found.nth(at)).toContainText(`${one} is missing.`);
    // Else the page that is left would keep it once more.
    await expect(kept(page)).toBeVisible();
  }
  // What is asked for leads to its stage; filled in, nothing is left.
  await found.first().getByRole("button").click();
  for (const [label, value] of [
    ["Warehouse", "demo"],
    ["Table", "public.learners"],
  ] as const) {
    await stage(page).getByRole("combobox", { name: label }).fill(value);
    await page.keyboard.press("Escape");
  }
  await expect(found).toHaveCount(0);
  await expect(button(page, "Publish")).toBeVisible();
  await expect(kept(page)).toBeVisible();
  await rest(page, "DELETE", "/pipelines/new/draft");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: "dark", reducedMotion: "reduce", hasTouch: true });

  test("a first pipeline is built, tried and published with one hand", async ({ page }) => {
    test.setTimeout(240_000);
    const fits = async (what: string) => {
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(beyond, `${what} is wider than the page`).toBeLessThanOrEqual(0);
    };
    await begin(page);
    await page.getByLabel("Title").fill(`On a phone ${Date.now()}`);
    await fits("the empty form");
    await button(page, /^Add Query a warehouse/).tap();
    await stage(page).getByRole("combobox", { name: "Warehouse" }).fill("demo");
    await page.keyboard.press("Escape");
    await stage(page).getByRole("textbox", { name: "SQL" }).focus();
    await page.keyboard.insertText(sql);
    await fits("a stage's form");

    await button(page, "Try it").tap();
    await expect(tried(page)).toBeInViewport();
    await expect(tried(page).getByRole("table")).toBeVisible({ timeout: 90_000 });
    await fits("a try");
    expect(await faults(page), "a try").toEqual([]);
    await button(page, "Close the try").tap();
    await expect(tried(page)).toHaveCount(0);
    await expect(button(page, "Try it")).toBeInViewport();

    await page.getByRole("tab", { name: "Schedule" }).tap();
    await button(page, "Add a schedule").tap();
    await expect(page.getByRole("list", { name: "The next moments" }).getByRole("listitem")).toHaveCount(10);
    await fits("the schedule");
    await button(page, "Publish").tap();
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).tap();
    await expect(page).toHaveURL(/\/pipelines\/on_a_phone_/);
    await fits("the pipeline");
  });
});
