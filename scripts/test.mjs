// `npm test`: everything that CI checks, in order, stopping at the first failure. The last line counts the tests.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { quickBrowser, systemBrowser } from "../e2e/system-browser.mjs";
import { goOnUnder, install, installed, otherNode, root } from "./install.mjs";
import { fail } from "./steps.mjs";

const ci = process.env.CI === "true" || process.env.CI === "1";
const counts = { passed: 0, failed: 0, skipped: 0 };
/** By name: what CI tried again, and then passed. */
const secondTries = [];

function heading(title) {
  process.stdout.write(`\n== ${title}\n`);
}

function end(code) {
  if (secondTries.length > 0) process.stdout.write(`\nPassed at their second try:\n${secondTries.join("\n")}\n`);
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  process.exit(code);
}

/** True when it succeeded. What it prints is shown as it comes; of one that stands aside (`shown` false), once it has ended. */
async function run({ title, command, args, env = {}, shown = true }) {
  if (shown) heading(title);
  const output = shown ? "inherit" : "pipe";
  const child = spawn(command, args, { stdio: ["inherit", output, output], env: { ...process.env, ...env } });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part) => printed.push(part));
  const code = await new Promise((resolve) => {
    child.once("error", resolve);
    child.once("close", resolve);
  });
  return () => {
    if (!shown) heading(title);
    process.stdout.write(Buffer.concat(printed));
    if (code === 0) return true;
    process.stdout.write(`\n${title} failed.\n`);
    return false;
  };
}

/** At the same time: none of them fills both processors alone. Ends here when one of them failed. */
async function together(...jobs) {
  const ended = await Promise.all(jobs.map((job, at) => run({ ...job, shown: at === 0 })));
  let ok = true;
  for (const [at, tell] of ended.entries()) {
    const well = tell();
    const counted = jobs[at].count?.();
    if (!well && !counted?.failed) counts.failed += 1;
    ok &&= well;
  }
  if (!ok) end(1);
}

const check = (title, command, args, env) => ({ title, command, args, env });

const bin = (name) => `node_modules/.bin/${name}`;
const reports = ".sluice-test/reports";
const reportOf = (name) => `${reports}/${name}.json`;
const secondTriesOf = (name) => `${reports}/${name}-second-tries.json`;

/** What the tests want from the system; the browser may also be one that Playwright has fetched. */
async function missing() {
  const { chromium: theirs } = await import("@playwright/test");
  const browser = systemBrowser() !== undefined || existsSync(theirs.executablePath());
  const redis = spawnSync("redis-server", ["--version"]).status === 0;
  // Others may have an engine that is not this machine's, or none: then a sentence says what is left out.
  const engine = !ci || spawnSync("dockerd", ["--version"]).status === 0;
  const wanted = {
    ...{ chromium: browser, "redis-server": redis, "docker.io": engine },
    // Bases of operators' images.
    debootstrap: !ci || existsSync("/usr/sbin/debootstrap"),
    "golang-go": !ci || spawnSync("go", ["version"]).status === 0,
    // What the relay's and the packages' tests ask by.
    "postgresql-client": !ci || spawnSync("psql", ["--version"]).status === 0,
    "python3-pip": !ci || spawnSync("python3", ["-m", "pip", "--version"]).status === 0,
    "mariadb-server-core": !ci || existsSync("/usr/sbin/mariadbd"),
    "mariadb-client-core": !ci || existsSync("/usr/bin/my_print_defaults"),
  };
  return Object.keys(wanted).filter((name) => !wanted[name]);
}

/** Fetched where we may (Debian, as root or by sudo without a password); else a sentence says what to install. */
async function systemPackages() {
  const wanted = await missing();
  const quicker = (ci || wanted.includes("chromium")) && systemBrowser() !== quickBrowser.path;
  if (wanted.length === 0 && !quicker) return;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const may = spawnSync(asRoot[0] ?? "true", asRoot.slice(1).concat("true")).status === 0;
  if (may && existsSync("/usr/bin/apt-get")) {
    const apt = (...args) => {
      const [command, ...rest] = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
      spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"] });
    };
    const get = (names) => names.length > 0 && apt("install", "-y", "-qq", "--no-install-recommends", ...names);
    heading(`Install ${[...wanted, ...(quicker ? [quickBrowser.name] : [])].join(", ")}`);
    apt("update", "-qq");
    // By itself: one name that a system does not know keeps all others from it.
    if (quicker) get([quickBrowser.name]);
    get(await missing());
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

/** Adds what a suite's report says to the counts. */
function count(name, numbers) {
  if (!existsSync(reportOf(name))) return;
  const told = numbers(JSON.parse(readFileSync(reportOf(name), "utf8")));
  for (const key of Object.keys(counts)) counts[key] += told[key];
  secondTries.push(...told.again);
  return told;
}

const vitest = (project) => ({
  ...check(
    `Tests: ${project}`,
    bin("vitest"),
    [
      ...["run", "--project", project, "--reporter=default", "--reporter=json", "--reporter=scripts/second-tries.mjs"],
      `--outputFile.json=${reportOf(project)}`,
    ],
    { SECOND_TRIES_FILE: secondTriesOf(project) },
  ),
  count: () =>
    count(project, (told) => ({
      passed: told.numPassedTests,
      failed: told.numFailedTests,
      skipped: told.numPendingTests + (told.numTodoTests ?? 0),
      again: JSON.parse(readFileSync(secondTriesOf(project), "utf8")),
    })),
});

const flakyOf = ({ file, specs, suites = [] }) => [
  ...specs
    .filter((spec) => spec.tests.some(({ status }) => status === "flaky"))
    .map(({ title }) => `${file} > ${title}`),
  ...suites.flatMap(flakyOf),
];

const playwright = () => ({
  ...check("Tests: browser", bin("playwright"), ["test", "-c", "e2e/playwright.config.ts"], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: `${root}/${reportOf("e2e")}`,
  }),
  count: () =>
    count("e2e", ({ stats, suites }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
      again: suites.flatMap(flakyOf),
    })),
});

async function browser() {
  if (!(await missing()).includes("chromium")) return [playwright()];
  heading("Tests: browser");
  process.stdout.write("Left out: there is no Chromium.\n");
  counts.skipped += 1;
  return [];
}

async function main() {
  await systemPackages();
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await together(check("Generate the database client", process.execPath, ["scripts/generate.mjs"]));
  await together(check("Format and lint", bin("biome"), ["check", "."]));
  await together(check("Types of the routes", bin("next"), ["typegen"], { NEXT_TELEMETRY_DISABLED: "1" }));
  await together(
    check("Types", bin("tsc"), ["--noEmit"]),
    check("Direction of imports", process.execPath, ["scripts/arrows.mjs"]),
    check("Dead code", bin("knip"), []),
  );
  // Fetched from far away for most of its time; of those who have no engine it asks nothing.
  await together(vitest("unit"), check("Images of operators", bin("tsx"), ["lib/testing/make-images.ts"]));
  await together(vitest("db"));
  await together(vitest("docker"), check("Build", process.execPath, ["scripts/build.mjs"]));
  // Not at once: both are about what happens when, and side by side each takes the other's time.
  await together(vitest("processes"));
  await together(...(await browser()));
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
