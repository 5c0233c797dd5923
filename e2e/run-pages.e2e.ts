import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { inSluice, open } from "./admin";
import { faults } from "./faults";
import { button, named, noop, publish, stage } from "./pipeline";
import { cell, choose, editorText, expect, rest, test } from "./portal";

/** What a run leaves: the cause of its failure with the next step, and what its stages printed. */

interface Ran {
  id: string;
  state: string;
  notIsolated: boolean;
}

/** Runs a pipeline to its end. */
async function ran(page: Page, name: string): Promise<Ran> {
  const { id } = await rest<Ran>(page, "POST", `/pipelines/${name}/runs`, {});
  for (;;) {
    const run = await rest<Ran>(page, "GET", `/runs/${id}?wait=30`);
    if (!["queued", "running"].includes(run.state)) return run;
  }
}

test("a stage that ran out of memory is offered twice as much", async ({ page }) => {
  const name = named("memory");
  const resources = { memory: "1Gi" };
  await publish(page, name, { stages: [noop("score", { title: "Score", resources, params: { fail: true } })] });
  const { id, state, notIsolated } = await ran(page, name);
  expect(state).toBe("failed");
  const message = "It ran out of memory at 1 GiB.";
  const error = { cause: "out_of_memory", message, hint: "Give it more." };
  await inSluice(page, "update run_stages set error = $2 where run_id = $1", [id, error]);
  await inSluice(page, "update runs set error = $2 where id = $1", [id, `score: ${message}`]);
  // The mark of stages that nothing shut in: with an engine on the machine there is none.
  const mark = page.getByText("not isolated", { exact: true });
  const marked = () => (notIsolated ? expect(mark.first()).toBeVisible() : expect(mark).toHaveCount(0));
  await open(page, `/runs?pipeline=${name}`);
  await expect(page.getByText(`Score: ${message}`)).toBeVisible();
  await marked();
  await open(page, `/runs/${id}`);
  await expect(page.getByRole("alert").filter({ hasText: `Score: ${message}` })).toBeVisible();
  await marked();
  expect(await faults(page), "the run").toEqual([]);
  await button(page, "Retry with 2 GiB").click();
  await expect(page).not.toHaveURL(new RegExp(id));
  await open(page, `${new URL(page.url()).pathname}?stage=score`);
  await expect(stage(page)).toContainText("May use 2 GiB of memory");
});

test("what a stage handed on is opened as a result: grid, chart, and SQL over it", async ({ page }) => {
  const name = named("handed_on");
  const sql = "select 'US' as country, 41 + 1 as learners union all select 'DE', 7";
  await publish(page, name, {
    stages: [
      { id: "ask", operator: "sql-extract@1", params: { warehouse: "demo", sql }, outputs: { rows: "parquet" } },
    ],
  });
  const { id, state } = await ran(page, name);
  expect(state).toBe("succeeded");
  await open(page, `/runs/${id}?stage=ask`);
  await button(page, "Open as a result").click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-z]{26}/);
  await expect(cell(page, "42")).toBeVisible({ timeout: 90_000 });
  await page.getByRole("tab", { name: "Chart" }).click();
  await expect(page.locator("figure [role=img] svg").first()).toBeVisible();
  await choose(page, "Query this result");
  await expect.poll(() => editorText(page)).toContain("from results.");
  await page.getByRole("textbox", { name: "SQL" }).focus();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(cell(page, "42")).toBeVisible({ timeout: 90_000 });
});

test("all logs follow what stages print, and are taken away as a file", async ({ page }) => {
  const name = named("printed");
  const message = `printed by ${name}`;
  await publish(page, name, { stages: [noop("note", { params: { message } })] });
  await open(page, `/logs?pipeline=${name}`);
  await expect(page.getByText("No line is like that")).toBeVisible();
  const { id } = await rest<{ id: string }>(page, "POST", `/pipelines/${name}/runs`, {});
  await expect(page.getByRole("log")).toContainText(message, { timeout: 90_000 });
  const { notIsolated } = await rest<{ notIsolated: boolean }>(page, "GET", `/runs/${id}`);
  if (notIsolated) await expect(page.getByRole("log")).toContainText("not isolated");
  expect(await faults(page), "the logs").toEqual([]);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const lines = readFileSync(await (await download).path(), "utf8")
    .trim()
    .split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toContain(message);
});

