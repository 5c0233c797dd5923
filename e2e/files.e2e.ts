import { execFileSync } from "node:child_process";
import { faults } from "./faults";
import { cell, choose, editorText, execute, expect, rest, test, write } from "./portal";

const rates = "code;rate\nUS;1,0\nUS;2,0\nIN;3,5\n";

test("a file is uploaded, looked at, and joined with a result of a warehouse", async ({ page }) => {
  await page.goto("/files");
  const chosen = { name: "Rates 2024.csv", mimeType: "text/csv", buffer: Buffer.from(rates) };
  await page.getByLabel("Files to upload").setInputFiles(chosen);
  await expect(page.getByRole("status").filter({ hasText: 'files."rates_2024" now, with 3 rows' })).toBeVisible();
  const first = page.getByRole("region", { name: "First rows of rates_2024" });
  await expect(first.getByRole("cell", { name: "3,5" })).toBeVisible();
  expect(await faults(page)).toEqual([]);

  const { id } = await execute(page, "select 'US' as country, 41 + 1 as learners");
  await page.goto(`/executions/${id}`);
  await choose(page, "Query this result");
  await expect.poll(() => editorText(page)).toContain(`from results."${id}"`);
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "42")).toBeVisible();

  await write(
    page,
    `select count(*) * 1000 as found from files.rates_2024 f join results."${id}" r on r.country = f.code`,
  );
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "2,000")).toBeVisible();

  await write(page, "select *\nfrom files.another");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("alert").filter({ hasText: 'no file "another" of yours' })).toBeVisible();
});

test("an archive is kept for a stage, which is offered it and no table", async ({ page }) => {
  await page.goto("/files");
  const buffer = execFileSync("tar", ["-cz", "-C", import.meta.dirname, "files.e2e.ts"]);
  const send = (name: string, content: Buffer) =>
    page.getByLabel("Files to upload").setInputFiles({ name, mimeType: "application/octet-stream", buffer: content });
  await send("regions.csv", Buffer.from("n\n1\n"));
  await expect(page.getByRole("status").filter({ hasText: 'files."regions" now' })).toBeVisible();
  await send("shop project.tar.gz", buffer);
  await expect(page.getByRole("status").filter({ hasText: "kept as the archive shop_project now" })).toBeVisible();
  const row = page.getByRole("listitem").filter({ hasText: "shop project.tar.gz" });
  await expect(row.getByText(/^archive$/)).toBeVisible();
  await expect(row.getByText("An archive, kept as it came")).toBeVisible();
  await expect(row.getByRole("link", { name: "Query it" })).toHaveCount(0);
  expect(await faults(page)).toEqual([]);
  type Choices = { items: { value: string }[] };
  const { items } = await rest<Choices>(page, "GET", "/operators/dbt@1/options?parameter=file&values={}");
  expect(items.map(({ value }) => value)).toEqual(["shop_project"]);
});

test("a wrong file is refused in words, and a file is renamed and removed", async ({ page }) => {
  await page.goto("/files");
  const send = (name: string, text: string) =>
    page.getByLabel("Files to upload").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await send("ragged.csv", "a,b\n1,2\n1,2,3\n");
  await expect(
    page.getByRole("alert").filter({ hasText: "Line 3 has 3 values where the others have 2" }),
  ).toBeVisible();
  await send("numbers.csv", "n\n1\n2\n");
  await expect(page.getByRole("status").filter({ hasText: 'files."numbers" now' })).toBeVisible();
  await expect(page.getByRole("alert").filter({ hasText: "Line 3" })).toHaveCount(0);
  await page.getByLabel("Name in SQL").fill("figures");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("button", { name: "figures", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Remove “figures”" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("button", { name: "figures", exact: true })).toHaveCount(0);
  const { items } = await rest<{ items: { name: string }[] }>(page, "GET", "/uploads");
  expect(items.map(({ name }) => name)).not.toContain("figures");
});
