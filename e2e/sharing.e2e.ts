import { open, stranger } from "./admin";
import { execute, expect, rest, signIn, test } from "./portal";

const password = "a password of a colleague";

test("who lacks the right asks in one click, is let in in one click, and a comment reaches whom it names", async ({
  page,
}) => {
  const stamp = Date.now();
  const [email, name] = [`bo${stamp}@example.com`, `Bo ${stamp}`];
  await rest(page, "POST", "/users", { name, email, role: "viewer", password, teams: [] });
  const { id } = await execute(page, `select ${stamp} as total`);
  const theirs = await stranger(page);
  await theirs.goto(`/executions/${id}`);
  await signIn(theirs, email, password);
  await theirs.getByRole("button", { name: "Ask for access" }).click();
  await expect(theirs.getByText("You have asked for access")).toBeVisible();

  await open(page, "/");
  const request = page.getByRole("list", { name: "Inbox" }).getByRole("listitem").filter({ hasText: name });
  await request.getByRole("button", { name: "Let them see it" }).click();
  await expect(request.getByRole("button", { name: "Let them see it" })).toHaveCount(0);

  await theirs.goto(`/executions/${id}`);
  await expect(theirs.getByRole("gridcell", { name: stamp.toLocaleString("en-US") })).toBeVisible();
  const comments = page.getByRole("region", { name: "Comments" });
  await page.goto(`/executions/${id}`);
  const box = comments.getByRole("textbox", { name: "Your comment" });
  // Nearly all of it: one run after another leaves people of like names.
  await box.pressSequentially(`Is this right, @${name.slice(0, -1)}`);
  await page.getByRole("option", { name }).click();
  await comments.getByRole("button", { name: "Comment" }).click();
  // In the list: what is typed stands in the field with the same words before it was sent.
  await expect(comments.getByRole("listitem").getByText(`Is this right, @${name}`)).toBeVisible();

  await theirs.goto("/");
  await theirs
    .getByRole("list", { name: "Inbox" })
    .getByRole("link", { name: /Is this right|mention/i })
    .click();
  await expect(theirs).toHaveURL(new RegExp(`/executions/${id}`));
  await expect(theirs.getByRole("region", { name: "Comments" }).getByText("Is this right")).toBeVisible();

  // Taken back, it is closed again at the next look.
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const takeBack = page.getByRole("button", { name: `Take back from ${name}` });
  await takeBack.click();
  await page
    .getByRole("dialog", { name: `Take back from ${name}` })
    .getByRole("button", { name: "Take back", exact: true })
    .click();
  await expect(takeBack).toHaveCount(0);
  await theirs.reload();
  await expect(theirs.getByRole("button", { name: "Ask for access" })).toBeVisible();
});
