import { test as anonymous } from "@playwright/test";
import { inSluice, open, people, stranger } from "./admin";
import { admin } from "./installation";
import { expect, menuItem, rest, signIn, test } from "./portal";

const password = "a password of theirs";

anonymous(
  "a wrong password keeps the e-mail, says so at its field, and the keyboard alone gets in",
  async ({ page }) => {
    await page.goto("/executions?q=learners&state=failed");
    await page.keyboard.type(admin.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    const field = page.getByRole("textbox", { name: "Password" });
    await expect(field).toHaveAccessibleDescription(/not right/);
    await expect(page.getByLabel("E-mail")).toHaveValue(admin.email);
    await expect(field).toBeFocused();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(admin.password);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/executions\?q=learners&state=failed$/);
    await expect(page.getByLabel("SQL contains")).toHaveValue("learners");
  },
);

anonymous("too many tries are told from a wrong password, with how long to wait", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("nobody@example.com");
  const field = page.getByRole("textbox", { name: "Password" });
  for (let tries = 0; tries < 9; tries++) {
    await field.fill(`wrong ${tries}`);
    const answered = page.waitForResponse(/callback\/credentials/);
    await page.getByRole("button", { name: "Sign in" }).click();
    await answered;
  }
  await expect(field).toHaveAccessibleDescription(/Too many failed sign-ins. Wait \d+ minutes/);
});

test("a new person comes in by their link once, chooses a password, and is one of the team", async ({ page }) => {
  const email = `eva${Date.now()}@example.com`;
  const team = await rest<{ id: string }>(page, "POST", "/teams", { name: `Team of ${email}` });
  await open(page, "/admin/users");
  await page.getByRole("button", { name: "Add a person" }).click();
  const form = page.getByRole("dialog", { name: "Add a person" });
  await form.getByLabel("Name").fill("Eva");
  await form.getByLabel("E-mail").fill(admin.email);
  await form.getByRole("button", { name: "Add" }).click();
  await expect(form.getByLabel("E-mail")).toHaveAccessibleDescription(/has an account already/);
  await expect(form.getByLabel("Name")).toHaveValue("Eva");
  await form.getByLabel("E-mail").fill(email);
  await form.getByRole("button", { name: "Add" }).click();
  const link = page.getByRole("dialog", { name: "One-time link for Eva" });
  await link.getByRole("button", { name: "Make the link" }).click();
  const url = await link.getByLabel("Link").inputValue();
  await rest(page, "PATCH", `/teams/${team.id}`, {
    members: [(await people(page)).find((one) => one.email === email)?.id],
  });

  const theirs = await stranger(page);
  await theirs.goto(url);
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await theirs.getByLabel("New password").fill("short");
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByLabel("New password")).toHaveAccessibleDescription(/at least 10 characters/);
  await theirs.getByLabel("New password").fill(password);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByText("Your password is set")).toBeVisible();
  await expect(theirs.getByText(`in Team of ${email}`)).toBeVisible();
  await theirs.goto("/admin/users");
  await expect(theirs.getByText("This page is for admins")).toBeVisible();

  const late = await stranger(page);
  await late.goto(url);
  await late.getByRole("button", { name: "Sign in" }).click();
  await expect(late.getByText("This link no longer works")).toBeVisible();
  await late.goto("/settings/profile");
  await signIn(late, email, password);
  await expect(late.getByRole("heading", { name: "Profile" })).toBeVisible();
});

test("a session that was ended elsewhere is said on the open page, and what was typed stays", async ({
  page: admins,
}) => {
  const email = `finn${Date.now()}@example.com`;
  const { id } = await rest<{ id: string }>(admins, "POST", "/users", {
    email,
    name: "Finn",
    role: "editor",
    password,
  });
  const page = await stranger(admins);
  await page.goto("/settings/profile");
  await signIn(page, email, password);
  await page.getByLabel("Name").fill("Finn the second");
  await rest(admins, "DELETE", `/sessions?user=${id}`);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: "Sign in again in a new tab" })).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Finn the second");
  const [again] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("link", { name: "Sign in again in a new tab" }).click(),
  ]);
  await signIn(again, email, password);
  await expect(again).toHaveURL(/\/settings\/profile/);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your profile is saved.")).toBeVisible();
});

test("the session of this browser is marked, and another one ends without it", async ({ page }) => {
  const email = `gil${Date.now()}@example.com`;
  await rest(page, "POST", "/users", { email, name: "Gil", password });
  const [one, other] = [await stranger(page), await stranger(page)];
  await other.goto("/settings/sessions");
  await signIn(other, email, password);
  await expect(other.getByRole("heading", { name: "Sessions" })).toBeVisible();
  await one.goto("/settings/sessions");
  await signIn(one, email, password);
  const rows = one.getByRole("row").filter({ hasText: "Sign out" });
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "this browser" })).toHaveCount(1);
  await rows.filter({ hasNotText: "this browser" }).getByRole("button").click();
  await one.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(rows).toHaveCount(1);
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in\?next=/);

  await signIn(other, email, password);
  await one.reload();
  await expect(rows).toHaveCount(2);
  await one.getByRole("button", { name: "Sign out everywhere" }).click();
  const question = one.getByRole("dialog", { name: "Sign out everywhere" });
  await expect(question).toContainText("All 2 of your sessions end, this one too.");
  await question.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(one).toHaveURL(/\/sign-in/);
  await other.reload();
  await expect(other).toHaveURL(/\/sign-in\?next=/);
});

