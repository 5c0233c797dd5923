import type { Page } from "@playwright/test";
import { demo, inSluice, open, stranger } from "./admin";
import { execute, expect, rest, signIn, test } from "./portal";

const password = "a password of somebody";
const yesterday = "(now() at time zone 'utc')::date - 1";

interface Made {
  id: string;
}

const list = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const lineOf = (page: Page, name: string, text: string) => list(page, name).getByRole("row").filter({ hasText: text });

async function viewer(page: Page, name: string, teams: string[]) {
  const email = `${name.replaceAll(" ", "").toLowerCase()}@example.com`;
  const { id } = await rest<Made>(page, "POST", "/users", { name, email, role: "viewer", password, teams });
  return {
    id,
    async browser(): Promise<Page> {
      const theirs = await stranger(page);
      await theirs.goto("/sign-in");
      await signIn(theirs, email, password);
      return theirs;
    },
  };
}

/** A team with the demo warehouse, a viewer in it and one in no team. */
async function people(page: Page, stamp: number) {
  const team = await rest<Made>(page, "POST", "/teams", { name: `Counted ${stamp}` });
  await rest(page, "POST", "/warehouses/demo/grants", { team: team.id });
  return {
    team,
    member: await viewer(page, `Mia ${stamp}`, [team.id]),
    outside: await viewer(page, `Noa ${stamp}`, []),
  };
}

const saved = (page: Page, title: string, sql = "select 1") =>
  rest<Made>(page, "POST", "/queries", { warehouse: "demo", title, sql });

test("the usage page has the queries, tables and executions that took most, of everybody and of a team", async ({
  page,
}) => {
  const stamp = Date.now();
  const [{ team, member, outside }, { id: warehouse }] = [await people(page, stamp), await demo(page)];
  const query = await saved(page, `Much used ${stamp}`);
  const ran = await execute(page, `select 'of ${stamp}'`);
  // As a worker that counts yesterday would have: it does so once a minute.
  for (const [user, count, seconds] of [
    [member.id, 1_234, 7_200],
    [outside.id, 6, 3_600],
  ] as const) {
    const day = `insert into usage_days (day, user_id, source, warehouse_id, query_id, executions, failed, seconds, bytes)
      values (${yesterday}, $1, 'page', $2, $3, $4, 0, $5, 0)`;
    await inSluice(page, day, [user, warehouse, query.id, count, seconds]);
    const table = `insert into usage_tables values (${yesterday}, $1, 'public.courses', $2, 'page', $3)`;
    await inSluice(page, table, [warehouse, user, count]);
  }
  await inSluice(page, `insert into usage_tops values (${yesterday}, $1, 90000, 5000000000000)`, [ran.id]);
  await rest(page, "GET", "/warehouses/demo/tables");

  await open(page, "/usage");
  const cells = (name: string, text: string) => lineOf(page, name, text).first().getByRole("cell");
  const used = cells("Most used queries", `Much used ${stamp}`);
  await expect(used).toHaveText([/^Much used/, "2", "1,240", "3 h", /^\d+ %$/]);
  await expect(lineOf(page, "Most used tables", "public.courses")).toBeVisible();
  await expect(cells("Slowest", `of ${stamp}`)).toHaveText([/demo/, /./, "25 h"]);
  await expect(cells("Most expensive", `of ${stamp}`)).toHaveText([/demo/, /./, "5.0 TB"]);

  await page.getByLabel("Team", { exact: true }).selectOption(`Counted ${stamp}`);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(new RegExp(`team=${team.id}`));
  await expect(used).toHaveText([/^Much used/, "1", "1,234", "2 h", /^\d+ %$/]);
  await expect(cells("Most used tables", "public.courses")).toHaveText([/^public\.courses/, "1", "1,234"]);
  await list(page, "Slowest")
    .getByRole("link", { name: `of ${stamp}` })
    .first()
    .click();
  await expect(page).toHaveURL(new RegExp(`/executions/${ran.id}`));

  // A viewer has the lists too: of what they may use, and of nothing else.
  const theirs = await member.browser();
  await open(theirs, "/usage");
  await expect(lineOf(theirs, "Most used queries", `Much used ${stamp}`)).toBeVisible();
  await expect(lineOf(theirs, "Most used tables", "public.courses")).toBeVisible();
  await theirs.context().close();
  const others = await outside.browser();
  await others.goto("/usage");
  await expect(lineOf(others, "Teams", `Counted ${stamp}`)).toBeVisible();
  for (const name of ["Most used queries", "Most used tables", "Slowest", "Most expensive"])
    await expect(list(others, name).getByRole("row")).toHaveCount(0);
  await expect(list(others, "Slowest")).toContainText("Nothing of the last 28 days that you may open.");
  await others.context().close();
});

