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
