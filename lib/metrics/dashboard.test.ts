import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the dashboard asks only for metrics that there are", () => {
  const dashboard = readFileSync("deploy/grafana-dashboard.json", "utf8");
  const code = ["gate", "ended", "disks"].map((name) => readFileSync(`lib/metrics/${name}.ts`, "utf8")).join("\n");
  const asked = new Set([...dashboard.matchAll(/sluice_[a-z_]+/g)].map(([name]) => name.replace(/_bucket$/, "")));
  expect(asked.size).toBeGreaterThan(5);
  expect([...asked].filter((name) => !code.includes(`"${name}"`))).toEqual([]);
});
