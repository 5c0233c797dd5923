import { open } from "./admin";
import { admin } from "./installation";
import { editorText, expect, rest, test } from "./portal";

/** What a pipeline keeps: its text. */

test("a field that is changed in the form changes its line of the YAML, and no other", async ({ page }) => {
  const name = `as_written_${Date.now().toString(36)}`;
  const text = `# of the growth team, ask Ana
name:   ${name}     # never rename
title: 'As written'

stages:
-   operator: noop@1     # a step to join others
    id: first
    params: {message: "one",   seconds: 0}

    # the second waits
-   id: second
    operator: noop@1
    after: [ first ]
    params:
        message: >-
            two
            lines
`;
  const headers = { authorization: `Bearer ${admin.token}`, "content-type": "application/yaml" };
  const put = await page.request.put(`/api/v1/pipelines/${name}`, { headers, data: text });
  expect(put.ok(), await put.text()).toBe(true);

  await open(page, `/pipelines/${name}?tab=yaml`);
  await expect(page.locator(".view-lines")).toContainText("never rename");
  await page.getByRole("tab", { name: "Form" }).click();
  await expect(page.getByRole("button", { name: "Do nothing, first" })).toBeVisible();
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect(page.locator(".view-lines")).toContainText("the second waits");
  await expect(page.getByRole("status").filter({ hasText: "Nothing to publish" })).toBeVisible();

  await open(page, `/pipelines/${name}?stage=first`);
  await page
    .getByRole("region", { name: /^Stage/ })
    .getByRole("textbox", { name: "Message" })
    .fill("three");
  await expect(page.getByRole("status").filter({ hasText: "Draft kept" })).toBeVisible();
  const draft = () => rest<{ text: string }>(page, "GET", `/pipelines/${name}/draft`);
  await expect.poll(async () => (await draft()).text).toBe(text.replace('"one"', '"three"'));
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect.poll(() => editorText(page)).toContain('params: {message: "three",   seconds: 0}');
  await rest(page, "DELETE", `/pipelines/${name}/draft`);
});

test("a schedule that is to come once is written as its moment, and back as a line", async ({ page }) => {
  const name = `once_${Date.now().toString(36)}`;
  const triggers = [{ cron: "15 6 * * *", timezone: "UTC", missed: "all" }];
  await rest(page, "PUT", `/pipelines/${name}`, { name, triggers, stages: [{ id: "a", operator: "noop@1" }] });
  const draft = async () => (await rest<{ text: string }>(page, "GET", `/pipelines/${name}/draft`)).text;
  await open(page, `/pipelines/${name}?tab=schedule`);
  const runs = page.getByRole("combobox", { name: "It runs" });
  await runs.click();
  await page.getByRole("option", { name: "Once" }).click();
  const moment = page.getByLabel("At (your own clock)");
  await expect(moment).toHaveValue(/T06:15$/);
  await moment.fill("2100-03-01T09:30");
  await expect(page.getByRole("list", { name: "The next moments" }).getByRole("listitem")).toHaveCount(1);
  await expect(page.getByRole("combobox", { name: "After a time in which Sluice was not there" })).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "Draft kept" })).toBeVisible();
  await expect.poll(draft).toMatch(/"?at"?: "?2100-0[23]-\d\dT\d\d:\d\d:00/);
  expect(await draft()).not.toMatch(/cron|missed/);
  // As who opens it anew sees it.
  await page.reload();
  await expect(moment).toHaveValue("2100-03-01T09:30");
  await runs.click();
  await page.getByRole("option", { name: "Every weekday" }).click();
  await expect.poll(draft).toMatch(/"?cron"?: "?\d+ \d+ \* \* 1-5/);
  expect(await draft()).not.toMatch(/"?at"?: /);
  await rest(page, "DELETE", `/pipelines/${name}/draft`);
});