test("the last admin cannot give the role up, and hears why", async ({ page }) => {
  for (const user of await people(page)) {
    if (user.role === "admin" && user.email !== admin.email)
      await rest(page, "PATCH", `/users/${user.id}`, { role: "editor" });
  }
  await open(page, "/admin/users");
  await page.getByRole("combobox", { name: "Role of Admin" }).click();
  await page.getByRole("option", { name: "Viewer" }).click();
  const question = page.getByRole("dialog", { name: "Give up your own role admin" });
  await question.getByRole("button", { name: "Become viewer" }).click();
  await expect(question.getByRole("alert")).toHaveText(/This is the last admin/);
});

test("a token is shown once, works within its scope, and is refused once it is revoked", async ({ page }) => {
  const name = `nightly ${Date.now()}`;
  await open(page, "/settings/tokens");
  await page.getByRole("button", { name: "New token", exact: true }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: "Make token" }).click();
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(/Give it a name/);
  await form.getByLabel("Name").fill(name);
  await form.getByRole("combobox", { name: "Lane" }).click();
  await page.getByRole("option", { name: /^scheduled/ }).click();
  await form.getByLabel("Statements an hour").fill("50");
  await form.getByRole("button", { name: "Make token" }).click();
  const value = await form.getByLabel("Token").inputValue();
  await form.getByRole("button", { name: "Done" }).click();
  await page.reload();
  await expect(page.getByRole("row", { name })).toContainText("lane scheduled");
  await expect(page.getByRole("row", { name })).toContainText("statements an hour, each token: 50");
  expect(await page.content()).not.toContain(value);

  const headers = { authorization: `Bearer ${value}` };
  expect((await page.request.get("/api/v1/executions?limit=1", { headers })).status()).toBe(200);
  expect((await page.request.get("/api/v1/audit", { headers })).status()).toBe(403);
  await page.getByRole("button", { name: `Revoke the token “${name}”` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("row", { name })).toHaveCount(0);
  expect((await page.request.get("/api/v1/executions?limit=1", { headers })).status()).toBe(401);
});

test("who owns a token puts it further back, and only an admin brings it forward and takes its budget away", async ({
  page: admins,
}) => {
  const stamp = Date.now();
  const [email, name] = [`hal${stamp}@example.com`, `feed of Hal ${stamp}`];
  await rest(admins, "POST", "/users", { email, name: "Hal", role: "editor", password });
  const page = await stranger(admins);
  await page.goto("/settings/tokens");
  await signIn(page, email, password);
  await page.getByRole("button", { name: "Make one" }).click();
  const making = page.getByRole("dialog", { name: "New token" });
  await making.getByLabel("Name").fill(name);
  await making.getByRole("button", { name: "Make token" }).click();
  await making.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: `Change lane and budget of the token “${name}”` }).click();
  const form = page.getByRole("dialog", { name: `Lane and budget of “${name}”` });
  await form.getByRole("combobox", { name: "Lane" }).click();
  await expect(page.getByRole("option")).toHaveText([/^as usual/, /^scheduled/, /^backfill/]);
  await page.getByRole("option", { name: /^backfill/ }).click();
  await form.getByLabel("Statements an hour").fill("1200");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toHaveCount(0);
  await expect(page.getByRole("row", { name })).toContainText("lane backfill");
  await expect(page.getByRole("row", { name })).toContainText("statements an hour, each token: 1,200");

  await page.getByRole("button", { name: `Change lane and budget of the token “${name}”` }).click();
  await expect(form.getByLabel("Statements an hour")).toHaveValue("1,200");
  await form.getByLabel("Statements an hour").fill("1300");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByLabel("Statements an hour")).toHaveAccessibleDescription(/admin/);
  await expect(form.getByLabel("Statements an hour")).toHaveValue("1,300");

  await open(admins, `/admin/tokens?q=${encodeURIComponent(name)}`);
  const row = admins.getByRole("row", { name });
  await expect(row).toContainText("lane backfill");
  await row.getByRole("button", { name: `Actions for the token ${name} of Hal` }).press("Enter");
  await menuItem(admins, `Actions for the token ${name} of Hal`, "Lane and budget…").click();
  const theirs = admins.getByRole("dialog", { name: `Lane and budget of “${name}”` });
  await theirs.getByRole("combobox", { name: "Lane" }).click();
  await admins.getByRole("option", { name: /^interactive/ }).click();
  await theirs.getByLabel("Statements an hour").fill("");
  await theirs.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("lane interactive");
  await expect(row).not.toContainText("statements an hour");
});

