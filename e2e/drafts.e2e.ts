import { admin } from "./installation";
import { editorText, expect, menuItem, signIn, test, write } from "./portal";

const kept = "Draft kept";

test.beforeEach(async ({ page }) => {
  await page.goto("/queries/new");
  await page.getByRole("button", { name: "New tab" }).click();
});

test("text outlives a reload, and a tab can be named and opened again once closed", async ({ page }) => {
  await write(page, "select 'reload me'");
  await expect(page.getByText(kept)).toBeVisible();
  await page.reload();
  await expect.poll(() => editorText(page)).toContain("select 'reload me'");

  // A name of its own: the person's tabs outlive a run of the tests.
  const mine = `Mine ${Date.now()}`;
  await page.getByRole("tab", { selected: true }).press("F2");
  await page.getByRole("textbox", { name: "Name of this tab" }).fill(mine);
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: mine }).press("Delete");
  await expect(page.getByRole("tab", { name: mine })).toHaveCount(0);
  await page.getByRole("button", { name: "This tab and closed ones" }).click();
  await menuItem(page, "This tab and closed ones", mine).click();
  await expect.poll(() => editorText(page)).toContain("select 'reload me'");
});

test("what is typed without a network is kept, and sent once there is one", async ({ page, context }) => {
  await context.setOffline(true);
  await write(page, "select 'typed offline'");
  await expect(page.getByText(/Kept in this browser only/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(kept)).toBeVisible();
});

test("what is typed after the session ended is there after the next sign-in", async ({ page, context }) => {
  await context.clearCookies();
  await write(page, "select 'typed signed out'");
  const again = context.waitForEvent("page");
  await page.getByRole("alert").filter({ hasText: "Your session has ended." }).getByRole("link").click();
  const popup = await again;
  await signIn(popup, admin.email, admin.password);
  // What was typed goes to the server by itself once there is a session again.
  await expect(page.getByText(kept)).toBeVisible();
  await page.reload();
  await expect.poll(() => editorText(page)).toContain("select 'typed signed out'");
});

test("two windows of one browser show the same text", async ({ page, context }) => {
  await write(page, "select 'one'");
  await expect(page.getByText(kept)).toBeVisible();
  const other = await context.newPage();
  await other.goto(page.url());
  await expect.poll(() => editorText(other)).toContain("select 'one'");
  await write(other, "select 'two'");
  await expect.poll(() => editorText(page)).toContain("select 'two'");
});
