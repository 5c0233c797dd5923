import { open, people } from "./admin";
import { admin } from "./installation";
import { cell, editorText, expect, rest, run, test, write } from "./portal";

test.beforeEach(async ({ page }) => {
  await page.goto("/queries/new");
  await page.getByRole("button", { name: "New tab" }).click();
});

test("run all gives each statement a result, stops at the one that fails and marks it", async ({ page }) => {
  await write(page, "select 'first' as a;\nselect 'second' as b;\nselect nope;\nselect 'fourth' as d");
  await page.keyboard.press("ControlOrMeta+Shift+Enter");
  const tabs = page.getByRole("tablist", { name: "Statements" }).getByRole("tab");
  await expect(tabs).toHaveText([/1\s*Succeeded/, /2\s*Succeeded/, /3\s*Failed/, /4\s*Cancelled/]);
  await expect(cell(page, "first")).toBeVisible();
  await tabs.nth(1).click();
  await expect(cell(page, "second")).toBeVisible();
  await tabs.nth(2).click();
  await expect(page.getByRole("alert").filter({ hasText: 'column "nope" does not exist' })).toBeVisible();
  await expect(page.locator(".squiggly-error")).toHaveCount(1);
  await tabs.nth(3).click();
  await expect(page.getByText("An earlier statement of this batch did not succeed.")).toBeVisible();
});

test("Ctrl+Enter runs the selection, else the statement under the cursor", async ({ page }) => {
  await write(page, "select 11 as a;\nselect 22 as b;\nselect 33 as c");
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "22")).toBeVisible();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+End");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "33")).toBeVisible();
});

test("the mark stands under the engine's own position, also behind characters beyond the BMP", async ({ page }) => {
  await run(page, "select '😀😀' as x, '𝒳' as y, nope");
  const mark = page.locator(".squiggly-error");
  await expect(mark).toHaveCount(1);
  const [marked, word] = await Promise.all([
    mark.boundingBox(),
    page.evaluate(() => {
      const lines = document.querySelector(".view-lines");
      const walk = document.createTreeWalker(lines as Node, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const at = node.textContent?.indexOf("nope") ?? -1;
        if (at === -1) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 4);
        return range.getBoundingClientRect().toJSON() as DOMRect;
      }
      return null;
    }),
  ]);
  expect(Math.abs((marked?.x ?? 0) - (word?.x ?? 99))).toBeLessThan(3);
  expect(Math.abs((marked?.width ?? 0) - (word?.width ?? 99))).toBeLessThan(4);
  // What was complained of is gone, and the mark with it.
  await write(page, "select 1");
  await expect(mark).toHaveCount(0);
});