test("whoever opens a pipeline's page, or that of a run, has opened the pipeline", async ({ page }) => {
  for (const of of ["pipeline", "run"]) {
    const name = named(`opened_${of}`);
    await publish(page, name, { stages: [noop("a")] });
    const { id } = await rest<Ran>(page, "POST", `/pipelines/${name}/runs`, {});
    await open(page, of === "run" ? `/runs/${id}` : `/pipelines/${name}`);
    const visits =
      "select 1 from visits v join pipelines p on p.id = v.object_id where v.kind = 'pipeline' and p.name = $1";
    await expect.poll(() => inSluice(page, visits, [name])).toHaveLength(1);
  }
});

test("a run is started over days and with values that are asked for, each refused at its field", async ({ page }) => {
  const name = named("asked");
  const parameters = {
    country: { type: "text", title: "Country", default: "US" },
    least: { type: "number", title: "At least" },
  };
  const message =
    "{{ params.country }}, {{ params.least }} at least, {{ interval.from | date }} to {{ interval.to | date }}";
  await publish(page, name, { parameters, stages: [noop("note", { params: { message } })] });
  await open(page, `/pipelines/${name}`);
  await button(page, "Run").click();
  const dialog = page.getByRole("dialog");
  const field = (label: string) => dialog.getByRole("textbox", { name: label });
  await expect(dialog.getByLabel("First day")).toBeFocused();
  await field("Country").fill("DE");
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(field("At least")).toHaveAccessibleDescription("Give it a value: it has no default.");
  await field("At least").fill("42");
  await dialog.getByLabel("First day").fill("2026-01-31");
  await dialog.getByLabel("Last day").fill("2026-01-29");
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(dialog.getByLabel("Last day")).toHaveAccessibleDescription(/Take the first day, or one after it\./);
  expect(await faults(page), "the dialog").toEqual([]);
  // Nothing typed was lost by a refusal.
  await dialog.getByLabel("Last day").fill("2026-02-01");
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-z]{26}/);
  const log = page.getByRole("log");
  await expect(log).toContainText("DE, 42 at least, 2026-01-31 to 2026-02-02", { timeout: 90_000 });
});

test("a failed run says who waits for it: its own stages, and a pipeline that reads its table", async ({ page }) => {
  const name = named("awaited");
  const table = `mart.${name}`;
  const into = { warehouse: "demo", table, mode: "replace" };
  const stages = [
    noop("first", { params: { fail: true } }),
    {
      ...{ id: "ask", title: "Ask for rows", operator: "sql-extract@1", outputs: { rows: "parquet" } },
      ...{ params: { warehouse: "demo", sql: "select 1 as n" }, after: ["first"] },
    },
    { id: "put", title: "Put them there", operator: "load-table@1", params: into, inputs: { rows: "ask.rows" } },
  ];
  await publish(page, name, { stages });
  const reader = `${name}_reader`;
  const sql = `select n from ${table}`;
  await publish(page, reader, {
    ...{ title: "Reads them", triggers: [{ cron: "0 3 * * *", timezone: "UTC" }] },
    stages: [{ id: "read", operator: "sql-extract@1", params: { warehouse: "demo", sql }, outputs: { rows: "csv" } }],
  });
  const { id, state } = await ran(page, name);
  expect(state).toBe("failed");
  await open(page, `/runs/${id}`);
  const waiting = page.getByRole("region", { name: "Who is waiting" }).getByRole("listitem");
  await expect(waiting).toHaveText([
    "2 stages of this run: Ask for rows, Put them there",
    new RegExp(`^The pipeline Reads them of .+ reads ${table} and runs next .+`),
  ]);
  expect(await faults(page), "the run").toEqual([]);
  await waiting.getByRole("link", { name: "Reads them" }).click();
  await expect(page).toHaveURL(new RegExp(`/pipelines/${reader}$`));
  // Its schedule would outlive the test.
  await rest(page, "DELETE", `/pipelines/${reader}`);
});
