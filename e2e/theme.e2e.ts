import type { Page } from "@playwright/test";
import { open } from "./admin";
import { expect, menuItem, test } from "./portal";

const scheme = (page: Page) => page.locator("html").getAttribute("data-mantine-color-scheme");

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^You: / }).click();
  await menuItem(page, /^You: /, name).click();
  await page.keyboard.press("Escape");
}

/** What the page's colours are at its first paint, before any of its own programs has run. */
async function firstPaint(page: Page): Promise<string | null> {
  await page.route(/\/_next\/static\/.*\.js/, (route) => route.abort());
  await page.reload({ waitUntil: "commit" });
  await page.getByRole("heading", { name: "Home" }).waitFor();
  const first = await scheme(page);
  await page.unroute(/\/_next\/static\/.*\.js/);
  await open(page, "/");
  expect(await scheme(page)).toBe(first);
  return first;
}

test("a theme is chosen in the menu, a reload keeps it from its first paint, and the system's is followed at once", async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open(page, "/");
  expect(await firstPaint(page)).toBe("light");
  await choose(page, "Dark");
  await expect.poll(() => scheme(page)).toBe("dark");
  expect(await firstPaint(page)).toBe("dark");
  await page.emulateMedia({ colorScheme: "dark" });
  await choose(page, "Light");
  await expect.poll(() => scheme(page)).toBe("light");
  expect(await firstPaint(page)).toBe("light");
  await choose(page, "As the system");
  await expect.poll(() => scheme(page)).toBe("dark");
  expect(await firstPaint(page)).toBe("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(() => scheme(page)).toBe("light");
});
