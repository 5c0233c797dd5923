import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };

interface Bill {
  bomFormat: string;
  metadata: { component: { name: string; type: string } };
  components: { name: string; version: string; purl: string }[];
}

it("lists what a running Sluice is made of, each at its version, and nothing that only development has", () => {
  const said = execFileSync(process.execPath, ["scripts/sbom.mjs"], {
    encoding: "utf8",
    stdio: "pipe",
    maxBuffer: 2 ** 26,
  });
  const bill = JSON.parse(said) as Bill;
  expect(bill.bomFormat).toBe("CycloneDX");
  expect(bill.metadata.component).toMatchObject({ name: "sluice", type: "application" });
  const listed = new Set(bill.components.map(({ name, version }) => `${name} ${version}`));
  const own = Object.entries(manifest.dependencies).map(([name, version]) => `${name} ${version}`);
  expect(own.filter((one) => !listed.has(one))).toEqual([]);
  const names = new Set(bill.components.map(({ name }) => name));
  expect(["vitest", "@biomejs/biome", "knip", "oidc-provider"].filter((tool) => names.has(tool))).toEqual([]);
});