test("Escape stops what runs, and the page says so only once the warehouse has confirmed it", async ({ page }) => {
  await run(page, "select pg_sleep(60)");
  await expect(page.getByText(/Running on demo/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Cancelled before it finished")).toBeVisible();
  const id = new URL(page.url()).searchParams.get("execution");
  expect(await rest(page, "GET", `/executions/${id}`)).toMatchObject({ state: "cancelled" });
});

test("a result stays pinned beside the next", async ({ page }) => {
  await run(page, "select 'old' as a");
  await expect(cell(page, "old")).toBeVisible();
  await page.getByRole("button", { name: "Pin result" }).click();
  await run(page, "select 'new' as a");
  await expect(page.getByRole("region", { name: "Result", exact: true }).getByText("new")).toBeVisible();
  await expect(page.getByRole("region", { name: "Pinned result" }).getByText("old")).toBeVisible();
  await page.getByRole("button", { name: "Unpin" }).click();
  await expect(cell(page, "old")).toHaveCount(0);
});

test("shows a plan without running, and lays SQL out", async ({ page }) => {
  await write(page, "select count(*) from activity_events where course_id = 7");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText(/“cost” is the planner’s own measure of work/)).toBeVisible();
  await expect(page.getByRole("region", { name: "Plan" })).toContainText(/Scan/);
  await page.getByRole("button", { name: "Close the plan" }).click();
  await page.getByRole("button", { name: "Format", exact: true }).click();
  await expect.poll(() => editorText(page)).toMatch(/^select\n\s+count/);
});

test("times are those of the chosen zone, for good", async ({ page }) => {
  // What is typed before the page lives offers nothing.
  await expect(async () => {
    await page.getByRole("combobox", { name: "Time zone of this run" }).fill("Tokyo");
    await page.getByRole("option", { name: "Asia/Tokyo" }).click({ timeout: 2_000 });
  }).toPass();
  await run(page, "select timestamptz '2026-01-01 00:00+00' as t");
  await expect(cell(page, "2026-01-01 09:00:00+09")).toBeVisible();
  await expect(page.getByText("times in Asia/Tokyo")).toBeVisible();
});

test("offers the columns of aliases and CTEs, and joins by foreign keys", async ({ page }) => {
  const offered = page.locator(".suggest-widget .monaco-list-row");
  await write(page, "select * from learners l join enrolments e on");
  await page.keyboard.type(" ");
  await expect(offered.first()).toContainText("l.id = e.learner_id");
  await page.keyboard.press("Escape");
  await write(
    page,
    "with w as (select course_id, count(*) as people from enrolments group by 1) select * from w where w",
  );
  await page.keyboard.type(".");
  await expect(offered).toHaveText([/course_id/, /people/]);
});

test("the gate's state stands once on the page, and is that of the chosen warehouse", async ({ page }) => {
  await open(page, "/queries/new?warehouse=demo");
  await expect(page.getByRole("link", { name: /^Gate of demo: \d+ of \d+ slots/ })).toBeVisible();
  await expect(page.locator("[data-gate]")).toHaveCount(1);
});

test("what a statement would read stands under the bar while one types, and goes when it cannot be read", async ({
  page,
}) => {
  const line = page.locator("[data-estimate]");
  await write(page, "select count(*) from activity_events");
  await expect(line).toHaveText(/^Reads about [\d,]+ rows of activity_events\./);
  await write(page, "select count(* from activity_events");
  await expect(line).toHaveText("");
});

test("a statement that would read much is warned of, one above its limit is refused, and both say so before it runs", async ({
  page,
}) => {
  const me = (await people(page)).find(({ email }) => email === admin.email)?.id;
  const limit = (value: number | null) =>
    rest(page, "PUT", "/limits", { scope: "person", id: me, name: "rowsRead", value });
  const line = page.locator("[data-estimate]");
  const asked = { sql: "select * from activity_events", parameters: {} };
  const { rows } = await rest<{ rows: number }>(page, "POST", "/warehouses/demo/estimate", asked);
  const read = /Reads about [\d,]+ rows of activity_events\./;
  // Each time another text, so that it is asked for anew: a limit is felt within a second.
  const says = (mark: string, words: RegExp | string) =>
    expect(async () => {
      await write(page, `select ${Date.now()} as n, * from activity_events`);
      await expect(line.getByLabel(mark)).toBeVisible({ timeout: 5_000 });
      await expect(line).toContainText(read);
      await expect(line).toContainText(words);
    }).toPass({ timeout: 90_000 });
  try {
    await limit(Math.round(rows * 1.5));
    await says("Warning", "That is much for the warehouse.");
    await limit(Math.round(rows / 2));
    const allows = Math.round(rows / 2).toLocaleString("en-US");
    const refused = `the limit rowsRead of the person Admin allows ${allows} rows. An admin can raise it.`;
    await says("Refused", `It would be refused: ${refused}`);
    await page.keyboard.press("ControlOrMeta+Enter");
    const over = page.getByRole("alert").filter({ hasText: "It is over a limit that an admin set" });
    await expect(over).toContainText(`more than the ${allows} rows that the limit rowsRead of the person Admin allows`);
    await expect(over).toContainText("An admin can raise the limit.");
  } finally {
    await limit(null);
  }
});
