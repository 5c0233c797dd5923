// `npm test`: everything that CI checks, in order, stopping at the first failure. The last line counts the tests.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { goOnUnder, install, installed, otherNode, root } from "./install.mjs";
import { fail } from "./steps.mjs";

const ci = process.env.CI === "true" || process.env.CI === "1";
const counts = { passed: 0, failed: 0, skipped: 0 };

function heading(title) {
  process.stdout.write(`\n== ${title}\n`);
}

function end(code) {
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  process.exit(code);
}

function run(title, command, args, env = {}) {
  heading(title);
  const answer = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (answer.status === 0) return true;
  process.stdout.write(`\n${title} failed.\n`);
  return false;
}

function check(title, command, args, env) {
  if (run(title, command, args, env)) return;
  counts.failed += 1;
  end(1);
}

const bin = (name) => `node_modules/.bin/${name}`;
const reports = ".sluice-test/reports";
const reportOf = (name) => `${reports}/${name}.json`;

const chromium = "/usr/bin/chromium";

/** What the tests want from the system; the browser may also be one that Playwright has fetched. */
async function missing() {
  const { chromium: theirs } = await import("@playwright/test");
  const browser = existsSync(chromium) || existsSync(theirs.executablePath());
  const redis = spawnSync("redis-server", ["--version"]).status === 0;
  return [...(browser ? [] : ["chromium"]), ...(redis ? [] : ["redis-server"])];
}

/** Fetched where we may (Debian, as root or by sudo without a password); else a sentence says what to install. */
async function systemPackages() {
  const wanted = await missing();
  if (wanted.length === 0) return;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const may = spawnSync(asRoot[0] ?? "true", asRoot.slice(1).concat("true")).status === 0;
  if (may && existsSync("/usr/bin/apt-get")) {
    heading(`Install ${wanted.join(", ")}`);
    for (const args of [
      ["update", "-qq"],
      ["install", "-y", "-qq", "--no-install-recommends", ...wanted],
    ]) {
      const [command, ...rest] = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
      spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"] });
    }
  }
  const left = await missing();
  if (left.includes("chromium"))
    process.stdout.write(
      'No Chromium: the browser tests are left out. Install it ("apt-get install chromium" or "npx playwright install chromium").\n',
    );
  if (left.includes("redis-server"))
    process.stdout.write(
      'No Redis: the tests of the queue on Redis are left out. Install it ("apt-get install redis-server").\n',
    );
}

function vitest(project) {
  const report = reportOf(project);
  const ok = run(`Tests: ${project}`, bin("vitest"), [
    ...["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  ]);
  if (existsSync(report)) {
    const told = JSON.parse(readFileSync(report, "utf8"));
    counts.passed += told.numPassedTests;
    counts.failed += told.numFailedTests;
    counts.skipped += told.numPendingTests + (told.numTodoTests ?? 0);
  }
  if (ok) return;
  counts.failed ||= 1;
  end(1);
}

async function playwright() {
  if ((await missing()).includes("chromium")) {
    heading("Tests: browser");
    process.stdout.write("Left out: there is no Chromium.\n");
    counts.skipped += 1;
    return;
  }
  const report = reportOf("e2e");
  const ok = run("Tests: browser", bin("playwright"), ["test", "-c", "e2e/playwright.config.ts"], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: `${root}/${report}`,
  });
  if (existsSync(report)) {
    const { stats } = JSON.parse(readFileSync(report, "utf8"));
    counts.passed += stats.expected + stats.flaky;
    counts.failed += stats.unexpected;
    counts.skipped += stats.skipped;
  }
  if (ok) return;
  counts.failed ||= 1;
  end(1);
}

async function main() {
  await systemPackages();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  check("Generate the database client", process.execPath, ["scripts/generate.mjs"]);
  check("Format and lint", bin("biome"), ["check", "."]);
  check("Types of the routes", bin("next"), ["typegen"], { NEXT_TELEMETRY_DISABLED: "1" });
  check("Types", bin("tsc"), ["--noEmit"]);
  check("Direction of imports", process.execPath, ["scripts/arrows.mjs"]);
  check("Dead code", bin("knip"), []);
  vitest("unit");
  vitest("db");
  check("Build", process.execPath, ["scripts/build.mjs"]);
  vitest("processes");
  await playwright();
  if (ci && counts.skipped > 0) {
    process.stdout.write("\nIn CI nothing may be skipped.\n");
    end(1);
  }
  end(0);
}

process.chdir(root);
try {
  if (!installed()) {
    heading("Install packages");
    await install();
  }
  const binary = otherNode();
  if (binary) goOnUnder(binary, "test.mjs", process.argv.slice(2));
  else await main();
} catch (error) {
  fail(error);
}
