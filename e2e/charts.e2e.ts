import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { faults } from "./faults";
import { allowDownloads, execute, expect, menuItem, rest, test } from "./portal";

const sales = `select day::date as day, city, (10 * n + extract(day from day))::int as sales
  from generate_series(date '2026-01-01', date '2026-01-10', interval '1 day') day,
    (values ('lima', 1), ('oslo', 2), ('pune', 3)) c(city, n)`;

const chartOf = (id: string, spec: object) =>
  `/executions/${id}?tab=chart&chart=${encodeURIComponent(JSON.stringify(spec))}`;
const drawing = (page: Page) => page.locator("figure [role=img] svg, figure svg.recharts-surface").first();
/** What is drawn at first only stands; the pointer makes it answer. */
async function wake(page: Page) {
  await page.locator("figure [role=img]").hover();
  await expect(page.locator("figure svg.recharts-surface").first()).toBeVisible();
}

test("a first chart is proposed, and what is chosen lives in the address", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(`/executions/${id}`);
  await page.getByRole("tab", { name: "Chart" }).click();
  await expect(page).toHaveURL(/tab=chart/);
  await expect(drawing(page)).toBeVisible();
  await expect(
    page.getByRole("figure", { name: "Lines of sum of sales by day (by day), split by city" }),
  ).toBeVisible();
  await expect(page.getByRole("list", { name: "Legend" }).getByRole("button")).toHaveText(["pune", "oslo", "lima"]);

  await page.getByRole("combobox", { name: "Chart" }).click();
  await page.getByRole("option", { name: "Bar" }).click();
  await expect(page).toHaveURL(/%22bar%22|"bar"/);
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Chart" })).toHaveValue("Bar");
  await expect(page.getByRole("figure", { name: /^Bars of/ })).toBeVisible();
});

test("a click on a mark opens the stored rows behind it, at a URL", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "bar", x: "city", y: [{ column: "sales" }] }));
  await wake(page);
  await page.locator(".recharts-bar-rectangle").first().click();
  await expect(page).toHaveURL(/filter=/);
  await expect(page.getByText("10 of 30 rows")).toBeVisible();
  await expect(page.getByText("city is pune")).toBeVisible();
  await page.goBack();
  await expect(drawing(page)).toBeVisible();
});

test("the numbers of a chart are a table whose cells lead to their rows, without a mouse", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "line", x: "day", y: [{ column: "sales" }], series: "city", bucket: "week" }));
  await expect(drawing(page)).toBeVisible();
  const button = page.getByRole("button", { name: "Numbers as a table" });
  await button.focus();
  await page.keyboard.press("Enter");
  const row = page.getByRole("row", { name: /week of Jan 5, 2026/ });
  await expect(row.getByRole("cell")).toHaveText(["225", "165", "105"].map((n) => new RegExp(n)));
  await row.getByRole("link").first().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(/ of 30 rows/)).toBeVisible();
});

test("the legend takes a series out of the drawing and puts it back", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "line", x: "day", y: [{ column: "sales" }], series: "city" }));
  const lines = page.locator("figure [data-series]");
  await expect(lines).toHaveCount(3);
  const oslo = page.getByRole("list", { name: "Legend" }).getByRole("button", { name: "oslo" });
  await oslo.click();
  await expect(oslo).toHaveAttribute("aria-pressed", "false");
  await expect(lines).toHaveCount(2);
  await oslo.click();
  await expect(lines).toHaveCount(3);
});

test("a chart is pointed at, and says its values", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "bar", x: "city", y: [{ column: "sales" }] }));
  await wake(page);
  await page.locator(".recharts-bar-rectangle").first().hover();
  await expect(page.locator(".recharts-tooltip-wrapper")).toContainText("sum of sales");
  await expect(page.locator(".recharts-tooltip-wrapper")).toContainText("10 rows");
});

test("a chart is gone through by key, from its first focus on", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "bar", x: "city", y: [{ column: "sales" }] }));
  await page.locator("figure [role=img]").focus();
  await expect(page.locator("figure svg.recharts-surface")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(".recharts-tooltip-wrapper")).toContainText("sum of sales");
});

test("a chart leaves as PNG, SVG and CSV", async ({ page }) => {
  await allowDownloads(page);
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "line", x: "day", y: [{ column: "sales" }], series: "city" }));
  await expect(drawing(page)).toBeVisible();
  const take = async (name: string) => {
    await page.getByRole("button", { name: "Export the chart" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      menuItem(page, "Export the chart", name).click(),
    ]);
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
  };
  const svg = await take("SVG picture");
  expect(svg.name).toMatch(/\.svg$/);
  const text = svg.content.toString();
  for (const part of ["lima", "oslo", "Jan 1", "split by city"]) expect(text).toContain(part);
  // Nothing in it depends on the page that it came from.
  expect(text).not.toContain("var(");
  const png = await take("PNG picture");
  expect([...png.content.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  expect(png.content.length).toBeGreaterThan(10_000);
  const csv = await take("CSV of its numbers");
  expect(csv.content.toString().split("\r\n").slice(0, 2)).toEqual(["day,pune,oslo,lima", "2026-01-01,31,21,11"]);
});

