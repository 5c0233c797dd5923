import { readFile } from "node:fs/promises";
import { demo, inSluice, open } from "./admin";
import { allowDownloads, execute, expect, rest, test } from "./portal";

test("history's filters are its address, and paging is, too", async ({ page }) => {
  const mark = `mark ${Date.now()}`;
  for (const sql of [`select '${mark}' as a`, `select nope, '${mark}' as b`]) {
    await execute(page, sql);
  }
  await open(page, "/executions");
  const rows = page.getByRole("list", { name: "Executions, newest first" }).getByRole("listitem");
  await page.getByLabel("SQL contains").fill(mark);
  await expect(rows).toHaveCount(2);
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "Failed" }).click();
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/state=failed/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/executions\/01/);
  await page.goBack();
  await expect(page.getByLabel("SQL contains")).toHaveValue(mark);
  await expect(rows).toHaveCount(1);
  await page.getByLabel("SQL contains").fill(`${mark} and what nobody wrote`);
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
});

test("the search that is open everywhere finds pages, tables and executions", async ({ page }) => {
  await rest(page, "GET", `/warehouses/demo/tables`);
  await open(page, "/settings/tokens");
  await page.keyboard.press("ControlOrMeta+K");
  const box = page.getByRole("textbox", { name: "Search" });
  await box.fill("enrol");
  await page.getByRole("button", { name: /public\.enrolments/ }).click();
  await expect(page.getByRole("heading", { name: "public.enrolments" })).toBeVisible();
  await expect(page.getByRole("link", { name: "public.learners" })).toBeVisible();
  await page.getByRole("link", { name: "public.courses" }).click();
  await expect(page.getByRole("heading", { name: "Referred to by" })).toBeVisible();
  await page.getByRole("button", { name: "Show 50 rows" }).click();
  await expect(page.getByRole("gridcell").first()).toBeVisible();
  await page.getByRole("link", { name: "Query this table" }).click();
  await expect(page).toHaveURL(/\/queries\/new/);
});

test("? shows the keys, and focus returns to where it was", async ({ page }) => {
  await open(page, "/executions");
  const search = page.getByRole("button", { name: /^Search/ });
  await search.focus();
  await page.keyboard.press("Shift+?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(search).toBeFocused();
});

test("an address that no page has keeps the frame and leads home; the design page is not served", async ({ page }) => {
  for (const path of ["/nowhere", "/tables/nowhere/public/x", "/design"]) {
    expect((await page.goto(path))?.status()).toBe(404);
    await expect(page.getByText("There is no page at this address")).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  }
});

test("the audit log says who changed what by name, and its filter is its address", async ({ page }) => {
  const name = `Team ${Date.now()}`;
  const { id } = await rest<{ id: string }>(page, "POST", "/teams", { name });
  await open(page, `/admin/audit?action=team.`);
  await page.getByRole("link", { name: `All entries about ${name}` }).click();
  await expect(page).toHaveURL(new RegExp(`object=team%3A${id}`));
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("row", { name: /team\.create/ })).toContainText("Admin");
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/admin/users#${id}`));
});

test("the audit log is filtered by who, what, where and when, and its file has what is shown", async ({ page }) => {
  const stamp = Date.now();
  const name = `Bo ${stamp}`;
  const { id } = await rest<{ id: string }>(page, "POST", "/users", { name, email: `bo${stamp}@example.com` });
  const days = 86_400_000;
  const entries = [
    { action: "team.create", address: "10.9.8.7", at: stamp },
    { action: "team.delete", address: "10.9.8.7", at: stamp },
    { action: "token.create", address: "10.9.8.6", at: stamp },
    { action: "team.create", address: "10.9.8.7", at: stamp - 40 * days },
  ];
  for (const [n, { action, address, at }] of entries.entries())
    await inSluice(
      page,
      "insert into audit_entries (id, at, user_id, action, object, address) values ($1, $2, $3, $4, $5, $6)",
      [`0of-the-tests-${stamp}-${n}`, new Date(at), id, action, `team:gone-${stamp}`, address],
    );
  await open(page, "/admin/audit");
  const rows = page.getByRole("row").filter({ has: page.getByRole("cell") });
  // What entries are about stands in labels too.
  const field = (name: string) => page.getByLabel(name, { exact: true });
  const filter = async (address: RegExp, count: number) => {
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await expect(page).toHaveURL(address);
    // Another page: its fields are filled in once its program runs.
    await expect(page.getByLabel(/^Gate of .+: ./)).toBeVisible();
    await expect(rows).toHaveCount(count);
  };
  await field("Who").selectOption(name);
  await filter(new RegExp(`user=${id}`), 4);
  await field("What").selectOption("team.create");
  await filter(/action=team\.create/, 2);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export CSV" }).click(),
  ]);
  const lines = (await readFile(await download.path())).toString().trim().split("\r\n").slice(1);
  expect(lines.map((line) => line.split(",").slice(1, 6))).toEqual([
    [name, `bo${stamp}@example.com`, "", "team.create", `team:gone-${stamp}`],
    [name, `bo${stamp}@example.com`, "", "team.create", `team:gone-${stamp}`],
  ]);

  await field("From").fill(new Date(stamp - 7 * days).toISOString().slice(0, 10));
  await filter(/from=\d/, 1);
  await field("From").fill("");
  await field("To").fill(new Date(stamp - 7 * days).toISOString().slice(0, 10));
  await filter(/to=\d/, 1);
  await open(page, page.url());
  await expect(rows).toHaveCount(1);
  await expect(field("To")).toHaveValue(/^\d{4}-\d\d-\d\d$/);
  await field("To").fill("");
  await field("What").selectOption("");
  await field("Address").fill("10.9.8.6");
  await filter(/address=10\.9\.8\.6/, 1);
  await expect(rows).toContainText("token.create");
});

