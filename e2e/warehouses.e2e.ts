import type { Page } from "@playwright/test";
import { demo, inDemo, open, superuserOf } from "./admin";
import { expect, rest, test } from "./portal";

const name = `analytics ${Date.now()}`;

/** Waits for the message of a save and closes it, so that it cannot stand for a later one. */
async function saves(page: Page): Promise<void> {
  const notice = page.getByRole("alert").filter({ hasText: `${name} is saved. Tested` });
  await expect(notice).toBeVisible();
  await notice.getByRole("button").click();
  await expect(notice).toBeHidden();
}

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

test.describe.configure({ mode: "serial" });

test("what is wrong with a connection stands at its field, and everything typed stays", async ({ page }) => {
  const { config } = await demo(page);
  await inDemo(
    config,
    `do $$ begin create role e2e_reader login password 'reader of the tests'; exception when duplicate_object then null; end $$;
     do $$ begin create role e2e_writer login password 'writer of the tests'; exception when duplicate_object then null; end $$;
     grant connect on database ${config.database} to e2e_reader, e2e_writer;
     grant usage on schema public to e2e_reader; grant select on all tables in schema public to e2e_reader;`,
  );
  await open(page, "/admin/warehouses/new");
  await page.getByRole("button", { name: "Test and add" }).click();
  await expect(field(page, "Host")).toHaveAccessibleDescription(/Fill this in/);
  await expect(field(page, "Host")).toBeFocused();
  await field(page, "Name").fill("demo");
  await field(page, "Host").fill(config.host);
  await field(page, "Port").fill("1");
  await field(page, "Database").fill(config.database);
  await field(page, "User").fill("e2e_reader");
  await field(page, "Password").fill("not this one");
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(field(page, "Host")).toHaveAccessibleDescription(/Nothing answers at/);
  await field(page, "Port").fill(String(config.port));
  await page.getByRole("button", { name: "Test and add" }).click();
  await expect(field(page, "Password")).toHaveAccessibleDescription(/password for "e2e_reader" is wrong/);
  await expect(page).toHaveURL(/\/new$/);
  await field(page, "Password").fill("reader of the tests");
  await page.getByRole("button", { name: "Test and add" }).click();
  await expect(field(page, "Name")).toHaveAccessibleDescription(/called "demo" already/);
  await field(page, "Name").fill(name);
  await page.getByRole("button", { name: "Test and add" }).click();
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await expect(page.getByText(`${name} is added. Tested: PostgreSQL`)).toBeVisible();
  await expect(field(page, "Password")).toHaveValue("");
  expect(await page.content()).not.toContain("reader of the tests");
});

test("a save says whether the connection was tested, and keeps its limits", async ({ page }) => {
  await open(page, `/admin/warehouses/${encodeURIComponent(name)}`);
  await field(page, "Slots").fill("");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(field(page, "Slots")).toHaveAccessibleDescription(/Fill this in/);
  await field(page, "Slots").fill("3");
  await field(page, "Keep rows, days").fill("30");
  await page.getByLabel("Executions open for the whole company").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("is as before and was not tested again")).toBeVisible();
  await page.getByLabel("This warehouse has a role that may write").check();
  await field(page, "Writer's user").fill("e2e_writer");
  await field(page, "Writer's password").fill("wrong");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(field(page, "Writer's password")).toHaveAccessibleDescription(/is wrong/);
  await field(page, "Writer's password").fill("writer of the tests");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await saves(page);
  const saved = await rest(page, "GET", `/warehouses/${encodeURIComponent(name)}`);
  expect(saved).toMatchObject({
    retentionDays: 30,
    openToCompany: true,
    admin: { slots: 3, writer: { user: "e2e_writer" } },
  });
});

test("a superuser is refused until the admin insists", async ({ page }) => {
  const { config } = await demo(page);
  const { user, password } = superuserOf(config);
  await open(page, `/admin/warehouses/${encodeURIComponent(name)}`);
  await field(page, "User").fill(user);
  await field(page, "Password").fill(password);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(field(page, "User")).toHaveAccessibleDescription(/is a superuser/);
  await expect(page.getByRole("button", { name: "Save without a connection" })).toHaveCount(0);
  await page.getByLabel("Use this superuser all the same").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await saves(page);
});