test("a chart is saved at an address of its own, changed there and removed", async ({ page }) => {
  const { id } = await execute(page, sales);
  await page.goto(chartOf(id, { type: "bar", x: "city", y: [{ column: "sales" }] }));
  await page.getByRole("button", { name: "Save chart" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Sales by city");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/charts\/[0-9a-z]+$/);
  await expect(page.getByRole("heading", { name: "Sales by city" })).toBeVisible();
  await expect(drawing(page)).toBeVisible();
  await page.getByRole("button", { name: "Change chart" }).click();
  await page.getByRole("combobox", { name: "Chart" }).click();
  await page.getByRole("option", { name: "Pie" }).click();
  await page.getByRole("button", { name: "Save chart" }).click();
  await expect(page.getByRole("button", { name: "Change chart" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("figure", { name: /^Parts of/ })).toBeVisible();
  await page.goto(`/executions/${id}?tab=chart`);
  await page.getByRole("navigation", { name: "Saved charts" }).getByRole("link", { name: "Sales by city" }).click();
  await page.getByRole("button", { name: /Remove the chart/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page).toHaveURL(`/executions/${id}`);
});

test("too many categories are put together in words, and a wrong column is said at its field", async ({ page }) => {
  const { id } = await execute(page, "select 'category ' || n as name, n from generate_series(1, 100000) n");
  await page.goto(chartOf(id, { type: "pie", x: "name" }));
  await expect(page.getByText(/8 largest of 100,000 values of "name" are shown/)).toBeVisible();
  await page.goto(chartOf(id, { type: "bar", x: "nope" }));
  await expect(page.getByRole("alert").filter({ hasText: 'This result has no column "nope"' })).toBeVisible();
});

test("the profile says what a column holds, and its bars lead to rows", async ({ page }) => {
  const { id } = await execute(
    page,
    `select n, case when n > 90 then null else 'c' || n % 3 end as text from generate_series(1, 100) n`,
  );
  await page.goto(`/executions/${id}?tab=profile`);
  const card = page.getByRole("article").filter({ hasText: "text" });
  await expect(card).toContainText("10 (10 %)");
  await card.getByRole("link", { name: /c0/ }).click();
  await expect(page.getByText("30 of 100 rows")).toBeVisible();
});

test("a saved query's chart draws its latest answer", async ({ page }) => {
  const made = await rest<{ id: string }>(page, "POST", "/queries", {
    title: `Drawn ${Date.now()}`,
    sql: sales,
    warehouse: "demo",
  });
  const chart = await rest<{ id: string }>(page, "POST", "/charts", {
    title: "By city",
    spec: { type: "bar", x: "city", y: [{ column: "sales" }] },
    of: { kind: "query", id: made.id },
  });
  await page.goto(`/charts/${chart.id}`);
  await expect(page.getByText("There is no answer to draw yet")).toBeVisible();
  await rest(page, "POST", `/queries/${made.id}/executions?wait=60`, {});
  await page.reload();
  await expect(drawing(page)).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test(`charts and profile stand axe's checks, ${colorScheme}, ${width} px`, async ({ page }) => {
      test.slow();
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      const { id } = await execute(page, sales);
      const specs: object[] = [
        { type: "line", x: "day", y: [{ column: "sales" }], series: "city" },
        { type: "pie", x: "city", y: [{ column: "sales" }] },
        { type: "number", x: "day", y: [{ column: "sales" }] },
        { type: "pivot", x: "day", y: [{ column: "sales" }], series: "city" },
        { type: "heatmap", x: "day", series: "city" },
        { type: "scatter", x: "day", y: [{ column: "sales" }] },
      ];
      for (const spec of specs) {
        await page.goto(chartOf(id, spec));
        await expect(page.getByRole("figure")).toBeVisible();
        await expect(page.locator("figure").locator("svg, table").first()).toBeVisible();
        expect(await faults(page), JSON.stringify(spec)).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, JSON.stringify(spec)).toBeLessThanOrEqual(0);
      }
      await page.goto(`/executions/${id}?tab=profile`);
      await expect(page.getByRole("article").first()).toBeVisible();
      expect(await faults(page)).toEqual([]);
    });
  }
}
