import type { Page } from "@playwright/test";
import { allowDownloads, cell, execute, expect, menuItem, test } from "./portal";

/** More rows than a browser's largest element is high, so that positions are mapped. */
const MANY = 600_000;
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const grid = (page: Page) => page.getByRole("grid");

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("scrolls to the last of many rows, says where it is, and goes to a row by its number", async ({ page }) => {
  const { id } = await execute(page, `select n as number, 'row ' || n as name from generate_series(1, ${MANY}) n`);
  await page.goto(`/executions/${id}`);
  await expect(cell(page, "row 1")).toBeVisible();
  await grid(page).evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await expect(page.getByText(/^Row \d{3},\d{3}$/)).toBeVisible();
  await grid(page).evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(cell(page, `row ${MANY}`)).toBeVisible();
  await grid(page).focus();
  await page.keyboard.press("ControlOrMeta+g");
  await page.getByLabel(/^Row, 1 to/).fill("123456");
  await page.keyboard.press("Enter");
  await expect(cell(page, "row 123456")).toBeVisible();
  // The focus is back in the grid, on that row.
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ControlOrMeta+c");
  await expect.poll(() => clipboard(page)).toBe("row 123456");
});

test("sort, filter, search and columns are in the address, and a pasted one shows the same", async ({ page }) => {
  const { id } = await execute(
    page,
    "select n % 3 as third, n, 'name ' || n as name, (n * 1000.5)::numeric(12,1) as amount from generate_series(1, 90) n",
  );
  await page.goto(`/executions/${id}`);
  const column = (name: string) => page.getByTitle(new RegExp(`^${name} · `));
  const choose = async (name: string, action: string) => {
    await column(name).click();
    await menuItem(page, new RegExp(`^${name}\\b`), action).click();
  };
  await choose("n", "Sort descending");
  await choose("third", "Sort ascending");
  await expect(page.getByRole("row").nth(1)).toContainText("name 90");
  await column("third").click();
  await page.getByRole("textbox", { name: "Value" }).fill("1");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("name 88");
  await choose("name", "Pin to the left");
  await choose("n", "Hide");
  await choose("amount", "No decimals");
  await page.getByRole("textbox", { name: "Search all rows" }).fill("8");
  await expect(page.getByText("8 of 90 rows")).toBeVisible();

  const looks = async (at: typeof page) => {
    await expect(at.getByRole("columnheader")).toHaveText([/name/, /third/, /amount/]);
    await expect(at.getByRole("row").nth(1)).toContainText("88,044");
    await expect(at.getByText("8 of 90 rows")).toBeVisible();
  };
  await looks(page);
  await page.reload();
  await looks(page);
  const pasted = await page.context().newPage();
  await pasted.goto(page.url());
  await looks(pasted);

  await page.getByRole("button", { name: "Remove the filter on third" }).click();
  await expect(page.getByText("26 of 90 rows")).toBeVisible();
  await page.goBack();
  await looks(page);
});

test("copies values as they are, never as they are shown", async ({ page }) => {
  const { id } = await execute(
    page,
    "select 1204331 as big, 'a' || chr(9) || 'b' as tab, null as nothing, '' as empty, timestamptz '2026-01-01+00' as t",
  );
  await page.goto(`/executions/${id}`);
  await expect(cell(page, "1,204,331")).toBeVisible();
  await expect(cell(page, "null")).toBeVisible();
  await expect(cell(page, "empty")).toBeVisible();
  await grid(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+c");
  await expect.poll(() => clipboard(page)).toBe('1204331\t"a\tb"\t\t\t2026-01-01 00:00:00+00');
});

test("opens a whole cell by keyboard, JSON laid out without a number changed", async ({ page }) => {
  const { id } = await execute(page, `select '{"n":12345678901234567890.10}'::json as doc, '<img src=x>' as html`);
  await page.goto(`/executions/${id}`);
  await expect(cell(page, "<img src=x>")).toBeVisible();
  await grid(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Lay out JSON" }).click();
  await expect(page.getByRole("dialog").locator("pre")).toHaveText('{\n  "n": 12345678901234567890.10\n}');
  await page.keyboard.press("Escape");
  await expect(grid(page)).toBeFocused();
});

test("downloads the result in each format, also when asked before the page's program is there", async ({ page }) => {
  await allowDownloads(page);
  const { id } = await execute(page, "select 1 as n, '=1+1' as formula, null as nothing");
  const clicked = Promise.withResolvers<void>();
  await page.route("**/_next/static/chunks/**", async (route) => {
    if (route.request().resourceType() === "script") await clicked.promise;
    await route.continue();
  });
  // The page's load waits for its program; what the server drew can be clicked before.
  await page.goto(`/executions/${id}`, { waitUntil: "commit" });
  await page.getByRole("button", { name: "Download" }).click();
  clicked.resolve();
  const links = page.getByRole("menu", { name: "Download" }).getByRole("menuitem");
  await expect(links).toHaveCount(5);
  const files = new Map<string, Buffer>();
  for (const link of await links.all()) {
    const href = (await link.getAttribute("href")) ?? "";
    const answer = await page.request.get(href);
    expect(answer.status(), href).toBe(200);
    files.set(new URL(href, "http://here").searchParams.get("format") ?? "", await answer.body());
  }
  expect(files.get("csv")?.toString()).toBe("n,formula,nothing\n1,'=1+1,\n");
  expect(files.get("xlsx")?.subarray(0, 2).toString()).toBe("PK");
  expect(JSON.parse(files.get("json")?.toString() ?? "")).toEqual([{ n: 1, formula: "=1+1", nothing: null }]);
  expect(JSON.parse(files.get("ndjson")?.toString().trim() ?? "")).toEqual({ n: 1, formula: "=1+1", nothing: null });
  expect(files.get("parquet")?.subarray(0, 4).toString()).toBe("PAR1");
});

test("shows no rows, no columns and 1,600 columns", async ({ page }) => {
  const none = await execute(page, "select 1 as a where false");
  await page.goto(`/executions/${none.id}`);
  await expect(page.getByText("The statement succeeded and returned no rows.")).toBeVisible();
  const bare = await execute(page, "select from generate_series(1, 3)");
  await page.goto(`/executions/${bare.id}`);
  await expect(page.getByText("returned 3 rows without columns")).toBeVisible();
  const wide = await execute(page, `select ${Array.from({ length: 1_600 }, (_, at) => `${at} as c${at}`).join(", ")}`);
  await page.goto(`/executions/${wide.id}`);
  await expect(cell(page, "0")).toBeVisible();
  await grid(page).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("End");
  await expect(cell(page, "1,599")).toBeVisible();
  expect(await page.getByRole("gridcell").count()).toBeLessThan(60);
});
