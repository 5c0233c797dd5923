import { open } from "./admin";
import { faults } from "./faults";
import { draftOf, kept, named, publish, stage } from "./pipeline";
import { expect, test } from "./portal";

/** What a stage's form asks, and that it can be filled in while a warehouse is away. */

test("a form can be filled in while nothing says what there is to choose from", async ({ page }) => {
  const name = named("down");
  const params = { warehouse: "demo", sql: "select 1 as n" };
  await publish(page, name, {
    stages: [{ id: "ask", operator: "sql-extract@1", params, outputs: { rows: "parquet" } }],
  });
  const problem = {
    type: "about:blank",
    title: "Away",
    status: 503,
    code: "unavailable",
    detail: "demo does not answer.",
  };
  await page.route(/\/operators\/[^/]+\/options/, (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
  );
  await open(page, `/pipelines/${name}?stage=ask`);
  const warehouse = stage(page).getByRole("combobox", { name: "Warehouse" });
  await expect(warehouse).toHaveValue("demo");
  await warehouse.fill("another");
  await page.keyboard.press("Escape");
  await expect(warehouse).toHaveAccessibleDescription(/demo does not answer/);
  await expect(kept(page)).toBeVisible();
  await expect.poll(() => draftOf(page, name)).toContain("warehouse: another");
});

test("of a check only that is asked which its kind needs, with a star", async ({ page }) => {
  const name = named("checks");
  const checks = [
    { kind: "not_null", column: "id" },
    { kind: "row_count", least: 1 },
  ];
  const params = { warehouse: "demo", table: "public.learners", checks };
  await publish(page, name, { stages: [{ id: "check", operator: "expect@1", params }] });
  await open(page, `/pipelines/${name}?stage=check`);
  const entry = (at: number) =>
    stage(page)
      .getByRole("group", { name: /^Entry/ })
      .nth(at);
  await expect(entry(0).locator("label", { hasText: "Column" })).toContainText("*");
  await expect(entry(0).getByText("At least")).toHaveCount(0);
  await expect(entry(1).locator("label", { hasText: "Column" })).toHaveCount(0);
  await expect(entry(1).locator("label", { hasText: "At most" })).toBeVisible();
  // Either end will do.
  await expect(entry(1).locator("label", { hasText: "At least" })).toContainText("*");
  expect(await faults(page), "the checks").toEqual([]);
});