test("a second reader is tested, granted to a team, and kept while the team has it", async ({ page }) => {
  const team = `Finance ${Date.now()}`;
  await rest(page, "POST", "/teams", { name: team });
  await open(page, `/admin/warehouses/${encodeURIComponent(name)}`);
  await page.getByRole("button", { name: "Add a reader" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Name").fill("reader");
  await form.getByLabel("User").fill("e2e_reader");
  await form.getByLabel("Password", { exact: true }).fill("wrong");
  await form.getByRole("button", { name: "Test and add" }).click();
  await expect(form.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/is wrong/);
  await form.getByLabel("Password", { exact: true }).fill("reader of the tests");
  await form.getByRole("button", { name: "Test and add" }).click();
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(/reader of that name already/);
  await form.getByLabel("Name").fill("finance");
  await form.getByRole("button", { name: "Test and add" }).click();
  await expect(form).toBeHidden();

  await page.getByRole("combobox", { name: `Reader of ${team}` }).click();
  await page.getByRole("option", { name: "finance (e2e_reader)" }).click();
  await expect(page.getByRole("row", { name: /^finance/ })).toContainText(team);
  await page.getByRole("button", { name: "Remove the reader finance" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText(`${team} still read through it`);
});

test("another host asks for every password at its field, and a superuser among them needs a consent", async ({
  page,
}) => {
  const { config } = await demo(page);
  const { user, password } = superuserOf(config);
  await open(page, `/admin/warehouses/${encodeURIComponent(name)}`);
  const save = page.getByRole("button", { name: "Save", exact: true });
  const insist = page.getByLabel("Use this superuser all the same");
  await field(page, "User").fill("e2e_reader");
  await field(page, "Password").fill("reader of the tests");
  await save.click();
  await saves(page);

  // A reader that is added on this very page is asked for as well.
  await page.getByRole("button", { name: "Add a reader" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Name").fill("late");
  await form.getByLabel("User").fill("e2e_reader");
  await form.getByLabel("Password", { exact: true }).fill("reader of the tests");
  await form.getByRole("button", { name: "Test and add" }).click();
  await expect(form).toBeHidden();
  await field(page, "Host").fill("localhost");
  for (const each of ["finance", "late"]) await expect(field(page, `Password of reader ${each}`)).toBeVisible();

  await save.click();
  await expect(field(page, "Password")).toHaveAccessibleDescription(/Enter the password/);
  await field(page, "Password").fill("reader of the tests");
  await save.click();
  await expect(field(page, "Writer's password")).toHaveAccessibleDescription(/Enter the password/);
  await field(page, "Password of reader late").fill("wrong");
  await save.click();
  await expect(field(page, "Password of reader late")).toHaveAccessibleDescription(/is wrong/);
  await expect(field(page, "Password of reader late")).toBeFocused();
  await expect(field(page, "Password")).toHaveValue("reader of the tests");
  await field(page, "Password of reader late").fill("reader of the tests");

  await field(page, "Writer's user").fill(user);
  await field(page, "Writer's password").fill(password);
  await save.click();
  await expect(field(page, "Writer's user")).toHaveAccessibleDescription(/is a superuser, who may do more than write/);
  await insist.check();
  // The consent is for that account and goes over to no other.
  await field(page, "User").fill(user);
  await field(page, "Password").fill(password);
  await save.click();
  await expect(field(page, "User")).toHaveAccessibleDescription(/whom no read-only session holds/);
  await expect(insist).not.toBeChecked();
  await field(page, "User").fill("e2e_reader");
  await field(page, "Password").fill("reader of the tests");
  await save.click();
  await expect(field(page, "Password of reader finance")).toHaveAccessibleDescription(/Enter finance's again/);
  await expect(field(page, "Host")).toHaveValue("localhost");
  await field(page, "Password of reader finance").fill("reader of the tests");
  await save.click();
  await saves(page);
  const saved = await rest(page, "GET", `/warehouses/${encodeURIComponent(name)}`);
  expect(saved).toMatchObject({ admin: { config: { host: "localhost" }, writer: { user } } });
});

test("each engine asks for what it needs, and a key that is none is said at its field", async ({ page }) => {
  await open(page, "/admin/warehouses/new");
  await field(page, "Name").fill(`bigquery ${Date.now()}`);
  await expect(field(page, "Port")).toHaveValue("5432");
  const engine = page.getByRole("combobox", { name: "Engine" });
  await engine.click();
  await page.getByRole("option", { name: "Amazon Redshift" }).click();
  await expect(field(page, "Port")).toHaveValue("5439");
  await engine.click();
  await page.getByRole("option", { name: "Google BigQuery" }).click();
  await expect(field(page, "Host")).toBeHidden();
  await expect(field(page, "User")).toBeHidden();
  await expect(field(page, "Location")).toHaveValue("US");
  await page.getByText("Commands that make an account which only reads").click();
  await expect(page.getByText("gcloud iam service-accounts create")).toBeVisible();
  await page.getByRole("button", { name: "Test and add" }).click();
  await expect(field(page, "Project")).toHaveAccessibleDescription(/project/);
  await field(page, "Project").fill("my-project");
  await page.getByRole("button", { name: "Test and add" }).click();
  const key = field(page, "Service account key (JSON)");
  await expect(key).toHaveAccessibleDescription(/There is no key/);
  await key.fill("not a key");
  await page.getByRole("button", { name: "Test and add" }).click();
  await expect(key).toHaveAccessibleDescription(/This is not JSON/);
  await expect(field(page, "Project")).toHaveValue("my-project");
});

test("the warehouse that everybody has keeps its limits, and has no connection to change", async ({ page }) => {
  await open(page, "/admin/warehouses");
  await page.getByRole("link", { name: "Results and files" }).click();
  await expect(field(page, "Engine")).toHaveValue("DuckDB, in Sluice");
  await expect(page.getByRole("button", { name: "Test connection" })).toBeHidden();
  await field(page, "Slots").fill("3");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Results and files is saved.")).toBeVisible();
  await page.reload();
  await expect(field(page, "Slots")).toHaveValue("3");
  await field(page, "Slots").fill("2");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Results and files is saved.")).toBeVisible();
});
