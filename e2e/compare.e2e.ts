import { faults } from "./faults";
import { choose, execute, expect, test } from "./portal";

const first = "select * from (values (1, 'ana', 1.5), (2, 'bo', null), (3, 'cy', 3)) v(id, name, score)";
const second = "select * from (values (3, 'cy', 3.5), (1, 'ana', 1.5), (4, 'dee', 9)) v(id, name, score)";

test("two results are compared by a link, and what is chosen lives in the address", async ({ page }) => {
  const [a, b] = [await execute(page, first), await execute(page, second)];
  await page.goto(`/executions/${a.id}`);
  await choose(page, "Compare with another run");
  const link = page.getByRole("textbox", { name: "Link of another execution" });
  await link.fill("somewhere");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Paste the address of an execution's page.")).toBeVisible();
  await link.fill(`http://localhost/executions/${b.id}?sort=0`);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/compare/${a.id}/${b.id}`);

  const row = (name: RegExp) => page.getByRole("row", { name });
  await expect(row(/removed 2 bo NULL/)).toBeVisible();
  await expect(row(/added 4 dee 9/)).toBeVisible();
  const changed = row(/changed 3 cy/);
  await expect(changed.locator("del")).toHaveText("3");
  await expect(changed.locator("ins")).toHaveText("3.5");
  await expect(page.getByText("1 row the same")).toBeVisible();

  await page.getByRole("button", { name: "1 added" }).click();
  await expect(page).toHaveURL(/only=added/);
  await expect(row(/removed/)).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("button", { name: "1 added" })).toHaveAttribute("aria-pressed", "true");
  await expect(row(/added 4 dee 9/)).toBeVisible();
});

test("a column that repeats is refused as a key at its field, and nothing chosen is lost", async ({ page }) => {
  const sql = "select n, n / 2 as half from generate_series(1, 4) n";
  const { id } = await execute(page, sql);
  await page.goto(`/compare/${id}/${id}?key=half&only=added`);
  await expect(page.getByText(/half 1 occurs 2 times in the first result/)).toBeVisible();
  await expect(page).toHaveURL(/only=added/);
  await page.goto(`/compare/${id}/${id}`);
  await expect(page.getByText("No difference: 4 rows in both.")).toBeVisible();
});

test("other runs of the same SQL are offered", async ({ page }) => {
  const sql = `select 'run of ${Date.now()}' as name, random()::text as r`;
  await execute(page, sql);
  const { id } = await execute(page, sql);
  await page.goto(`/executions/${id}`);
  await choose(page, "Compare with another run");
  await page.getByRole("dialog").getByRole("link").first().click();
  await expect(page).toHaveURL(new RegExp(`/compare/.+/${id}$`));
  await expect(page.getByRole("row", { name: /changed run of/ })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the comparison stands axe's checks, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const [a, b] = [await execute(page, first), await execute(page, second)];
    await page.goto(`/compare/${a.id}/${b.id}`);
    await expect(page.getByRole("row", { name: /added 4/ })).toBeVisible();
    expect(await faults(page)).toEqual([]);
  });
}
