// `npm run sbom`: what a running Sluice is made of, as CycloneDX, by npm's own tool. `npm sbom --omit dev` over the whole
// tree leaves out what a tool of development asks for as well (react, pg, zod); so it is given the tree without those tools.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { root } from "./install.mjs";

const read = (name) => JSON.parse(readFileSync(path.join(root, name), "utf8"));
const { devDependencies: _, ...manifest } = read("package.json");
const lock = read("package-lock.json");
lock.packages = Object.fromEntries(Object.entries(lock.packages).filter(([, one]) => !one.dev));
delete lock.packages[""].devDependencies;

const place = mkdtempSync(path.join(tmpdir(), "sluice-sbom-"));
try {
  // npm calls the product as its folder is called.
  const folder = path.join(place, manifest.name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock));
  const how = ["--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "application"];
  const { status } = spawnSync("npm", ["sbom", ...how], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  process.exitCode = status ?? 1;
} finally {
  rmSync(place, { recursive: true, force: true });
}
