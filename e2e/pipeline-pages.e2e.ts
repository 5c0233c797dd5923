import { open } from "./admin";
import { draftOf, kept, named, noop, publish, stage } from "./pipeline";
import { expect, rest, test } from "./portal";

/** A pipeline as text, as forms and as pictures: the same in each. */

const box = (name: string | RegExp) => ({ name, exact: typeof name === "string" });

test("what is typed as YAML is in the form and in the graph, and comes back byte by byte", async ({ page }) => {
  const name = named("typed");
  await publish(page, name, { stages: [noop("first", { params: { message: "one" } })] });
  await open(page, `/pipelines/${name}?tab=yaml`);
  // Of lines after which the editor indents none.
  const text = `# asked for by Ben
name: ${name}
title:   'Typed by hand'
stages: [ {id: first, operator: noop@1, params: {message: "two words",   seconds: 0}}, {id: second, operator: noop@1, after: [first]} ]   # both
`;
  await page.getByRole("textbox", { name: "Pipeline as YAML" }).focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
  await expect(kept(page)).toBeVisible();
  await expect.poll(() => draftOf(page, name)).toBe(text);

  await page.getByRole("tab", { name: "Form" }).click();
  await expect(page.getByLabel("Title")).toHaveValue("Typed by hand");
  await expect(page.getByRole("button", box("Do nothing, second"))).toBeVisible();
  await page.getByRole("button", box("Do nothing, first")).click();
  await expect(stage(page).getByRole("textbox", { name: "Message" })).toHaveValue("two words");
  await page.getByRole("tab", { name: "YAML" }).click();
  expect(await draftOf(page, name)).toBe(text);
});

test("lists in a form come from the warehouse, and a warehouse's tables only from that one", async ({ page }) => {
  const name = named("lists");
  const params = { table: "", checks: [{ kind: "not_null" }] };
  await publish(page, name, { stages: [noop("wait")] });
  await rest(page, "PUT", `/pipelines/${name}/draft`, {
    text: JSON.stringify({ name, stages: [{ id: "check", operator: "expect@1", params }] }),
    baseVersion: 1,
  });
  await open(page, `/pipelines/${name}?stage=check`);
  const choose = async (label: string, part: string, option: RegExp) => {
    const list = stage(page).getByRole("combobox", { name: label }).first();
    await list.click();
    await list.fill(part);
    await page.getByRole("option", { name: option }).click();
    return list;
  };
  await choose("Warehouse", "dem", /^demo/);
  await choose("Table", "learn", /^public\.learners/);
  // Columns are those of the table that was chosen just now.
  const column = await choose("Column", "coun", /^country/);
  await expect(column).toHaveValue("country");
  await expect.poll(() => draftOf(page, name)).toContain("country");
});

test("a run is drawn as a graph and by its time, and both lead to the stage", async ({ page }) => {
  const name = named("drawn");
  const stages = [
    noop("first", { title: "Get ready", params: { seconds: 1 } }),
    noop("left", { after: ["first"] }),
    noop("right", { after: ["first"], params: { fail: true } }),
    noop("last", { after: ["left", "right"] }),
  ];
  await publish(page, name, { stages });
  const { id } = await rest<{ id: string }>(page, "POST", `/pipelines/${name}/runs`, {});
  await rest(page, "GET", `/runs/${id}?wait=60`);
  await open(page, `/runs/${id}`);
  const drawn = page.locator(".react-flow__node");
  await expect(drawn).toHaveCount(4);
  await expect(page.locator(".react-flow__edge")).toHaveCount(4);
  // From left to right as they wait for each other; what does not wait stands side by side.
  const places = await Promise.all(
    ["first", "left", "right", "last"].map(async (one) => {
      const place = await page.locator(`.react-flow__node[data-id="${one}"]`).boundingBox();
      if (!place) throw new Error(`${one} is not drawn`);
      return place;
    }),
  );
  const [first, left, right, last] = places.map(({ x }) => Math.round(x)) as [number, number, number, number];
  expect(first).toBeLessThan(left);
  expect(left).toBe(right);
  expect(right).toBeLessThan(last);

  const rows = page.getByRole("region", { name: "When each stage ran" }).getByRole("button");
  await expect(rows).toHaveText([/^Get ready/, /^left/, /^right/, /^last/]);
  await expect(rows.nth(0).locator("[data-state=succeeded]")).toHaveCount(1);
  await expect(rows.nth(2).locator("[data-state=failed]")).toHaveCount(1);
  // It never began: nothing of it is drawn.
  await expect(rows.nth(3).locator("[data-state]")).toHaveCount(0);
  await rows.nth(2).click();
  await expect(page.getByRole("region", { name: "Stage right" })).toBeVisible();
  await page.locator('.react-flow__node[data-id="first"]').click();
  await expect(page.getByRole("region", { name: "Stage Get ready" })).toBeVisible();
});
