import type { Page } from "@playwright/test";
import { open, stranger } from "./admin";
import { faults } from "./faults";
import { expect, menuItem, rest, signIn, test } from "./portal";

const password = "a password of a reader";

interface Made {
  id: string;
}

const country = {
  ...{ name: "country", type: "list", label: "Country", default: "DE" },
  options: [{ value: "DE" }, { value: "US" }],
};

/** Two saved queries of the same parameter, each run once, and a chart of the first. */
async function twoQueries(page: Page, word: string): Promise<{ numbers: Made; rows: Made; chart: Made }> {
  const save = (title: string, sql: string) =>
    rest<Made>(page, "POST", "/queries", { warehouse: "demo", title, sql, parameters: [country] });
  const numbers = await save(`${word} count`, "select case {{country}} when 'DE' then 4711 else 815 end as learners");
  const rows = await save(`${word} rows`, "select {{country}}::text as land, n from generate_series(1, 3) n");
  for (const { id } of [numbers, rows]) await rest(page, "POST", `/queries/${id}/executions?wait=60`, {});
  const spec = { type: "number", y: [{ column: "learners" }] };
  const of = { kind: "query", id: numbers.id };
  return { numbers, rows, chart: await rest<Made>(page, "POST", "/charts", { title: `${word} number`, spec, of }) };
}

const tile = (page: Page, title: string) => page.getByRole("listitem", { name: title });

test("a board is made of two charts, asks both for one value, is shared and scheduled", async ({ page }) => {
  const { rows, chart } = await twoQueries(page, "Made");
  await open(page, `/charts/${chart.id}`);
  await page.getByRole("button", { name: "Add to board" }).click();
  await page.getByRole("textbox", { name: "Find a board" }).fill("Made in a browser");
  await menuItem(page, "Add to board", "New board “Made in a browser”").click();
  await expect(page).toHaveURL(/\/boards\/[0-9a-z]{26}$/);
  const address = new URL(page.url()).pathname;
  await expect(tile(page, "Made number").getByRole("link", { name: "4,711" })).toBeVisible();

  // From a query's page it takes two clicks.
  await open(page, `/queries/${rows.id}`);
  await page.getByRole("button", { name: "Add to board" }).click();
  await menuItem(page, "Add to board", /^Made in a browser$/).click();
  await expect(page.getByText("It stands at the end of Made in a browser.")).toBeVisible();

  await open(page, address);
  await expect(tile(page, "Made rows")).toContainText("ago");
  await page.getByRole("combobox", { name: "Country" }).click();
  await page.getByRole("option", { name: "US" }).click();
  await expect(page).toHaveURL(/country=US/);
  await expect(tile(page, "Made number")).toContainText("Nobody has run it with these values yet");
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(tile(page, "Made number").getByRole("link", { name: "815" })).toBeVisible();
  // A pasted link shows the same at once.
  await open(page, `${address}?country=US`);
  await expect(tile(page, "Made number").getByRole("link", { name: "815" })).toBeVisible();

  await page.getByRole("button", { name: "Share", exact: true }).click();
  const reader = { name: `Board reader ${Date.now()}`, email: `boards${Date.now()}@example.com`, role: "viewer" };
  await rest(page, "POST", "/users", { ...reader, password, teams: [] });
  const theirs = await stranger(page);
  await theirs.goto(address);
  await signIn(theirs, reader.email, password);
  await expect(theirs.getByRole("button", { name: "Ask for access" })).toBeVisible();
  const dialog = page.getByRole("dialog", { name: "Share this board" });
  await dialog.getByRole("combobox", { name: "With" }).fill(reader.name);
  await page.getByRole("option", { name: new RegExp(reader.name) }).click();
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog.getByText(`Shared with ${reader.name}.`)).toBeVisible();
  await page.keyboard.press("Escape");
  await theirs.reload();
  await expect(tile(theirs, "Made number").getByRole("link", { name: "4,711" })).toBeVisible();
  // To see is not to run.
  await expect(theirs.getByRole("button", { name: "Refresh" })).toHaveCount(0);
  await theirs.close();

  await page.getByRole("button", { name: "Add schedule" }).click();
  const form = page.getByRole("dialog", { name: "Schedule “Made in a browser”" });
  await form.getByRole("combobox", { name: "It runs" }).click();
  await page.getByRole("option", { name: "Every weekday" }).click();
  await form.getByLabel("At", { exact: true }).fill("06:15");
  await expect(form.getByText(/Every weekday at 06:15.*next/)).toBeVisible();
  await form.getByRole("button", { name: "Add schedule" }).click();
  await expect(form).toBeHidden();
  await expect(page.getByRole("region", { name: "Schedules" })).toContainText("Every weekday at 06:15");
  await open(page, "/schedules");
  const line = page.getByRole("listitem").filter({ hasText: "Made in a browser" });
  await expect(line).toContainText("Every weekday at 06:15");
  await line.getByRole("button", { name: "Pause" }).click();
  await expect(line).toContainText("paused");
});

