import type { Page } from "@playwright/test";
import { demo, open, stranger } from "./admin";
import { expect, rest, signIn, test } from "./portal";

const list = (page: Page, name: "Running" | "Waiting") =>
  page.getByRole("region", { name: "Load of demo" }).getByRole("region", { name }).getByRole("listitem");

/** An editor who may use the demo warehouse, in a browser of their own. */
async function editor(page: Page, name: string): Promise<Page> {
  const { id } = await demo(page);
  const email = `${name.toLowerCase()}-${Date.now()}@example.com`;
  const password = "an editor's password";
  const { id: team } = await rest<{ id: string }>(page, "POST", "/teams", { name: `${name}'s ${Date.now()}` });
  await rest(page, "POST", "/users", { email, name, role: "editor", password, teams: [team] });
  const { admin } = await rest<{ admin: { readers: { id: string }[] } }>(page, "GET", `/warehouses/${id}`);
  await rest(page, "POST", `/warehouses/${id}/grants`, { team, reader: admin.readers[0]?.id });
  const theirs = await stranger(page);
  await theirs.goto("/sign-in");
  await signIn(theirs, email, password);
  return theirs;
}

test("somebody's query is stopped with a reason, and their own page says it without being loaded again", async ({
  page,
}) => {
  const hers = await editor(page, "Cora");
  const mark = `'stopped ${Date.now()}'`;
  const asked = await hers.request.post("/api/v1/executions", {
    headers: { "x-sluice": "1" },
    data: { warehouse: "demo", sql: `select ${mark}, pg_sleep(300)` },
  });
  expect(asked.status()).toBe(202);
  const { id } = (await asked.json()) as { id: string };
  await hers.goto(`/executions/${id}`);
  await expect(hers.getByRole("button", { name: "Stop" })).toBeVisible();

  await open(page, "/admin/load");
  const row = list(page, "Running").filter({ hasText: mark });
  await row.getByRole("button", { name: "Actions for Cora's query" }).click();
  await page.getByRole("menuitem", { name: "Stop this query…" }).click();
  const question = page.getByRole("dialog", { name: "Stop Cora's query" });
  const reason = `The nightly load needs the room, ${mark}`;
  await question.getByLabel("Reason").fill(reason);
  await question.getByRole("button", { name: "Stop" }).click();
  await expect(hers.getByText(reason)).toBeVisible();
  await expect(row).toHaveCount(0);
  expect(await rest(page, "GET", `/executions/${id}`)).toMatchObject({ state: "cancelled", stopReason: reason });
  await hers.context().close();
});
