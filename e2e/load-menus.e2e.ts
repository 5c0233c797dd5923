import type { Page } from "@playwright/test";
import { demo, inSluice, open } from "./admin";
import { execute, expect, menuItem, rest, test } from "./portal";

/** What the load page's menus do, and what it says before a number is saved; each also as the API has it. */

const demoLoad = (page: Page) => page.getByRole("region", { name: "Load of demo" });
const rows = (page: Page, name: "Running" | "Waiting") =>
  demoLoad(page).getByRole("region", { name }).getByRole("listitem");

interface Pause {
  id: string;
  of: string;
  reason: string | null;
  targets: { id: string }[];
  warehouse: { id: string } | null;
}

const pauses = async (page: Page) => (await rest<{ items: Pause[] }>(page, "GET", "/pauses")).items;

async function resume(page: Page): Promise<void> {
  for (const { id } of await pauses(page)) await rest(page, "DELETE", `/pauses/${id}`);
}

const state = async (page: Page, id: string) => (await rest<{ state: string }>(page, "GET", `/executions/${id}`)).state;

/** A token of the admin's own, and what it is sent with. */
async function makeToken(page: Page, name: string) {
  const asked = { name, scopes: ["executions:read", "executions:run"], expiresInDays: 7 };
  const { id, value } = await rest<{ id: string; value: string }>(page, "POST", "/tokens", asked);
  const submit = async (sql: string) => {
    const headers = { authorization: `Bearer ${value}` };
    const answer = await page.request.post("/api/v1/executions", { headers, data: { warehouse: "demo", sql } });
    expect(answer.status()).toBe(202);
    return ((await answer.json()) as { id: string }).id;
  };
  return { id, submit };
}

test("all warehouses are paused and resumed from the load page", async ({ page }) => {
  await resume(page);
  const reason = `The power is cut at noon ${Date.now()}`;
  await open(page, "/admin/load");
  await page.getByRole("button", { name: "All warehouses" }).click();
  await menuItem(page, "All warehouses", "Pause everything…").click();
  const asked = page.getByRole("dialog", { name: "Pause: all warehouses" });
  await asked.getByLabel("Reason").fill(reason);
  try {
    await asked.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(asked).toHaveCount(0);
    await expect(demoLoad(page).getByText("Everything is paused, at all warehouses")).toBeVisible();
    expect(await pauses(page)).toMatchObject([{ of: "everything", reason, warehouse: null }]);
    const sql = `select 'held everywhere ${Date.now()}'`;
    const { id } = await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql });
    await expect(rows(page, "Waiting").filter({ hasText: sql })).toContainText(`Paused: ${reason}`);
    await demoLoad(page).getByRole("button", { name: "End: Everything is paused, at all warehouses" }).click();
    await expect(demoLoad(page).getByText(/Everything is paused/)).toHaveCount(0);
    expect(await pauses(page)).toEqual([]);
    expect(await rest(page, "GET", `/executions/${id}?wait=20`)).toMatchObject({ state: "succeeded" });
  } finally {
    await resume(page);
  }
});

test("a row's menu pauses its person, its token and its lane", async ({ page }) => {
  await resume(page);
  const mark = Date.now();
  const name = `feed ${mark}`;
  const token = await makeToken(page, name);
  const { id: warehouse } = await demo(page);
  const runs = await token.submit(`select pg_sleep(300), 'menu ${mark}'`);
  try {
    await expect.poll(() => state(page, runs), { timeout: 60_000 }).toBe("running");
    const { user, lane } = (
      await rest<{ running: { executionId: string; user: { id: string; name: string }; lane: string }[] }>(
        page,
        "GET",
        `/warehouses/${warehouse}/load`,
      )
    ).running.find(({ executionId }) => executionId === runs) ?? { user: { id: "", name: "" }, lane: "" };
    await open(page, "/admin/load");
    const menu = `Actions for ${user.name}'s query`;
    const row = rows(page, "Running").filter({ hasText: `menu ${mark}` });
    for (const [of, target, title, words] of [
      ["person", user.id, `Pause ${user.name}`, user.name],
      ["token", token.id, `Pause the token ${name}`, `token ${name}`],
      ["lane", lane, `Pause the lane ${lane}`, `lane ${lane}`],
    ] as const) {
      const reason = `Too much of one ${of}, ${mark}`;
      await row.getByRole("button", { name: menu }).click();
      await menuItem(page, menu, `${title}…`).click();
      const asked = page.getByRole("dialog", { name: `${title}: demo` });
      await asked.getByLabel("Reason").fill(reason);
      await asked.getByRole("button", { name: title, exact: true }).click();
      await expect(asked).toHaveCount(0);
      expect(await pauses(page)).toMatchObject([
        { of, reason, targets: [{ id: target }], warehouse: { id: warehouse } },
      ]);
      const held = await token.submit(`select 'held by ${of} ${mark}'`);
      const waits = rows(page, "Waiting").filter({ hasText: `held by ${of} ${mark}` });
      await expect(waits).toContainText(`Paused (${words}): ${reason}`);
      expect(await state(page, runs)).toBe("running");
      await demoLoad(page)
        .getByRole("button", { name: new RegExp(`^End: Paused: ${of} `) })
        .click();
      await expect(waits).toHaveCount(0);
      expect(await pauses(page)).toEqual([]);
      expect(await rest(page, "GET", `/executions/${held}?wait=20`)).toMatchObject({ state: "succeeded" });
    }
  } finally {
    await resume(page);
    await rest(page, "POST", `/executions/${runs}/cancel`);
  }
});

