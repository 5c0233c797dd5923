// Makes dist/ (everything that is no page) with esbuild, and .next/ with Next. What is fresh is not made again.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { unlessFresh } from "./sources.mjs";
import { StartError } from "./steps.mjs";

const entries = {
  web: "web.ts",
  worker: "workers/main.ts",
  "duckdb-writer": "workers/duckdb/writer.ts",
  "duckdb-reader": "workers/duckdb/reader.ts",
  migrate: "prisma/migrate.ts",
  seed: "prisma/seed.ts",
  bench: "bench/main.ts",
  cli: "cli/main.ts",
};
const shared = ["package-lock.json", "tsconfig.json", "lib"];
const forPrograms = [...shared, "scripts/build.mjs", "prisma", "workers", "bench", "cli", "web.ts"];
const forPages = [...shared, "app", "components", "public", "proxy.ts", "instrumentation.ts", "next.config.ts", "postcss.config.mjs"];

function run(args, extra = {}) {
  const answer = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...extra } });
  if (answer.status !== 0) throw new StartError(`${args.join(" ")} failed:\n${answer.stdout}${answer.stderr}`);
}

/** The database client, from prisma/schema.prisma. */
export function generateClient() {
  return unlessFresh("lib/platform/db/generated/.stamp", ["prisma/schema.prisma", "package-lock.json"], () =>
    run(["scripts/generate.mjs"]),
  );
}

/** The programs: web, worker, its children, migrator, seed, CLI. */
export function buildPrograms() {
  return unlessFresh("dist/.stamp", forPrograms, async () => {
    const { build } = await import("esbuild");
    await build({
      entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
      outdir: "dist",
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      packages: "external",
      sourcemap: true,
      sourcesContent: false,
      logLevel: "error",
    });
  });
}

export function buildPages() {
  return unlessFresh(".next/.stamp", forPages, () =>
    run([path.join("node_modules", "next", "dist", "bin", "next"), "build"], { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" }),
  );
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
