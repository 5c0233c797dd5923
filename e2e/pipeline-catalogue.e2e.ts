import type { Locator, Page } from "@playwright/test";
import { open } from "./admin";
import { faults } from "./faults";
import { button, draftOf, kept, named, noop, publish, stage } from "./pipeline";
import { expect, rest, test } from "./portal";

/** Everything that a stage can do: looked at, searched, and taken by mouse and by keyboard. */

interface Offered {
  id: string;
  title: string;
  inputs?: object;
  outputs?: object;
}

const catalogue = (page: Page) => page.getByRole("region", { name: "Operators" });
const entries = (page: Page) => catalogue(page).getByRole("listitem").getByRole("button");
const field = (page: Page) => catalogue(page).getByRole("textbox", { name: "Find an operator" });

/** Opens the page of a pipeline with one stage. */
async function begin(page: Page): Promise<string> {
  const name = named("catalogue");
  await publish(page, name, { stages: [noop("first")] });
  await open(page, `/pipelines/${name}`);
  return name;
}

/** The picture beside an operator's title: rows, an arrow, the operator, an arrow, rows. */
async function picture(entry: Locator) {
  const marks = entry.locator("[data-there]");
  await expect(marks).toHaveCount(4);
  const there = await Promise.all([0, 1, 2, 3].map((at) => marks.nth(at).isVisible()));
  // Beside the two arrows.
  await expect(entry.locator("svg:not([data-there])").first()).toBeVisible();
  return {
    takes: there[0] && there[1],
    gives: there[2] && there[3],
    whole: there[0] === there[1] && there[2] === there[3],
  };
}

test("each operator is drawn with what goes in and what comes out", async ({ page }) => {
  await begin(page);
  await button(page, "Add a stage").click();
  const { items } = await rest<{ items: Offered[] }>(page, "GET", "/operators");
  const newest = items.filter(({ id }, at) => items.findIndex((one) => one.id === id) === at);
  await expect(entries(page)).toHaveCount(newest.length);
  const seen = new Map<string, Awaited<ReturnType<typeof picture>>>();
  for (const { id, title } of newest) {
    const entry = entries(page).filter({ has: page.getByText(`Add ${title}`, { exact: true }) });
    seen.set(id, await picture(entry));
  }
  const some = (ports: object | undefined) => Object.keys(ports ?? {}).length > 0;
  const expected = newest.map(
    ({ id, inputs, outputs }) => [id, { takes: some(inputs), gives: some(outputs), whole: true }] as const,
  );
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected));
  // One of each kind, so that no list of the server's decides alone.
  expect(seen.get("sql-extract")).toMatchObject({ takes: false, gives: true });
  expect(seen.get("python")).toMatchObject({ takes: true, gives: true });
  expect(seen.get("load-table")).toMatchObject({ takes: true, gives: false });
  expect(seen.get("expect")).toMatchObject({ takes: false, gives: false });
  expect(await faults(page), "the catalogue").toEqual([]);
});

test("an operator is found by words of its title, its name and what it does, and taken by mouse", async ({ page }) => {
  const name = await begin(page);
  await button(page, "Add a stage").click();
  await expect(field(page)).toBeFocused();
  for (const [words, found] of [
    ["PAGE by page", /^Add Pull from an API/],
    ["  http-pull ", /^Add Pull from an API/],
    ["Query a ware", /^Add Query a warehouse/],
  ] as const) {
    await field(page).fill(words);
    await expect(entries(page)).toHaveCount(1);
    await expect(entries(page)).toHaveAccessibleName(found);
  }
  // A heading without an operator below it is not shown.
  await expect(catalogue(page).getByRole("heading")).toHaveText(["Get data"]);
  await field(page).fill("no such thing");
  await expect(catalogue(page).getByText("No operator is called so.")).toBeVisible();
  await expect(entries(page)).toHaveCount(0);

  await field(page).fill("api");
  await button(page, /^Add Pull from an API/).click();
  await expect(catalogue(page)).toHaveCount(0);
  await expect(stage(page).getByRole("heading", { name: "Pull from an API" })).toBeVisible();
  await expect(stage(page).getByRole("textbox", { name: "Address" })).toBeVisible();
  await expect(page).toHaveURL(/stage=http_pull/);
  await expect(kept(page)).toBeVisible();
  await expect.poll(() => draftOf(page, name)).toContain("operator: http-pull@1");
});

test("an operator is taken by keyboard, and Escape closes the catalogue where it was opened", async ({ page }) => {
  const name = await begin(page);
  const opener = button(page, "Add a stage");
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.type("pyth");
  await expect(entries(page)).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(catalogue(page)).toHaveCount(0);
  await expect(opener).toBeFocused();

  await page.keyboard.press("Enter");
  // It begins anew.
  await expect(field(page)).toHaveValue("");
  await page.keyboard.type("pyth");
  await page.keyboard.press("Tab");
  await expect(button(page, /^Add Python/)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(stage(page).getByRole("heading", { name: "Python" })).toBeVisible();
  await expect(stage(page).getByRole("textbox", { name: "Code" })).toBeAttached();
  await expect(page.getByRole("button", { name: /^Python, / })).toBeVisible();
  // Who works by keyboard is not sent to the page's top.
  await expect(page.locator("main :focus")).toHaveCount(1);
  await expect.poll(() => draftOf(page, name)).toContain("operator: python@1");
});
