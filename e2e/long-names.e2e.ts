import { demo, open } from "./admin";
import { execute, expect, rest, test } from "./portal";

/** A hundred letters that may break nowhere. */
const long = (letter: string) => `${letter.repeat(87)}${Date.now()}`;

for (const width of [1440, 390]) {
  test(`names of 100 letters push nothing out of a page that is ${width} px wide`, async ({ page }) => {
    const { config } = await demo(page);
    const warehouse = await rest<{ id: string }>(page, "POST", "/warehouses", {
      name: long("z"),
      engine: "postgres",
      config: { ...config, host: `${"h".repeat(60)}.invalid`, user: "u".repeat(60), password: "never used" },
    });
    const team = await rest<{ id: string }>(page, "POST", "/teams", { name: long("t") });
    await rest(page, "PUT", `/warehouses/${warehouse.id}/schemas/${team.id}/${"s".repeat(60)}`, {});
    const email = `${"m".repeat(40)}${Date.now()}@${"d".repeat(50)}.example.com`;
    await rest(page, "POST", "/users", { name: long("n"), email, role: "viewer", teams: [team.id] });
    const failed = await execute(page, `select ${"x".repeat(100)} from courses`);
    await page.setViewportSize({ width, height: 844 });
    for (const address of [
      "/",
      "/executions",
      "/usage",
      `/executions/${failed.id}`,
      "/admin/warehouses",
      `/admin/warehouses/${warehouse.id}`,
      "/admin/users",
      "/admin/load",
      "/admin/tokens",
      "/admin/rights",
      "/admin/erasures",
      "/admin/audit",
    ]) {
      await open(page, address);
      // The load page asks its warehouses, and writes down what it could not reach.
      if (address === "/admin/load") await expect(page.getByText(/There is no host "hhhh/).first()).toBeVisible();
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(beyond, address).toBeLessThanOrEqual(0);
    }
  });
}
