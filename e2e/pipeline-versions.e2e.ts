import { open } from "./admin";
import { faults } from "./faults";
import { admin } from "./installation";
import { button, draftOf, kept, named, noop, publish, stage } from "./pipeline";
import { expect, test } from "./portal";

/** Which text of a pipeline counts: an earlier one that is made the draft again, one that lives in a repository. */

test("an earlier version is shown beside the one before it, and made the draft again", async ({ page }) => {
  const name = named("versions");
  for (const message of ["one", "two", "three"])
    await publish(page, name, { stages: [noop("note", { params: { message } })] });
  await open(page, `/pipelines/${name}?tab=versions`);
  const versions = page.getByRole("navigation", { name: "Versions" });
  await expect(versions.getByRole("link")).toHaveCount(3);
  await versions.getByRole("link", { name: /^Version 2/ }).click();
  await expect(page.getByRole("heading", { name: "Version 2 beside version 1" })).toBeVisible();
  expect(await faults(page), "the versions").toEqual([]);
  await button(page, "Make it the draft").click();
  await expect(kept(page)).toBeVisible();
  await expect.poll(() => draftOf(page, name)).toContain("two");
  await open(page, `/pipelines/${name}?stage=note`);
  await expect(stage(page).getByRole("textbox", { name: "Message" })).toHaveValue("two");
  await button(page, "Publish").click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("· version 4, published by")).toBeVisible();
  await expect(button(page, "Publish")).toHaveCount(0);
});

test("a pipeline that lives in a repository is read here, and changed there", async ({ page }) => {
  const name = named("in_git");
  await publish(page, name, { stages: [noop("note")] }, `git.example.com/growth/pipelines/${name}.yaml`);
  await open(page, `/pipelines/${name}?stage=note`);
  await expect(page.getByText(`This pipeline lives in git.example.com/growth/pipelines/${name}.yaml`)).toBeVisible();
  await expect(stage(page).getByRole("textbox", { name: "Message" })).toHaveAttribute("readonly");
  await expect(button(page, "Run")).toBeVisible();
  for (const missing of ["Publish", "Add a stage", "Discard", "Try it"])
    await expect(button(page, missing)).toHaveCount(0);
  const headers = { authorization: `Bearer ${admin.token}` };
  const refused = await page.request.put(`/api/v1/pipelines/${name}`, { headers, data: { name, stages: [noop("a")] } });
  expect(refused.status()).toBe(409);
});
