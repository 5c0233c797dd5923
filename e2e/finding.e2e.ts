import { open } from "./admin";
import { execute, expect, rest, test } from "./portal";

test("history's filters are its address, and paging is, too", async ({ page }) => {
  const mark = `mark ${Date.now()}`;
  for (const sql of [`select '${mark}' as a`, `select nope, '${mark}' as b`]) {
    await execute(page, sql);
  }
  await open(page, "/executions");
  const rows = page.getByRole("list", { name: "Executions, newest first" }).getByRole("listitem");
  await page.getByLabel("SQL contains").fill(mark);
  await expect(rows).toHaveCount(2);
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "Failed" }).click();
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/state=failed/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/executions\/01/);
  await page.goBack();
  await expect(page.getByLabel("SQL contains")).toHaveValue(mark);
  await expect(rows).toHaveCount(1);
  await page.getByLabel("SQL contains").fill(`${mark} and what nobody wrote`);
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
});

test("the search that is open everywhere finds pages, tables and executions", async ({ page }) => {
  await rest(page, "GET", `/warehouses/demo/tables`);
  await open(page, "/settings/tokens");
  await page.keyboard.press("ControlOrMeta+K");
  const box = page.getByRole("textbox", { name: "Search" });
  await box.fill("enrol");
  await page.getByRole("button", { name: /public\.enrolments/ }).click();
  await expect(page.getByRole("heading", { name: "public.enrolments" })).toBeVisible();
  await expect(page.getByRole("link", { name: "public.learners" })).toBeVisible();
  await page.getByRole("link", { name: "public.courses" }).click();
  await expect(page.getByRole("heading", { name: "Referred to by" })).toBeVisible();
  await page.getByRole("button", { name: "Show 50 rows" }).click();
  await expect(page.getByRole("gridcell").first()).toBeVisible();
  await page.getByRole("link", { name: "Query this table" }).click();
  await expect(page).toHaveURL(/\/queries\/new/);
});

test("? shows the keys, and focus returns to where it was", async ({ page }) => {
  await open(page, "/executions");
  const search = page.getByRole("button", { name: /^Search/ });
  await search.focus();
  await page.keyboard.press("Shift+?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(search).toBeFocused();
});

test("an address that no page has keeps the frame and leads home; the design page is not served", async ({ page }) => {
  for (const path of ["/nowhere", "/tables/nowhere/public/x", "/design"]) {
    expect((await page.goto(path))?.status()).toBe(404);
    await expect(page.getByText("There is no page at this address")).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  }
});

test("the audit log says who changed what by name, and its filter is its address", async ({ page }) => {
  const name = `Team ${Date.now()}`;
  const { id } = await rest<{ id: string }>(page, "POST", "/teams", { name });
  await open(page, `/admin/audit?action=team.`);
  await page.getByRole("link", { name: `All entries about ${name}` }).click();
  await expect(page).toHaveURL(new RegExp(`object=team%3A${id}`));
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("row", { name: /team\.create/ })).toContainText("Admin");
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/admin/users#${id}`));
});
