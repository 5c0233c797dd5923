import type { Page } from "@playwright/test";
import { demo, open } from "./admin";
import { expect, menuItem, rest, test } from "./portal";

const key = (page: Page, ...keys: string[]) =>
  keys.reduce<Promise<void>>((before, each) => before.then(() => page.keyboard.press(each)), Promise.resolve());
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });

test("what is deleted hands the focus on, and a menu's dialog gives it back", async ({ page }) => {
  const stamp = Date.now();
  for (const name of ["a", "b"]) await rest(page, "POST", "/teams", { name: `Keys ${stamp} ${name}` });
  await open(page, "/admin/users");
  await button(page, `Delete the team Keys ${stamp} a`).focus();
  await key(page, "Enter");
  await expect(button(page, "Cancel")).toBeFocused();
  await key(page, "Tab", "Enter");
  await expect(button(page, `Delete the team Keys ${stamp} a`)).toHaveCount(0);
  await expect(button(page, `Rename the team Keys ${stamp} b`)).toBeFocused();

  await button(page, "More for Admin").focus();
  await key(page, "Enter");
  await expect(menuItem(page, "More for Admin", "Rename")).toBeFocused();
  await key(page, "Enter");
  await expect(page.getByRole("dialog").getByLabel("Name")).toBeFocused();
  await key(page, "Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(button(page, "More for Admin")).toBeFocused();
});

test("a form that turns into its answer keeps the focus inside, and Escape gives it back", async ({ page }) => {
  await open(page, "/settings/tokens");
  await button(page, "New token").focus();
  await key(page, "Enter");
  const form = page.getByRole("dialog");
  await expect(form.getByLabel("Name")).toBeFocused();
  await form.getByRole("button", { name: "Make token" }).focus();
  await key(page, "Enter");
  await expect(form.getByLabel("Name")).toBeFocused();
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(/Give it a name/);
  await page.keyboard.type(`by keys ${Date.now()}`);
  await key(page, "Enter");
  await expect(form.getByLabel("Token", { exact: true })).toBeFocused();
  await key(page, "Tab", "Tab", "Tab", "Tab", "Tab");
  await expect(form.locator(":focus")).toHaveCount(1);
  await key(page, "Escape");
  await expect(button(page, "New token")).toBeFocused();
});

test("a button keeps the focus while it works: test, save, pause, resume", async ({ page }) => {
  const { id } = await demo(page);
  await open(page, `/admin/warehouses/${id}`);
  await button(page, "Test connection").focus();
  await key(page, "Enter");
  await expect(page.getByText(/^Connected to PostgreSQL/)).toBeVisible();
  await expect(button(page, "Test connection")).toBeFocused();

  await open(page, "/admin/load");
  const load = page.getByRole("region", { name: "Load of demo" });
  await load.getByRole("button", { name: "Pause" }).focus();
  await key(page, "Enter");
  await expect(page.getByLabel("Reason")).toBeFocused();
  await key(page, "Enter");
  try {
    await expect(load.getByRole("button", { name: "Resume" })).toBeFocused();
    await key(page, "Enter");
    await expect(load.getByRole("button", { name: "Pause" })).toBeFocused();
  } finally {
    await rest(page, "PUT", `/warehouses/${id}/gate`, { paused: false });
  }
});

test("an emptied limit stays empty, and its refusal stands at it", async ({ page }) => {
  await open(page, "/admin/load");
  const load = page.getByRole("region", { name: "Load of demo" });
  await load.getByRole("button", { name: "Limits" }).focus();
  await key(page, "Enter");
  const slots = page.getByRole("textbox", { name: "Slots" });
  await expect(slots).toBeFocused();
  await key(page, "ControlOrMeta+A", "Delete");
  await expect(slots).toHaveValue("");
  await key(page, "Enter");
  await expect(slots).toHaveAccessibleDescription(/Fill this in/);
  await expect(slots).toBeFocused();
  await key(page, "Escape");
  await expect(load.getByRole("button", { name: "Limits" })).toBeFocused();
});

test("the search opens from the editor and from a field, and the editor can be left by Tab", async ({ page }) => {
  await open(page, "/queries/new");
  const editor = page.getByRole("textbox", { name: "SQL" });
  const search = page.getByPlaceholder("A page, a query, a table, words of some SQL");
  await editor.focus();
  await key(page, "ControlOrMeta+K");
  await expect(search).toBeFocused();
  await key(page, "Escape");
  await expect(search).toHaveCount(0);
  await expect(editor).toBeFocused();
  await key(page, "Control+M", "Tab");
  await expect(editor).not.toBeFocused();
  await expect(page.getByRole("separator", { name: "Height of the editor" })).toBeFocused();

  await page.getByLabel("Search tables and columns").focus();
  await key(page, "ControlOrMeta+K");
  await expect(search).toBeFocused();
});

test("what is typed before the search is there stands in it, and the focus goes back to where it was", async ({
  page,
}) => {
  await open(page, "/queries");
  const words = page.getByPlaceholder("Title, words of the SQL, a table, an owner");
  await words.focus();
  const typed = Promise.withResolvers<void>();
  const held = page.waitForRequest("**/_next/static/chunks/**");
  await page.route("**/_next/static/chunks/**", async (route) => {
    await typed.promise;
    await route.continue();
  });
  await key(page, "ControlOrMeta+K");
  await page.keyboard.type("learn");
  await held;
  typed.resolve();
  const search = page.getByPlaceholder("A page, a query, a table, words of some SQL");
  await expect(search).toHaveValue("learn");
  await expect(search).toBeFocused();
  await expect(page.getByText("Search the whole history for “learn”")).toBeVisible();
  await key(page, "Escape");
  await expect(words).toBeFocused();
  await expect(words).toHaveValue("");
});

test("a second stage is added by keyboard: the catalogue takes the focus, and Escape gives it back", async ({
  page,
}) => {
  const name = `by_keys_${Date.now()}`;
  await rest(page, "PUT", `/pipelines/${name}`, { name, stages: [{ id: "first", operator: "noop@1" }] });
  await open(page, `/pipelines/${name}`);
  const add = page.getByRole("button", { name: "Add a stage" });
  const find = page.getByRole("textbox", { name: "Find an operator" });
  await add.focus();
  await page.keyboard.press("Enter");
  await expect(find).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(find).toHaveCount(0);
  await expect(add).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(find).toBeFocused();
  await page.keyboard.type("do nothing");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: /^Add Do nothing/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: /^Stage/ })).toBeVisible();
  await expect(page.getByRole("application").getByRole("button")).toHaveCount(2);
});
