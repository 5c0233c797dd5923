import type { Page } from "@playwright/test";
import { open } from "./admin";
import { faults } from "./faults";
import { button, draftOf, kept, named, paste, publish, stage } from "./pipeline";
import { editorText, expect, menuItem, rest, test } from "./portal";

/** A draft that is tried: the first rows of each stage under its box, and what is wrong at its field. */

const tried = (page: Page) => page.getByRole("region", { name: "Try", exact: true });
const rowsOf = (page: Page, id: string) => tried(page).getByRole("region", { name: `First rows of rows of ${id}` });
const sqlField = (page: Page) => stage(page).getByRole("textbox", { name: "SQL", exact: true });
const box = (page: Page, name: string) => page.getByRole("button", { name });

const ask = (id: string, sql: string) => ({
  ...{ id, title: `Ask ${id}`, operator: "sql-extract@1", outputs: { rows: "parquet" } },
  params: { warehouse: "demo", sql },
});

async function retype(page: Page, sql: string): Promise<void> {
  await sqlField(page).focus();
  await paste(page, sql);
}

test("the first rows of each stage stand under the picture, and a reload shows them again", async ({ page }) => {
  const name = named("sampled");
  const many =
    "select n, 'row ' || n as words, null::text as none, '' as empty from generate_series(1, 25) n order by n";
  const table = { id: "put", operator: "load-table@1", inputs: { rows: "many.rows" } };
  const params = { warehouse: "demo", table: `mart.${name}` };
  const write = { ...table, params };
  await publish(page, name, { stages: [ask("many", many), ask("none", "select 1 as n where false"), write] });
  await open(page, `/pipelines/${name}?stage=many`);
  await button(page, "Try it").click();
  await expect(tried(page)).toContainText("Nothing is written outside.");
  await expect(rowsOf(page, "many")).toBeVisible({ timeout: 90_000 });
  await expect(rowsOf(page, "many").getByRole("columnheader")).toHaveText([/^n/, /^words/, /^none/, /^empty/]);
  await expect(rowsOf(page, "many").getByRole("row")).toHaveCount(21);
  await expect(rowsOf(page, "many").getByRole("cell", { name: "row 20", exact: true })).toBeVisible();
  await expect(tried(page)).toContainText("The first 20 rows of 25");
  // The form stays open beside them.
  await expect(sqlField(page)).toHaveCount(1);
  expect(await faults(page), "a stage's rows").toEqual([]);

  await box(page, "Ask none, ").click();
  await expect(rowsOf(page, "none").getByRole("columnheader")).toHaveText([/^n/]);
  await expect(tried(page)).toContainText("It has no rows.");
  await box(page, "Write a table, ").click();
  await expect(tried(page)).toContainText(/Would add 25 rows/, { timeout: 90_000 });
  await box(page, "Ask many, ").click();
  await page.reload();
  await expect(rowsOf(page, "many").getByRole("cell", { name: "row 1", exact: true })).toBeVisible();
  const { items } = await rest<{ items: { id: string }[] }>(page, "GET", `/runs?pipeline=${name}`);
  expect(items, "a try is no run of the pipeline").toEqual([]);
});

test("a stage whose SQL is wrong says so at its field, keeps what was typed, and shows rows once mended", async ({
  page,
}) => {
  const name = named("mended");
  await publish(page, name, { stages: [ask("one", "select 1 as n"), ask("two", "select 2 as n")] });
  await open(page, `/pipelines/${name}?stage=one`);
  const wrong = "select nope,\n       count(*)\nfrom learners";
  await retype(page, wrong);
  await expect(kept(page)).toBeVisible();
  await button(page, "Other tries").click();
  await menuItem(page, "Other tries", "Up to Ask one").click();
  const said = 'column "nope" does not exist (line 1, column 8)';
  await expect(tried(page).getByRole("alert")).toContainText(said, { timeout: 90_000 });
  await expect(sqlField(page)).toHaveAccessibleDescription(new RegExp(said.replaceAll(/[()]/g, "\\$&")));
  await expect(sqlField(page)).toHaveAttribute("aria-invalid", "true");
  expect(await editorText(page)).toBe(wrong);
  await expect.poll(() => draftOf(page, name)).toContain("select nope,");
  // It was tried up to there: the other stage is not part of it.
  await expect(box(page, "Ask two, ")).toBeVisible();
  // What the warehouse said is no fault of the document: it could be published.
  await expect(page.getByText(/to fill in or mend before/)).toHaveCount(0);
  await box(page, "Ask two, ").click();
  await expect(sqlField(page)).toHaveAttribute("aria-invalid", "false");
  await box(page, "Ask one, ").click();
  await expect(sqlField(page)).toHaveAttribute("aria-invalid", "true");
  expect(await faults(page), "a try that failed").toEqual([]);

  const right = wrong.replace("nope", "country").concat(" group by 1");
  await retype(page, right);
  await expect(sqlField(page)).toHaveAttribute("aria-invalid", "false");
  await expect(tried(page)).toContainText("The draft has changed since.");
  await button(page, "Try it").click();
  await expect(rowsOf(page, "one").getByRole("columnheader")).toHaveText([/^country/, /^count/], { timeout: 90_000 });
  await expect(tried(page).getByRole("alert")).toHaveCount(0);
  expect(await editorText(page)).toBe(right);
});

test("what the check refuses is not tried: it is listed, and each entry leads to its field", async ({ page }) => {
  const name = named("refused");
  await publish(page, name, { stages: [ask("one", "select 1 as n"), ask("two", "select 2 as n")] });
  await open(page, `/pipelines/${name}?stage=two`);
  await retype(page, "select {{ env.NOBODY }} as n");
  await expect(sqlField(page)).toHaveAccessibleDescription(/NOBODY/);
  await box(page, "Ask one, ").click();
  await button(page, "Try it").click();
  await expect(tried(page)).toContainText("It cannot be tried like this.");
  await tried(page)
    .getByRole("button", { name: /^Wrong two: .*NOBODY/ })
    .click();
  await expect(stage(page)).toHaveAccessibleName("Stage Ask two");
  await expect(sqlField(page)).toHaveAccessibleDescription(/NOBODY/);
  expect(await editorText(page)).toBe("select {{ env.NOBODY }} as n");
});