test("a stale query stands on the usage page until somebody opens it", async ({ page }) => {
  const title = `Forgotten ${Date.now()}`;
  const { id } = await saved(page, title);
  // Before anything else that is stale.
  await inSluice(page, "update queries set updated_at = '2001-01-01' where id = $1", [id]);
  await open(page, "/usage");
  await expect(lineOf(page, "Stale queries", title).getByRole("cell")).toHaveText([new RegExp(title), "never"]);
  await list(page, "Stale queries").getByRole("link", { name: title }).click();
  await expect(page).toHaveURL(new RegExp(`/queries/${id}`));
  await expect(async () => {
    await open(page, "/usage");
    await expect(list(page, "Stale queries")).toBeVisible();
    await expect(lineOf(page, "Stale queries", title)).toHaveCount(0, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
});

test("an unopened refresh has its share of the warehouses' time; who may not pause it is told whom to ask", async ({
  page,
}) => {
  const stamp = Date.now();
  const [{ member }, { id: warehouse }] = [await people(page, stamp), await demo(page)];
  const query = await saved(page, `Unread ${stamp}`);
  const trigger = await rest<Made>(page, "POST", `/queries/${query.id}/triggers`, { when: "15 6 * * *", zone: "UTC" });
  const ran = await execute(page, `select 'unread ${stamp}'`);
  await inSluice(page, "update triggers set created_at = now() - interval '61 days' where id = $1", [trigger.id]);
  await inSluice(
    page,
    `update statements set started_at = finished_at - interval '2 hours'
     where id = (select statement_id from executions where id = $1)`,
    [ran.id],
  );
  const slot = "now() - interval '1 hour'";
  await inSluice(
    page,
    `with s as (insert into trigger_slots (trigger_id, slot, outcome) values ($1, ${slot}, 'started'))
     insert into trigger_runs (trigger_id, slot, execution_id, position, query_id, parameters)
     values ($1, ${slot}, $2, 0, $3, '{}')`,
    [trigger.id, ran.id, query.id],
  );
  const day = `insert into usage_days (day, user_id, source, warehouse_id, query_id, executions, failed, seconds, bytes)
    values (${yesterday}, $1, 'schedule', $2, $3, 1, 0, 7200, 0)`;
  await inSluice(page, day, [`schedule ${stamp}`, warehouse, query.id]);
  const since = "update visits_since set at = $1 where kind is null";
  const [began] = (await inSluice(page, "select min(at) as at from visits_since where kind is null", [])) as {
    at: Date;
  }[];
  await inSluice(page, since, [new Date(stamp - 61 * 86_400_000)]);
  const theirs = await member.browser();
  try {
    const refresh = (of: Page) => lineOf(of, "Refreshes that nobody opened", `Unread ${stamp}`).getByRole("cell");
    // Since when openings are noted is known for half a minute.
    await expect(async () => {
      await open(page, "/usage");
      await expect(refresh(page)).toHaveText([/never opened/, "1", "2 h", /^[1-9]\d* %$/, "Pause"], { timeout: 2_000 });
    }).toPass({ timeout: 120_000 });
    await open(theirs, "/usage");
    await expect(refresh(theirs).last()).toHaveText(/^Ask ./);
    await expect(list(theirs, "Refreshes that nobody opened").getByRole("button")).toHaveCount(0);
  } finally {
    await inSluice(page, since, [began?.at]);
    await rest(page, "DELETE", `/triggers/${trigger.id}`);
    await theirs.context().close();
  }
});