test("entries of the company's limits, pauses of everything, rights and files lead to their pages", async ({
  page,
}) => {
  const stamp = Date.now();
  const limit = { scope: "company", name: "waiting" };
  await rest(page, "PUT", "/limits", { ...limit, value: 900_000 });
  await rest(page, "PUT", "/limits", { ...limit, value: null });
  const { id: pause } = await rest<{ id: string }>(page, "POST", "/pauses", { of: "everything", tell: false });
  await rest(page, "DELETE", `/pauses/${pause}`);
  await allowDownloads(page);
  const file = await page.request.post(`/api/v1/uploads?file=audited_${stamp}.csv`, {
    headers: { "x-sluice": "1", "content-type": "application/octet-stream" },
    data: Buffer.from("a,b\n1,2\n"),
  });
  expect(file.ok(), await file.text()).toBe(true);
  for (const [action, name, address] of [
    ["limit.set", "The whole company", /\/admin\/load\/limits$/],
    ["gate.pause", "All warehouses", /\/admin\/load$/],
    ["right.allow", "Admins", /\/admin\/rights$/],
    ["upload.create", `audited_${stamp} of Admin`, /\/files\?file=/],
  ] as const) {
    await open(page, `/admin/audit?action=${action}`);
    await page.getByRole("link", { name, exact: true }).first().click();
    await expect(page).toHaveURL(address);
  }
  await expect(page.getByRole("button", { name: `audited_${stamp}`, expanded: true })).toBeVisible();
});

test("a refresh that nobody opened is proposed for pausing, and paused in one click", async ({ page }) => {
  const title = `Nobody's numbers ${Date.now()}`;
  const { id } = await rest<{ id: string }>(page, "POST", "/queries", { warehouse: "demo", title, sql: "select 1" });
  const when = { when: "15 6 * * *", zone: "UTC" };
  const trigger = await rest<{ id: string }>(page, "POST", `/queries/${id}/triggers`, when);
  const began = (await inSluice(page, "select min(at) as at from visits_since where kind is null", [])) as {
    at: Date;
  }[];
  await inSluice(page, "update triggers set created_at = now() - interval '61 days' where id = $1", [trigger.id]);
  await inSluice(page, "update visits_since set at = now() - interval '61 days' where kind is null", []);
  try {
    const list = page.getByRole("region", { name: "Refreshes that nobody opened" });
    const row = list.getByRole("row").filter({ hasText: title });
    // Since when openings are noted is known for half a minute.
    await expect(async () => {
      await open(page, "/usage");
      await expect(row).toContainText("never opened", { timeout: 2_000 });
    }).toPass({ timeout: 120_000 });
    await row.getByRole("button", { name: `Pause the schedule of “${title}”` }).click();
    await expect(row).toHaveCount(0);
    await expect.poll(() => rest(page, "GET", `/triggers/${trigger.id}`)).toMatchObject({ paused: true });
  } finally {
    await inSluice(page, "update visits_since set at = $1 where kind is null", [began[0]?.at]);
    await rest(page, "DELETE", `/triggers/${trigger.id}`);
  }
});

test("a table's page says who may read it and who did, also one who may not any more", async ({ page }) => {
  const stamp = Date.now();
  const team = `Readers of ${stamp}`;
  const { id } = await rest<{ id: string }>(page, "POST", "/teams", { name: team });
  await rest(page, "POST", "/warehouses/demo/grants", { team: id });
  const person = (name: string, teams: string[]) =>
    rest<{ id: string }>(page, "POST", "/users", { name, email: `${name.replace(" ", "")}@example.com`, teams });
  const uma = await person(`Uma ${stamp}`, [id]);
  const ole = await person(`Ole ${stamp}`, []);
  const { id: warehouse } = await demo(page);
  // As a worker that counts yesterday would have: it does so once a minute.
  for (const [user, ran, opened] of [
    [uma.id, 4_711, 3],
    [ole.id, 12, 0],
  ] as const) {
    const about = [warehouse, "public.courses", user];
    await inSluice(page, "insert into usage_tables values (current_date - 1, $1, $2, $3, 'page', $4)", [...about, ran]);
    await inSluice(page, "insert into usage_openings values (current_date - 1, $1, $2, $3, $4)", [...about, opened]);
  }
  await rest(page, "GET", "/warehouses/demo/tables");
  await open(page, "/tables/demo/public/courses");
  const saw = page.getByRole("region", { name: "Who saw it" });
  await expect(saw).toContainText(new RegExp(`\\d+ people may read it: .*${team} \\(1 member\\).*and admins`));
  const row = (name: string) => saw.getByRole("row").filter({ hasText: name });
  await expect(row(`Uma ${stamp}`).getByRole("cell")).toHaveText([/^Uma \d+$/, "4,711", "3", /^\d{4}-\d\d-\d\d$/]);
  await expect(row(`Ole ${stamp}`)).toContainText("may not any more");
  const ask = page.getByRole("region", { name: "Whom to ask about it" });
  await expect(ask.getByRole("row").filter({ hasText: `Uma ${stamp}` })).toContainText("ran 4711 executions on it");
});
