import { expect, rest, test } from "./portal";

interface Saved {
  id: string;
  title: string;
}

const title = "Active learners by day";

const demoQuery = async (page: Parameters<typeof rest>[0]) => {
  const { items } = await rest<{ items: Saved[] }>(page, "GET", `/queries?q=${encodeURIComponent(title)}`);
  return items.find((one) => one.title === title)?.id ?? "";
};

test("somebody new comes from the home page to a changed and shared chart, and what is done is ticked", async ({
  page,
}) => {
  await rest(page, "PATCH", "/me", { firstStepsHidden: false });
  await page.goto("/");
  const steps = page.getByRole("region", { name: "First steps" });
  await steps.getByRole("link", { name: new RegExp(title) }).click();
  await expect(page.getByRole("tab", { name: "Chart" })).toHaveAttribute("aria-selected", "true");
  await expect(page.locator("figure [data-series]").first()).toBeVisible();

  await page.getByRole("combobox", { name: "Country" }).click();
  await page.getByRole("option", { name: "IN", exact: true }).click();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page).toHaveURL(/country=IN/);
  await expect(page.locator("figure [data-series]").first()).toBeVisible();
  await page.getByRole("tab", { name: "Table" }).click();
  await expect(page.getByRole("gridcell").first()).toBeVisible();

  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const who = dialog.getByRole("combobox", { name: "With" });
  // Whoever shares types a name at once.
  await expect(who).toBeFocused();
  await who.click();
  await page.getByRole("option", { name: "Everyone in the company" }).click();
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog.getByText("Shared with Everyone in the company.")).toBeVisible();

  await page.goto("/");
  await expect(steps.getByRole("listitem").filter({ hasText: title })).toContainText(title);
  await expect(steps.getByRole("listitem").filter({ hasText: title }).getByRole("img", { name: "Done" })).toBeVisible();
  await expect(
    steps.getByRole("listitem").filter({ hasText: "Share an answer" }).getByRole("img", { name: "Done" }),
  ).toBeVisible();
  await steps.getByRole("button", { name: "Hide" }).click();
  await expect(steps).toBeHidden();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Home" })).toBeVisible();
  await expect(steps).toBeHidden();
  // What everybody may see would stand on the home page of whoever another test makes.
  const path = `/shares?kind=query&id=${await demoQuery(page)}`;
  const { items } = await rest<{ items: { id: string }[] }>(page, "GET", path);
  for (const { id } of items) await rest(page, "DELETE", `/shares/${id}`);
});

test("a pasted link shows its title and chart to a chat that is not signed in, and leads people to the sign-in", async ({
  page,
  playwright,
  baseURL,
}) => {
  const id = await demoQuery(page);
  const outside = await playwright.request.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const answer = await outside.get(`/queries/${id}`);
  expect(answer.url()).toContain("/sign-in?next=");
  const html = await answer.text();
  expect(html).toContain(`<meta property="og:title" content="${title}"/>`);
  const picture = /<meta property="og:image" content="([^"]+)"/.exec(html)?.[1] ?? "";
  expect(new URL(picture).pathname).toBe(`/previews/query/${id}`);
  const drawn = await outside.get(new URL(picture).pathname);
  expect(drawn.headers()["content-type"]).toBe("image/png");
  expect((await drawn.body()).subarray(1, 4).toString()).toBe("PNG");
  const unknown = id.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  expect((await outside.get(`/previews/query/${unknown}`)).status()).toBe(404);
  // No more than that: neither the page nor its rows.
  expect(html).not.toContain("happened_at");
  await outside.dispose();
});