test("an admin finds a token that is not theirs, limits it, pauses it and revokes it", async ({ page }) => {
  const stamp = Date.now();
  const [account, name] = [`Loader ${stamp}`, `feed ${stamp}`];
  const team = await rest<{ id: string }>(page, "POST", "/teams", { name: `Feeds ${stamp}` });
  const { id } = await rest<{ id: string }>(page, "POST", "/service-accounts", { name: account, team: team.id });
  await rest(page, "POST", `/service-accounts/${id}/tokens`, { name, scopes: ["executions:run"] });
  await open(page, "/admin/tokens");
  await page.getByLabel("Name, scope or owner").fill(account);
  await expect(page).toHaveURL(/q=Loader/);
  const row = page.getByRole("row", { name });
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(row).toContainText(`service account of Feeds ${stamp}`);
  const choose = async (what: string) => {
    await row.getByRole("button", { name: `Actions for the token ${name} of ${account}` }).press("Enter");
    await menuItem(page, `Actions for the token ${name} of ${account}`, what).click();
  };

  await choose("Limits");
  const form = page.getByRole("form", { name: "Set a limit" });
  await expect(form.getByRole("combobox", { name: "Token" })).toHaveValue(`${name} of ${account}`);
  await form.getByLabel("Limit", { exact: true }).selectOption("Statements an hour, each token");
  await form.getByLabel("At most").fill("20");
  await form.getByRole("button", { name: "Show its effect" }).click();
  await form.getByRole("button", { name: "Save limit" }).click();
  await expect(page.getByRole("row", { name: `Token ${name}` })).toContainText("20");

  await open(page, `/admin/tokens?q=${encodeURIComponent(account)}`);
  await expect(row).toContainText("statements an hour, each token: 20");
  await choose("Pause…");
  const pausing = page.getByRole("dialog", { name: `Pause the token ${name}: all warehouses` });
  await pausing.getByLabel("Reason").fill("It asks too much.");
  await pausing.getByRole("button", { name: `Pause the token ${name}` }).click();
  await expect(row).toContainText("Paused");
  await choose("Revoke…");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("No token is like that")).toBeVisible();

  // Its pause goes with it.
  const left = async () => {
    const { items } = await rest<{ items: { reason: string }[] }>(page, "GET", "/pauses");
    return items.filter(({ reason }) => reason === "It asks too much.");
  };
  await expect.poll(left, { timeout: 60_000 }).toEqual([]);
});

test("an admin makes a team and its service account, and a rotated token works on until its end", async ({ page }) => {
  const stamp = Date.now();
  const [team, account, name] = [`Robots ${stamp}`, `Nightly of ${stamp}`, `loader ${stamp}`];
  await open(page, "/admin/users");
  await page.getByRole("textbox", { name: "Name of a new team" }).fill(team);
  await page.getByRole("button", { name: "Make team" }).click();
  await expect(page.getByRole("button", { name: `Rename the team ${team}` })).toBeVisible();

  await open(page, "/settings/tokens");
  await page.getByRole("textbox", { name: "Name of a new service account" }).fill(account);
  await page.getByLabel("Its team").selectOption(team);
  await page.getByRole("button", { name: "Make service account" }).click();
  const own = page.getByRole("listitem").filter({ hasText: account });
  await expect(own).toContainText(`editor of ${team}`);
  await expect(own).toContainText("It has no token.");
  await own.getByRole("button", { name: `New token for ${account}` }).click();
  const making = page.getByRole("dialog", { name: "New token" });
  await making.getByLabel("Name").fill(name);
  await making.getByRole("button", { name: "Make token" }).click();
  const made = page.getByRole("dialog", { name: "Your new token" });
  const first = await made.getByLabel("Token").inputValue();
  await made.getByRole("button", { name: "Done" }).click();

  await own.getByRole("button", { name: `Rotate the token “${name}”` }).click();
  const rotating = page.getByRole("dialog", { name: `Rotate “${name}”` });
  await rotating.getByRole("button", { name: "Make the new value" }).click();
  const second = await rotating.getByLabel("New token").inputValue();
  await rotating.getByRole("button", { name: "Done" }).click();
  const old = own.getByRole("row").filter({ hasText: "rotated" });
  await expect(old).toHaveCount(1);
  await expect(old.getByRole("button", { name: /^Rotate/ })).toHaveCount(0);
  const answer = async (value: string) =>
    (await page.request.get("/api/v1/executions?limit=1", { headers: { authorization: `Bearer ${value}` } })).status();
  expect([await answer(first), await answer(second)]).toEqual([200, 200]);

  // A day later.
  const ends = await inSluice(
    page,
    `with old as (select id, expires_at from api_tokens where name = $1 and replaced_by_id is not null)
     update api_tokens t set expires_at = now() - interval '1 second' from old where t.id = old.id
     returning round(extract(epoch from old.expires_at - now()) / 3600)::int as hours`,
    [name],
  );
  expect(ends).toEqual([{ hours: 24 }]);
  await expect.poll(() => answer(first), { timeout: 60_000 }).toBe(401);
  expect(await answer(second)).toBe(200);
  await page.reload();
  await expect(old).toContainText("Expired");
});