test("a waiting row is put first and last in line", async ({ page }) => {
  await resume(page);
  const mark = Date.now();
  const { id: warehouse } = await demo(page);
  await rest(page, "PUT", `/warehouses/${warehouse}/gate`, { paused: true, reason: "Until the line is in order" });
  const ids: string[] = [];
  try {
    for (const n of [1, 2, 3]) {
      const sql = `select 'line ${mark} ${n}'`;
      ids.push((await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql })).id);
    }
    const inLine = async () => {
      const load = await rest<{ waiting: { executionId: string; raised: boolean }[] }>(
        page,
        "GET",
        `/warehouses/${warehouse}/load`,
      );
      return load.waiting.map(({ executionId, raised }) => `${ids.indexOf(executionId) + 1}${raised ? " raised" : ""}`);
    };
    await open(page, "/admin/load");
    const third = rows(page, "Waiting").filter({ hasText: `line ${mark} 3` });
    const choose = async (item: string) => {
      await third.getByRole("button", { name: /^Actions for/ }).click();
      await menuItem(page, /^Actions for/, item).click();
    };
    await choose("Put first in line");
    await expect(rows(page, "Waiting").first()).toContainText(`line ${mark} 3`);
    await expect(third).toContainText("put first");
    expect(await inLine()).toEqual(["3 raised", "1", "2"]);
    await choose("Put last in line");
    await expect(rows(page, "Waiting").last()).toContainText(`line ${mark} 3`);
    expect(await inLine()).toEqual(["1", "2", "3"]);
  } finally {
    for (const id of ids) await rest(page, "POST", `/executions/${id}/cancel`);
    await rest(page, "PUT", `/warehouses/${warehouse}/gate`, { paused: false });
  }
});

test("ending unwatched work is said in words before it is saved, and kept", async ({ page }) => {
  const { id } = await demo(page);
  const kept = () => rest(page, "GET", `/warehouses/${id}/gate`);
  await open(page, "/admin/load");
  const ask = () => demoLoad(page).getByRole("button", { name: "Limits" }).click();
  const minutes = page.getByRole("textbox", { name: "End unwatched work, minutes" });
  const effect = page.getByRole("status").filter({ hasText: "End unwatched work:" });
  try {
    await ask();
    await expect(effect).toHaveCount(0);
    await minutes.fill("15");
    await expect(effect).toContainText("once nobody has had it open for 15 minutes");
    expect(await kept()).toMatchObject({ unwatchedMinutes: null });
    await page.getByRole("button", { name: "Save limits" }).click();
    await expect(minutes).toHaveCount(0);
    expect(await kept()).toMatchObject({ unwatchedMinutes: 15 });
    await page.reload();
    await ask();
    await expect(minutes).toHaveValue("15");
    await expect(effect).toHaveCount(0);
    await minutes.fill("");
    await expect(effect).toContainText("no query is ended any more");
  } finally {
    await rest(page, "PUT", `/warehouses/${id}/gate`, { unwatchedMinutes: null });
  }
});

test("a warehouse's form and a token's say what their limits would have met in the last 7 days", async ({ page }) => {
  const { id } = await demo(page);
  const { statementTimeout } = await rest<{ statementTimeout: number }>(page, "GET", `/warehouses/${id}`);
  expect(await execute(page, `select pg_sleep(2), ${Date.now()}`)).toMatchObject({ state: "succeeded" });
  await open(page, `/admin/warehouses/${id}`);
  await page.getByLabel("Longest run, seconds").fill("1");
  const stopped = /Longest run: In the last 7 days [1-9][\d,]* of [\d,]+ would have been stopped: .*Admin [1-9]/;
  await expect(page.getByRole("status").filter({ hasText: "Longest run:" })).toContainText(stopped);
  await page.getByLabel("End unwatched work, minutes").fill("15");
  await expect(page.getByRole("status").filter({ hasText: "End unwatched work:" })).toContainText("for 15 minutes");
  expect(await rest(page, "GET", `/warehouses/${id}`)).toMatchObject({ statementTimeout });

  const name = `counted ${Date.now()}`;
  const token = await makeToken(page, name);
  for (const n of [1, 2, 3]) await token.submit(`select ${n}, '${name}'`);
  await open(page, `/admin/tokens?q=${encodeURIComponent(name)}`);
  await page.getByRole("button", { name: `Actions for the token ${name} of Admin` }).click();
  await menuItem(page, /^Actions for the token/, "Lane and budget…").click();
  await page.getByRole("dialog").getByLabel("Statements an hour").fill("1");
  // By hours of the clock, of which three that follow each other meet two at most.
  await expect(page.getByRole("dialog").getByRole("status")).toContainText(
    /Statements an hour: In the last 7 days [12] of 3 would have been refused: Admin [12]\./,
  );
});

test("what runs says how long it usually takes", async ({ page }) => {
  const sql = `select pg_sleep(300), ${Date.now()}`;
  const submit = async () => (await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql })).id;
  const first = await submit();
  await rest(page, "POST", `/executions/${first}/cancel`);
  await expect.poll(() => state(page, first), { timeout: 60_000 }).toBe("cancelled");
  await open(page, "/admin/load");
  const row = rows(page, "Running").filter({ hasText: sql });
  const second = await submit();
  try {
    // What was stopped says nothing of it.
    await expect(row).toBeVisible();
    await expect(row).not.toContainText("usually");
    await inSluice(
      page,
      `update statements set state = 'succeeded', started_at = now() - interval '90 seconds', finished_at = now()
       where id = (select statement_id from executions where id = $1)`,
      [first],
    );
    await expect(row).toContainText("usually 1 min 30 s");
  } finally {
    await rest(page, "POST", `/executions/${second}/cancel`);
  }
});
