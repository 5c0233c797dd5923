import { test as base, expect, type Page } from "@playwright/test";
import { admin } from "./installation";

export { expect };

interface Submitted {
  id: string;
  state: string;
}

/** A browser that is signed in as the first admin: once for all tests of a worker, since signing in is slow on purpose. */
export const test = base.extend<object, { session: string }>({
  storageState: ({ session }, use) => use(session),
  session: [
    async ({ browser }, use, worker) => {
      const file = `${worker.project.outputDir}/session-${worker.workerIndex}.json`;
      const page = await browser.newPage({ baseURL: worker.project.use.baseURL, storageState: undefined });
      await page.goto("/sign-in");
      await signIn(page, admin.email, admin.password);
      // A test that failed leaves its tabs to the worker that comes after it.
      const { items } = await rest<{ items: { tab: string }[] }>(page, "GET", "/drafts");
      for (const { tab } of items) await rest(page, "DELETE", `/drafts/${tab}`);
      await page.context().storageState({ path: file });
      await page.close();
      await use(file);
    },
    { scope: "worker" },
  ],
});

/** On the sign-in page: in, and on to the page that was asked for. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}

/** Replaces what stands in the editor; its own textbox has no size, so it takes the focus without a click. */
export async function write(page: Page, sql: string): Promise<void> {
  await page.getByRole("textbox", { name: "SQL" }).focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(sql);
  await expect.poll(() => editorText(page)).toContain(sql.split("\n").at(-1)?.trim() ?? "");
}

export async function run(page: Page, sql: string): Promise<void> {
  await write(page, sql);
  await page.keyboard.press("ControlOrMeta+Enter");
}

/** Calls the REST API with the first admin's token. */
export async function rest<T>(page: Page, method: string, path: string, data?: object): Promise<T> {
  const headers = { authorization: `Bearer ${admin.token}` };
  const answer = await page.request.fetch(`/api/v1${path}`, { method, headers, data });
  expect(answer.ok(), `${method} ${path} answered ${answer.status()}`).toBe(true);
  return (answer.status() === 204 ? undefined : await answer.json()) as T;
}

/** Lets admins download: nobody may in a new installation. */
export async function allowDownloads(page: Page): Promise<void> {
  await rest(page, "PUT", "/rights", { right: "download", scope: "role", id: "admin", allowed: true });
}

/** Runs a statement by REST; answers once it has ended. */
export function execute(page: Page, sql: string, more: object = {}): Promise<Submitted> {
  return rest(page, "POST", "/executions?wait=60", { warehouse: "demo", sql, ...more });
}

type Name = string | RegExp;

/** What a menu offers; a menu is named by its button. Two are open at once while one closes, so one alone is asked. */
export const menuItem = (page: Page, menu: Name, name: Name) =>
  page.getByRole("menu", { name: menu }).getByRole("menuitem", { name });

/** What the head of an execution's page has in its menu. */
export async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: "More", exact: true }).click();
  await menuItem(page, "More", item).click();
}

export const cell = (page: Page, name: string) => page.getByRole("gridcell", { name, exact: true });

/** What the editor shows, without the wide blanks that it draws for spaces. */
export async function editorText(page: Page): Promise<string> {
  return (await page.locator(".view-lines").innerText()).replaceAll("\u00a0", " ");
}