test("a board shows the others when one query of it fails, and says what went wrong", async ({ page }) => {
  const { numbers } = await twoQueries(page, "Others");
  const bad = await rest<Made>(page, "POST", "/queries", {
    warehouse: "demo",
    title: "Others bad",
    sql: "select 1 / 0",
  });
  const tiles = [
    { id: "a", kind: "query", query: numbers.id, title: "Good" },
    { id: "b", kind: "query", query: bad.id, title: "Bad" },
    { id: "c", kind: "text", text: "## Read\n\n<b>this</b>" },
  ];
  const { id } = await rest<Made>(page, "POST", "/boards", { title: "Others", parameters: [country], tiles });
  await open(page, `/boards/${id}`);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(tile(page, "Bad")).toContainText("division by zero");
  await expect(tile(page, "Good")).toContainText("4,711");
  await expect(page.getByRole("heading", { name: "Read" })).toBeVisible();
  await expect(page.getByText("<b>this</b>")).toBeVisible();
});

test("tiles are ordered and sized by keyboard and mouse, and nobody's changes are lost", async ({ page }) => {
  const { numbers, rows } = await twoQueries(page, "Order");
  const tiles = [
    { id: "a", kind: "query", query: numbers.id, title: "First" },
    { id: "b", kind: "query", query: rows.id, title: "Second", as: "table" },
    { id: "c", kind: "text", text: "Third" },
  ];
  const { id } = await rest<Made>(page, "POST", "/boards", { title: "Order", parameters: [country], tiles });
  await open(page, `/boards/${id}/edit`);
  const order = () =>
    page
      .getByRole("list", { name: "Tiles" })
      .getByRole("button", { name: /^Move / })
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")?.slice(5).split(":")[0]));
  await page.getByRole("button", { name: "Move First" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(order).toEqual(["Second", "First", "Third"]);
  // The focus goes along with what moves.
  await page.keyboard.press("ArrowRight");
  await expect.poll(order).toEqual(["Second", "Third", "First"]);
  const corner = page.getByRole("button", { name: "Resize First, 6 by 4" });
  await corner.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("button", { name: "Resize First, 7 by 3" })).toBeFocused();
  await page.getByRole("button", { name: "Move First" }).hover();
  await page.mouse.down();
  await page.getByRole("button", { name: "Move Second" }).hover();
  await page.mouse.up();
  await expect.poll(order).toEqual(["First", "Second", "Third"]);

  // Somebody else is quicker.
  await rest(page, "PATCH", `/boards/${id}`, { description: "Another's words" });
  await page.getByLabel("Description").fill("My words");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "changed this board meanwhile" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Changes of The board" })).toContainText("Another's words");
  await page.getByRole("button", { name: "Put theirs into the form" }).click();
  await expect(page.getByLabel("Description")).toHaveValue("Another's words");
  await page.getByRole("button", { name: "Put mine back" }).click();
  await expect(page.getByLabel("Description")).toHaveValue("My words");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/boards/${id}$`));
  await expect(page.getByText("My words")).toBeVisible();
  await expect(tile(page, "First")).toHaveAttribute("style", /--tile-width: ?7;.*--tile-height: ?3/);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`boards and schedules stand axe's checks, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { numbers, rows } = await twoQueries(page, `Checked ${colorScheme}`);
    const bad = await rest<Made>(page, "POST", "/queries", { warehouse: "demo", title: "Bad", sql: "select 1 / 0" });
    const tiles = [
      { id: "a", kind: "query", query: numbers.id, title: "Number" },
      { id: "b", kind: "query", query: rows.id, title: "Rows", as: "table" },
      { id: "c", kind: "query", query: bad.id, title: "Bad" },
      { id: "d", kind: "text", text: "## Words" },
    ];
    const { id } = await rest<Made>(page, "POST", "/boards", {
      title: `Checked ${colorScheme}`,
      parameters: [country],
      tiles,
    });
    await rest(page, "POST", `/boards/${id}/triggers`, { when: "15 6 * * 1-5", zone: "UTC", tellWhen: "always" });
    await rest(page, "POST", `/boards/${id}/executions`, {});
    await open(page, `/boards/${id}`);
    await expect(tile(page, "Bad")).toContainText("division by zero");
    await expect(tile(page, "Rows").getByRole("cell", { name: "DE" }).first()).toBeVisible();
    expect(await faults(page), "a board").toEqual([]);
    await page.getByRole("button", { name: "Last runs" }).click();
    await expect(page.getByText("It has not come to a moment yet.")).toBeVisible();
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await expect(page.getByText(/Every weekday at 06:15, UTC; next/)).toBeVisible();
    expect(await faults(page), "a schedule's form").toEqual([]);
    // Their colours are those of the pages before.
    if (colorScheme === "dark") return;
    await open(page, `/boards/${id}/edit`);
    await expect(page.getByRole("button", { name: "Resize Rows, 6 by 4" })).toBeVisible();
    expect(await faults(page), "an editor").toEqual([]);
    for (const address of ["/boards", "/boards/new", "/schedules"]) {
      await open(page, address);
      expect(await faults(page), address).toEqual([]);
    }
  });
}
