import type { Page } from "@playwright/test";
import { demo, editor, open } from "./admin";
import { cell, execute, expect, menuItem, rest, test } from "./portal";

/** What an admin does on the load page to many at once. */

interface Ended {
  state: string;
  stopReason: string | null;
}

const demoLoad = (page: Page) => page.getByRole("region", { name: "Load of demo" });

/** Ends every pause of the demo warehouse, those of an earlier try too. */
async function resume(page: Page): Promise<void> {
  const { id } = await demo(page);
  const { items } = await rest<{ items: { id: string }[] }>(page, "GET", `/pauses?warehouse=${id}`);
  for (const pause of items) await rest(page, "DELETE", `/pauses/${pause.id}`);
}

async function submit(page: Page, sql: string, more: object = {}): Promise<string> {
  return (await rest<{ id: string }>(page, "POST", "/executions", { warehouse: "demo", sql, ...more })).id;
}

const execution = (page: Page, id: string) => rest<Ended>(page, "GET", `/executions/${id}`);

/** Chooses in the menu of the demo warehouse, and says why in the window that asks. */
async function choose(page: Page, item: string, window: string, reason: string, verb: string): Promise<void> {
  await demoLoad(page).getByRole("button", { name: "More", exact: true }).click();
  await menuItem(page, "More", item).click();
  const asked = page.getByRole("dialog", { name: window });
  await asked.getByLabel("Reason").fill(reason);
  await asked.getByRole("button", { name: verb, exact: true }).click();
  await expect(asked).toHaveCount(0);
}

test("a warehouse is drained, and what waits and then all is stopped with a reason", async ({ page }) => {
  await resume(page);
  const mark = Date.now();
  const runs = await submit(page, `select pg_sleep(300), ${mark}`);
  try {
    await expect.poll(async () => (await execution(page, runs)).state, { timeout: 60_000 }).toBe("running");
    await open(page, "/admin/load");
    const load = demoLoad(page);
    await choose(page, "Drain…", "Drain: demo", `Upgrade at noon, ${mark}`, "Drain");
    await expect(load.getByText("Drained", { exact: true })).toBeVisible();
    await expect(load.getByText(/^Draining: \d+ still running\.$/)).toBeVisible();
    const waits = await submit(page, `select 'drained ${mark}'`);
    const row = load.getByRole("listitem").filter({ hasText: `drained ${mark}` });
    await expect(row).toContainText(`Paused: Upgrade at noon, ${mark}`);

    const enough = `Ask again tomorrow, ${mark}`;
    await choose(page, "Stop all that waits…", "Stop all that waits", enough, "Stop");
    await expect(row).toHaveCount(0);
    const cancelled = { state: "cancelled", stopReason: enough };
    await expect.poll(() => execution(page, waits), { timeout: 60_000 }).toMatchObject(cancelled);
    expect((await execution(page, runs)).state).toBe("running");

    await choose(page, "Stop everything…", "Stop all that runs and waits", enough, "Stop");
    await expect.poll(() => execution(page, runs), { timeout: 60_000 }).toMatchObject(cancelled);
    await expect(load.getByText("Empty: nothing runs any more.")).toBeVisible();
    await load.getByRole("button", { name: "End: Drained" }).click();
    await expect(load.getByText("Drained", { exact: true })).toHaveCount(0);
    expect(await execute(page, `select 'after it, ${mark}'`)).toMatchObject({ state: "succeeded" });
  } finally {
    await resume(page);
    await rest(page, "POST", `/executions/${runs}/cancel`).catch(() => undefined);
  }
});

