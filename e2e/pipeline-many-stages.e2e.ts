import type { Page } from "@playwright/test";
import { open } from "./admin";
import { faults } from "./faults";
import { admin } from "./installation";
import { draftOf, kept, named, stage } from "./pipeline";
import { editorText, expect, rest, test } from "./portal";

/** A pipeline of 1,000 stages: each is found, opened, changed and looked at in a run, on a desk and on a phone. */

const count = 1_000;
/** Ten chains side by side, each of a hundred stages. */
const text = (name: string) =>
  [
    `name: ${name}`,
    "title: Many stages",
    "stages:",
    ...Array.from({ length: count }, (_, n) => {
      const after = n < 10 ? "" : `, after: [step_${n - 10}]`;
      return `  - {id: step_${n}, title: Step ${n}, operator: noop@1, params: {message: "message ${n}"}${after}}`;
    }),
    "",
  ].join("\n");

const finder = (page: Page) => page.getByRole("combobox", { name: "Find a stage" });
const node = (page: Page, n: number) => page.locator(`.react-flow__node[data-id="step_${n}"]`);
const message = (page: Page) => stage(page).getByRole("textbox", { name: "Message" });

async function find(page: Page, n: number): Promise<void> {
  await finder(page).click();
  await finder(page).fill(`step ${n}`);
  await page.getByRole("option", { name: new RegExp(`^Step ${n} `) }).click();
  await expect(stage(page)).toHaveAccessibleName(`Stage Step ${n}`);
  await expect(node(page, n)).toBeInViewport();
}

/** Applies the document as a file is. */
async function apply(page: Page): Promise<string> {
  const name = named("many");
  const headers = { authorization: `Bearer ${admin.token}`, "content-type": "application/yaml" };
  const put = await page.request.put(`/api/v1/pipelines/${name}`, { headers, data: text(name) });
  expect(put.ok(), await put.text()).toBe(true);
  return name;
}

const begin = (page: Page, name: string) => rest<{ id: string }>(page, "POST", `/pipelines/${name}/runs`, {});

/** A run is not waited for: what is shown of one is shown of one that runs, too. */
async function end(page: Page, id: string): Promise<void> {
  await rest(page, "POST", `/runs/${id}/cancel`, {});
  await rest(page, "GET", `/runs/${id}?wait=60`);
}

test("1,000 stages are drawn from the first on, and each is found, changed and kept", async ({ page }) => {
  const name = await apply(page);
  await open(page, `/pipelines/${name}`);
  await expect(node(page, 0)).toBeInViewport();
  // Only what is looked at is in the page: 1,000 boxes would make each key slow.
  expect(await page.locator(".react-flow__node").count()).toBeLessThan(count / 4);
  await node(page, 0).click();
  await expect(message(page)).toHaveValue("message 0");
  await find(page, 777);
  await expect(message(page)).toHaveValue("message 777");
  await message(page).press("End");
  await page.keyboard.type(", changed by hand");
  await expect(message(page)).toHaveValue("message 777, changed by hand");
  await expect(kept(page)).toBeVisible();
  const changed = text(name).replace('"message 777"', '"message 777, changed by hand"');
  await expect.poll(() => draftOf(page, name)).toBe(changed);
  expect(await faults(page), "the form").toEqual([]);

  // By its address, and by keyboard alone.
  await open(page, `/pipelines/${name}?stage=step_999`);
  await expect(node(page, 999)).toBeInViewport();
  await finder(page).focus();
  await page.keyboard.type("step_500");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(message(page)).toHaveValue("message 500");
  await expect(node(page, 500)).toBeInViewport();
  await finder(page).fill("no such stage");
  await expect(page.getByText("No stage is called so")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("tab", { name: "YAML" }).click();
  await page.getByRole("textbox", { name: "Pipeline as YAML" }).focus();
  await page.keyboard.press("ControlOrMeta+End");
  await expect.poll(() => editorText(page)).toContain("step_999, title: Step 999");
});

test("a run of 1,000 stages is drawn, and each of its stages is found in it", async ({ page }) => {
  const name = await apply(page);
  const { id } = await begin(page, name);
  try {
    await open(page, `/runs/${id}`);
    await expect(node(page, 0)).toBeInViewport();
    const bars = page.getByRole("region", { name: "When each stage ran" }).getByRole("button");
    await expect(bars).toHaveCount(count);
    await find(page, 888);
    await expect(page.getByRole("combobox", { name: "Stage of the log" })).toHaveValue("Step 888");
    await bars.nth(333).click();
    await expect(stage(page)).toHaveAccessibleName("Stage Step 333");
    // The bars stand far below the picture.
    await page.getByRole("application").first().scrollIntoViewIfNeeded();
    await expect(node(page, 333)).toBeInViewport();
    await expect(stage(page)).toContainText("Waits for it: Step 343");
    expect(await faults(page), "the run").toEqual([]);
  } finally {
    await end(page, id);
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("nothing of 1,000 stages scrolls sideways, and one is found with a finger", async ({ page }) => {
    const name = await apply(page);
    const { id } = await begin(page, name);
    const fits = async (what: string) => {
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(beyond, `${what} is wider than the page`).toBeLessThanOrEqual(0);
    };
    try {
      await open(page, `/pipelines/${name}`);
      await expect(node(page, 0)).toBeInViewport();
      await fits("the picture");
      await find(page, 640);
      await expect(message(page)).toHaveValue("message 640");
      await fits("a stage's form");
      await page.getByRole("tab", { name: "YAML" }).tap();
      await expect(page.locator(".view-lines")).toContainText("step_0");
      await fits("the YAML");
      await page.getByRole("tab", { name: "Runs" }).tap();
      await expect(page.getByRole("link", { name: "All its runs" })).toBeVisible();
      await fits("the runs");
      await open(page, `/runs/${id}`);
      await fits("a run");
      await find(page, 640);
      await fits("a run's stage");
    } finally {
      await end(page, id);
    }
  });
});
