// Checks which folder may import which. A cruise over nothing is a failure: it would pass for ever.
import { spawnSync } from "node:child_process";
import process from "node:process";

const folders = ["app", "components", "lib", "workers", "prisma", "bench", "cli", "operators"];
const cruise = (...output) =>
  spawnSync(
    "node_modules/.bin/depcruise",
    ["--config", ".dependency-cruiser.cjs", "--output-type", ...output, ...folders],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
const { stdout, stderr } = cruise("json");
let summary;
try {
  ({ summary } = JSON.parse(stdout));
} catch {
  process.stderr.write(`dependency-cruiser did not answer:\n${stderr || stdout}\n`);
  process.exit(1);
}
for (const { rule, from, to } of summary.violations)
  process.stdout.write(`${rule.severity} ${rule.name}: ${from} -> ${to}\n`);
process.stdout.write(`${summary.totalCruised} modules, ${summary.error} arrows the wrong way\n`);
process.exit(summary.totalCruised > 50 && summary.error === 0 ? 0 : 1);
