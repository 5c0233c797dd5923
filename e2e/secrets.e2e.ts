import { open } from "./admin";
import { faults } from "./faults";
import { named, publish } from "./pipeline";
import { expect, rest, test } from "./portal";

test("a secret says where it is used, and gets another value without being seen", async ({ page }) => {
  const name = named("key");
  const pipeline = named("pulls");
  await rest(page, "PUT", `/secrets/${name}`, { value: "first value of it", team: null });
  const params = { url: "https://api.example.com/rows", auth: "bearer", secret: { secret: name } };
  await publish(page, pipeline, {
    stages: [{ id: "pull", operator: "http-pull@1", params, outputs: { rows: "parquet" } }],
  });
  const secret = async () => {
    const { items } = await rest<{ items: { name: string; rotatedAt: string }[] }>(page, "GET", "/secrets");
    return items.find((one) => one.name === name) ?? { rotatedAt: "" };
  };
  const before = await secret();
  await open(page, "/settings/secrets");
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row.getByRole("link", { name: pipeline })).toBeVisible();
  await expect(row.getByRole("button", { name: /Delete/ })).toHaveCount(0);
  await row.getByRole("button", { name: `Set another value for ${name}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("New value").fill("second value of it");
  expect(await faults(page), "the form").toEqual([]);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const after = await secret();
  expect(Date.parse(after.rotatedAt)).toBeGreaterThan(Date.parse(before.rotatedAt));
  expect(JSON.stringify(after)).not.toContain("value of it");
});