test("a cool-down holds what is scheduled for half an hour, and nobody who waits at a screen", async ({ page }) => {
  await resume(page);
  const mark = Date.now();
  await open(page, "/admin/load");
  const load = demoLoad(page);
  try {
    await load.getByRole("button", { name: "More", exact: true }).click();
    await menuItem(page, "More", "Cool down for 30 minutes…").click();
    const asked = page.getByRole("dialog", { name: "Cool down for 30 minutes: demo" });
    await expect(asked.getByText("Holds the lanes scheduled and backfill.")).toBeVisible();
    await expect(asked.getByLabel("Ends")).toHaveValue("30");
    await asked.getByLabel("Reason").fill(`Disk is slow, ${mark}`);
    const begun = Date.now();
    await asked.getByRole("button", { name: "Cool down for 30 minutes" }).click();
    await expect(load.getByText("Paused: lane scheduled, backfill", { exact: true })).toBeVisible();
    await expect(load.getByText(/^Paused by Admin .*, until \w{3},? \d\d:\d\d/)).toBeVisible();

    const { id } = await demo(page);
    const { items } = await rest<{ items: { until: string }[] }>(page, "GET", `/pauses?warehouse=${id}`);
    const [until] = items.map((pause) => new Date(pause.until).getTime());
    expect(until).toBeGreaterThanOrEqual(begun + 30 * 60_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 30 * 60_000);

    const held = await submit(page, `select 'nightly ${mark}'`, { lane: "scheduled" });
    const row = load.getByRole("listitem").filter({ hasText: `nightly ${mark}` });
    await expect(row).toContainText(`Paused (lane scheduled): Disk is slow, ${mark}`);
    expect(await execute(page, `select 'by hand ${mark}'`)).toMatchObject({ state: "succeeded" });
    expect((await execution(page, held)).state).toBe("queued");

    await load.getByRole("button", { name: "End: Paused: lane scheduled, backfill" }).click();
    await expect.poll(async () => (await execution(page, held)).state, { timeout: 60_000 }).toBe("succeeded");
    await expect(load.getByText("Paused: lane scheduled, backfill", { exact: true })).toHaveCount(0);
  } finally {
    await resume(page);
  }
});

test("a team, and then a person, is paused with a reason and an end; others go on, and it is resumed", async ({
  page,
}) => {
  await resume(page);
  const { theirs: hers, email, team } = await editor(page, "Ida");
  const { id: warehouse } = await demo(page);
  const cases = [
    {
      of: "team",
      item: "Pause teams…",
      verb: "Pause teams",
      field: "Teams",
      typed: team.name,
      who: team.name,
      minutes: 15,
    },
    {
      of: "person",
      item: "Pause people…",
      verb: "Pause people",
      field: "People",
      typed: email,
      who: "Ida",
      minutes: 60,
    },
  ];
  const ends = { 15: "in 15 minutes", 60: "in 1 hour" } as Record<number, string>;
  await open(page, "/admin/load");
  const load = demoLoad(page);
  try {
    for (const { of, item, verb, field, typed, who, minutes } of cases) {
      const mark = `${of} ${Date.now()}`;
      await load.getByRole("button", { name: "More", exact: true }).click();
      await menuItem(page, "More", item).click();
      const asked = page.getByRole("dialog", { name: `${verb}: demo` });
      await asked.getByRole("combobox", { name: field }).fill(typed);
      await page.getByRole("option", { name: typed }).click();
      await asked.getByLabel("Reason").fill(`Too many exports, ${mark}`);
      await asked.getByLabel("Ends").selectOption(ends[minutes] ?? "");
      await asked.getByRole("button", { name: verb, exact: true }).click();
      const held = load.getByText(`Paused: ${of} ${who}`, { exact: true });
      await expect(held).toBeVisible();
      await expect(load.getByText(/^Paused by Admin .*, until \w{3},? \d\d:\d\d/)).toBeVisible();
      const { items } = await rest<{ items: { until: string; at: string }[] }>(
        page,
        "GET",
        `/pauses?warehouse=${warehouse}`,
      );
      const [lasts] = items.map(({ until, at }) => Math.round((Date.parse(until) - Date.parse(at)) / 60_000));
      expect(lasts).toBe(minutes);

      const data = { warehouse: "demo", sql: `select 'held ${mark}' as words` };
      const sent = await hers.request.post("/api/v1/executions", { headers: { "x-sluice": "1" }, data });
      const { id } = (await sent.json()) as { id: string };
      await hers.goto(`/executions/${id}`);
      await expect(hers.getByRole("status").filter({ hasText: `Too many exports, ${mark}` })).toBeVisible();
      const row = load.getByRole("listitem").filter({ hasText: `held ${mark}` });
      await expect(row).toContainText(`Paused (${of === "team" ? `team ${who}` : who}): Too many exports, ${mark}`);
      expect(await execute(page, `select 'not held ${mark}'`)).toMatchObject({ state: "succeeded" });
      await load.getByRole("button", { name: `End: Paused: ${of} ${who}` }).click();
      await expect(cell(hers, `held ${mark}`)).toBeVisible();
      await expect(held).toHaveCount(0);
    }
  } finally {
    await resume(page);
    await hers.context().close();
  }
});
