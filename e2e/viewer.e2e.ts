import { open, stranger } from "./admin";
import { execute, expect, rest, signIn, test } from "./portal";

const password = "a password of a viewer";

test("a viewer is offered what they may do: to read what others ran, and not to run", async ({ page }) => {
  const stamp = Date.now();
  const email = `viewer${stamp}@example.com`;
  const team = await rest<{ id: string }>(page, "POST", "/teams", { name: `Readers ${stamp}` });
  await rest(page, "POST", "/users", { name: "Vi", email, role: "viewer", password, teams: [] });
  const theirs = await stranger(page);
  await theirs.goto("/");
  await signIn(theirs, email, password);
  const menu = theirs.getByRole("navigation", { name: "Main" });
  await expect(menu.getByRole("link", { name: "History" })).toBeVisible();
  await expect(menu.getByRole("link", { name: "Query" })).toHaveCount(0);
  await expect(menu.getByRole("link", { name: "Load" })).toHaveCount(0);
  await expect(theirs.getByText("Nothing is open to you yet")).toBeVisible();
  await theirs.goto("/executions");
  await expect(theirs.getByText("What others run and you may open is listed here")).toBeVisible();
  await expect(theirs.getByRole("link", { name: "New query" })).toHaveCount(0);
  await theirs.keyboard.press("ControlOrMeta+K");
  await theirs.getByPlaceholder("A page, a query, a table, words of some SQL").fill("query");
  await expect(theirs.getByText("Search the whole history for “query”")).toBeVisible();
  await expect(theirs.getByText("New query")).toHaveCount(0);

  const users = await rest<{ items: { id: string; email: string }[] }>(page, "GET", "/users?limit=200");
  const id = users.items.find((one) => one.email === email)?.id;
  await rest(page, "PATCH", `/teams/${team.id}`, { members: [id] });
  await rest(page, "POST", "/warehouses/demo/grants", { team: team.id });
  const sql = `select ${stamp} as shared`;
  const { id: execution } = await execute(page, sql);
  // What one may do is known for a moment.
  const shared = theirs.getByRole("link", { name: new RegExp(sql) });
  await expect(async () => {
    await open(theirs, "/");
    await expect(shared).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await shared.click();
  await expect(theirs.getByRole("gridcell", { name: stamp.toLocaleString("en-US") })).toBeVisible();
  await expect(theirs.getByRole("link", { name: "Edit a copy" })).toHaveCount(0);
  await expect(theirs.getByRole("button", { name: "Run again" })).toHaveCount(0);
  await theirs.goto(`/queries/new?copy=${execution}`);
  await expect(theirs.getByText("Running SQL needs the role editor")).toBeVisible();
  await rest(page, "PATCH", `/users/${id}`, { role: "editor" });
  await expect(async () => {
    await theirs.goto("/");
    await expect(menu.getByRole("link", { name: "Query" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
});
