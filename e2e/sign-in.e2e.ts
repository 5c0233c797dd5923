import { expect, test } from "@playwright/test";
import { admin } from "./installation";

test("an asked-for page is reached through the sign-in, and a statement's rows come back at a link of their own", async ({
  page,
}) => {
  await page.goto("/queries/new");
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByRole("textbox", { name: "Password" }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/queries\/new/);

  // The editor's own textbox has no size, so it takes the focus without a click.
  await page.getByRole("textbox", { name: "SQL" }).focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("select 41 + 1 as answer");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("gridcell", { name: "42" })).toBeVisible();
});

test("a result opens from its link alone", async ({ page, request }) => {
  const answer = await request.post("/api/v1/executions?wait=20", {
    headers: { authorization: `Bearer ${admin.token}` },
    data: { warehouse: "demo", sql: "select 6 * 7 as answer" },
  });
  expect(answer.status()).toBe(200);
  const { url, state } = await answer.json();
  expect(state).toBe("succeeded");

  await page.goto(new URL(url, "http://127.0.0.1").pathname);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByRole("textbox", { name: "Password" }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("gridcell", { name: "42" })).toBeVisible();
});
