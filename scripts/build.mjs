// Makes dist/ (everything that is no page) with esbuild, and .next/ with Next. What is fresh is not made again.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { unlessFresh } from "./sources.mjs";
import { StartError } from "./steps.mjs";

const entries = {
  web: "web.ts",
  worker: "workers/main.ts",
  "duckdb-writer": "workers/duckdb/writer.ts",
  "duckdb-reader": "workers/duckdb/reader.ts",
  "duckdb-sandbox": "workers/duckdb/sandbox.ts",
  "duckdb-convert": "workers/duckdb/convert.ts",
  "duckdb-artifact": "workers/duckdb/artifact.ts",
  "stage-keeper": "workers/stages/keeper.ts",
  migrate: "prisma/migrate.ts",
  seed: "prisma/seed.ts",
  bench: "bench/main.ts",
  cli: "cli/main.ts",
};
const shared = ["package-lock.json", "tsconfig.json", "lib"];
const forPrograms = [...shared, "scripts/build.mjs", "prisma", "workers", "bench", "cli", "web.ts"];
const forPages = [
  ...shared,
  "app",
  "components",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "scripts/thin-source-maps.mjs",
];

const follow = new URL("follow-parent.mjs", import.meta.url).href;

/** Runs a Node program to its end; it ends with us, so that no build goes on behind a start that was stopped. */
async function run(args, extra = {}) {
  const child = spawn(process.execPath, ["--import", follow, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ...extra, SLUICE_FOLLOW: String(process.pid) },
  });
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  process.off("exit", end);
  return { code, text };
}

async function must(args, extra) {
  const { code, text } = await run(args, extra);
  if (code !== 0) throw new StartError(`${args.join(" ")} failed:\n${text}`);
}

/** The database client, from prisma/schema. */
export function generateClient() {
  return unlessFresh("lib/platform/db/generated/.stamp", ["prisma/schema", "package-lock.json"], () =>
    must(["scripts/generate.mjs"]),
  );
}

/** Operators' programs that are written in TypeScript, each as one file beside its manifest, with all but DuckDB in it. */
function buildOperators() {
  const ids = readdirSync("operators").filter((id) => existsSync(`operators/${id}/main.ts`));
  const mains = ids.map((id) => `operators/${id}/main.ts`);
  const sources = [
    "package-lock.json",
    "scripts/build.mjs",
    "operators/sql",
    "operators/files",
    "lib/tabular",
    "lib/egress",
    "lib/results",
    "lib/deliveries",
    ...mains,
  ];
  const programs = ids.map((id) => `operators/${id}/program.mjs`);
  const make = async () => {
    const { build, stop } = await import("esbuild");
    await build({
      entryPoints: Object.fromEntries(ids.map((id) => [`${id}/program`, `operators/${id}/main.ts`])),
      outdir: "operators",
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      external: ["@duckdb/node-api", "pg-native"],
      // Some libraries still ask for Node's own modules by require.
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "error",
    });
    await stop();
  };
  return unlessFresh("dist/.operators-stamp", sources, make, programs);
}

/** The programs: web, worker, its children, migrator, seed, CLI, and those of operators. */
export async function buildPrograms() {
  await buildOperators();
  return unlessFresh("dist/.stamp", forPrograms, async () => {
    const { build, stop } = await import("esbuild");
    await build({
      entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
      outdir: "dist",
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      // Without it a lazy import is bundled in, and with it the libraries it was lazy for load at the start.
      splitting: true,
      chunkNames: "parts/[hash]",
      target: "node24",
      packages: "external",
      sourcemap: true,
      sourcesContent: false,
      logLevel: "error",
    });
    // Its helper process would stay as long as we do.
    await stop();
    // A shell runs it by its name.
    chmodSync("dist/cli.mjs", 0o755);
  });
}

export function buildPages() {
  const args = [path.join("node_modules", "next", "dist", "bin", "next"), "build"];
  return unlessFresh(".next/.stamp", forPages, async () => {
    for (let tries = 1; ; tries++) {
      const { code, text } = await run(args, { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" });
      // Next ends with exit code 0 when its own workers ended early; the id is what it writes last.
      if (code === 0 && existsSync(".next/BUILD_ID")) {
        await must(["scripts/thin-source-maps.mjs", ".next/server"]);
        return;
      }
      // One that a killed start left behind is about to notice and end.
      if (tries > 10 || !text.includes("Another next build process"))
        throw new StartError(`next build failed:\n${text}`);
      await sleep(3_000);
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await generateClient();
    await buildPrograms();
    if (!process.argv.includes("--no-next")) await buildPages();
  } catch (error) {
    process.stderr.write(`${error instanceof StartError ? error.message : (error.stack ?? error)}\n`);
    process.exit(1);
  }
}
