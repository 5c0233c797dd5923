import { demo, inDemo, open, stranger } from "./admin";
import { admin } from "./installation";
import { cell, execute, expect, menuItem, rest, signIn, test } from "./portal";

test("an admin sees what would go before it is erased, and its page says who did", async ({ page }) => {
  const table = `public.secret_${Date.now()}`;
  const { config } = await demo(page);
  await inDemo(config, `create table ${table} as select 4711 as n; grant select on ${table} to public;`);
  const { id } = await execute(page, `select n from ${table}`);
  await page.goto(`/executions/${id}`);
  await expect(cell(page, "4,711")).toBeVisible();
  await open(page, "/admin/erasures");
  const what = page.getByRole("form", { name: "What to erase" });
  await what.getByRole("combobox", { name: "Warehouse" }).click();
  await page.getByRole("option", { name: "demo", exact: true }).click();
  await what.getByRole("textbox", { name: "Table" }).fill(table);
  await what.getByRole("button", { name: "Show what would go" }).click();
  await expect(page.getByText(`results that read ${table} in demo`)).toBeVisible();
  const sure = page.getByRole("form", { name: "Erase" });
  const erase = sure.getByRole("button", { name: /^Erase 1 result, / });
  await sure.getByLabel("Reason").fill("Nobody should have read it.");
  await expect(erase).toBeDisabled();
  await sure.getByLabel(/cannot be undone/).fill("1");
  await erase.click();
  await expect(page.getByRole("row").filter({ hasText: table })).toContainText("gone");
  await page.goto(`/executions/${id}`);
  await expect(page.getByText(/^Erased on .+ by Admin\./)).toBeVisible();
  await expect(page.getByText("Its SQL, parameters, times and counts stay: 1 row, 1 column.")).toBeVisible();
});

test("who may not download reads whom to ask; an admin allows it, looks as them, and changes nothing", async ({
  page,
}) => {
  const stamp = Date.now();
  const [email, name] = [`vera${stamp}@example.com`, `Vera ${stamp}`];
  const team = await rest<{ id: string }>(page, "POST", "/teams", { name: `Looking ${stamp}` });
  await rest(page, "POST", "/users", { name, email, role: "viewer", teams: [team.id] });
  await rest(page, "POST", "/warehouses/demo/grants", { team: team.id });
  const { id } = await execute(page, "select 1 as n");

  // A session of its own: what it looks as is the whole session's.
  const mine = await stranger(page);
  await mine.goto("/admin/users");
  await signIn(mine, admin.email, admin.password);
  const view = async () => {
    await open(mine, "/admin/users");
    await mine.getByRole("button", { name: `More for ${name}` }).click();
    await menuItem(mine, `More for ${name}`, `View as ${name}`).click();
    await mine.getByRole("dialog").getByRole("button", { name: "View as them" }).click();
    await expect(banner).toContainText(`You look at Sluice as ${name}`);
  };
  const banner = mine.getByRole("region", { name: "Viewing as somebody else" });
  await view();
  await open(mine, `/executions/${id}`);
  await expect(banner).toBeVisible();
  await mine.getByRole("button", { name: "Download" }).click();
  await expect(mine.getByText(/Downloading is not allowed to you\. Ask Admin/)).toBeVisible();
  await expect(menuItem(mine, "Download", "CSV")).toHaveCount(0);
  await mine.keyboard.press("Escape");
  await mine.getByRole("tab", { name: "Chart" }).click();
  await mine.getByRole("button", { name: "Export the chart" }).click();
  await expect(mine.getByText(/Downloading is not allowed to you\. Ask Admin/)).toBeVisible();
  await expect(menuItem(mine, "Export the chart", "CSV of its numbers")).toHaveCount(0);
  await mine.keyboard.press("Escape");
  await mine.goto("/admin/users");
  await expect(mine.getByText("This page is for admins")).toBeVisible();
  const refused = await mine.request.post("/api/v1/shares", {
    headers: { "x-sluice": "1" },
    data: { kind: "execution", id, audience: "company" },
  });
  expect(refused.status()).toBe(403);
  expect(await refused.text()).toContain(`You look at Sluice as ${name}`);
  await banner.getByRole("button", { name: "Stop" }).click();
  await expect(mine).toHaveURL(/\/admin\/users$/);
  await expect(banner).toHaveCount(0);

  await open(mine, "/admin/rights");
  const right = mine.getByRole("region", { name: "Download results" });
  await right.getByLabel("To whom").selectOption("A person");
  await right.getByRole("combobox", { name: "Person" }).fill(name);
  await mine.getByRole("option", { name }).click();
  await right.getByRole("button", { name: "Allow" }).click();
  await expect(right.getByRole("listitem").filter({ hasText: name })).toBeVisible();
  await view();
  await open(mine, `/executions/${id}`);
  await mine.getByRole("button", { name: "Download" }).click();
  await expect(menuItem(mine, "Download", "CSV")).toBeVisible();
  await mine.context().close();
});
