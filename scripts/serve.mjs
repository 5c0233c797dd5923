// The rest of `npm start`, under Node 24: build, database, first data, then web and worker until told to stop.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { buildPages, buildPrograms, generateClient } from "./build.mjs";
import { keepRunning, runOnce } from "./children.mjs";
import { startPostgres } from "./postgres.mjs";
import { address, provide } from "./roles.mjs";
import { secretsOf } from "./secrets.mjs";
import { StartError, step } from "./steps.mjs";

const dev = process.argv.includes("--dev");
const home = path.resolve(process.env.SLUICE_HOME || ".sluice");
const host = process.env.HOST || "127.0.0.1";
const port = Number(process.env.PORT || 3000);
const url = process.env.SLUICE_URL || `http://${host === "0.0.0.0" ? "localhost" : host}:${port}`;
const begun = Date.now();
const running = [];
let stopping;

/** Programs first, so that they can still write how their work ended; then the database. */
function stop(code) {
  stopping ??= (async () => {
    const [database, ...programs] = running;
    await Promise.all(programs.map((program) => program.stop()));
    await database?.stop();
    rmSync(path.join(home, "start.pid"), { force: true });
    process.exit(code);
  })();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));
process.on("disconnect", () => stop(1));

function claimHome() {
  mkdirSync(home, { recursive: true });
  const file = path.join(home, "start.pid");
  const other = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const command = other && existsSync(`/proc/${other}/cmdline`) ? readFileSync(`/proc/${other}/cmdline`, "utf8") : "";
  if (other !== process.pid && /(start|serve)\.mjs/.test(command))
    throw new StartError(
      `Sluice already runs on ${home} (process ${other}). Stop it, or set SLUICE_HOME and PORT for a second one.`,
    );
  writeFileSync(file, String(process.pid));
}

/** Starts the database, and again when it ends by itself; its port, which the programs know, must stay the same. */
async function keepPostgres(password) {
  let server = await startPostgres(home, password);
  const { port, note } = server;
  const watch = async () => {
    for (;;) {
      await server.ended;
      if (stopping) return;
      process.stderr.write(`PostgreSQL ended; it is started again. Its log is ${path.join(home, "postgres.log")}.\n`);
      server = await startPostgres(home, password);
      if (server.port !== port) throw new StartError("The database's port was taken meanwhile. Start Sluice again.");
      // Stopped while it came up.
      if (stopping) return await server.stop();
      await sleep(1_000);
    }
  };
  running.unshift({ stop: () => server.stop() });
  watch().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    stop(1);
  });
  return { port, note };
}

async function environment() {
  const env = {
    NODE_ENV: dev ? "development" : "production",
    SLUICE_HOME: home,
    HOST: host,
    PORT: String(port),
    NEXTAUTH_URL: url,
  };
  const secrets = secretsOf(home);
  env.AUTH_SECRET = process.env.AUTH_SECRET || secrets.authSecret;
  env.NEXTAUTH_SECRET = env.AUTH_SECRET;
  env.SLUICE_KEYS = process.env.SLUICE_KEYS || secrets.keys;
  if (process.env.DATABASE_URL) return { env, setup: {}, note: undefined };
  const server = await keepPostgres(secrets.database.superuser);
  await provide(server.port, secrets.database);
  env.DATABASE_URL = address("sluice_app", secrets.database.application, server.port, "sluice");
  const setup = {
    MIGRATION_DATABASE_URL: address("sluice_owner", secrets.database.owner, server.port, "sluice"),
    SLUICE_DEMO_URL: address("postgres", secrets.database.superuser, server.port, "postgres"),
  };
  return { env, setup, note: server.note };
}

async function untilServed() {
  const health = `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}/api/v1/health`;
  for (let tenths = 0; tenths < 900 && !stopping; tenths++) {
    const answer = await fetch(health, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer && answer.status < 500) return;
    await sleep(100);
  }
  if (!stopping) throw new StartError(`Sluice does not answer at ${health}. What its programs said is above.`);
}

async function main() {
  claimHome();
  await step("Generate the database client", generateClient);
  await step("Build the programs", buildPrograms);
  if (!dev) await step("Build the pages", buildPages);
  let env;
  let setup;
  let note;
  await step(process.env.DATABASE_URL ? "Read the settings" : "Start PostgreSQL", async () => {
    ({ env, setup, note } = await environment());
    return note;
  });
  if (!process.env.DATABASE_URL || process.env.MIGRATION_DATABASE_URL || process.argv.includes("--migrate") || dev)
    await step("Migrate the database", async () => void (await runOnce(["dist/migrate.mjs"], { ...env, ...setup })));
  else await step("Migrate the database", async () => void (await runOnce(["dist/migrate.mjs"], env)));
  let first = "";
  await step("First data and demo warehouse", async () => {
    first = (await runOnce(["dist/seed.mjs"], { ...env, ...setup })).trim();
  });
  const web = dev ? ["--import", "tsx", "web.ts"] : ["dist/web.mjs"];
  const worker = dev ? ["node_modules/tsx/dist/cli.mjs", "watch", "workers/main.ts"] : ["dist/worker.mjs"];
  if (stopping) return;
  if (running.length === 0) running.push({ stop: async () => {} });
  await step("Start web and worker", async () => {
    // What only the set-up needs never reaches the programs.
    const kept = { ...env, MIGRATION_DATABASE_URL: undefined, SLUICE_DEMO_URL: undefined };
    running.push(keepRunning("web", web, kept), keepRunning("worker", worker, kept));
    await untilServed();
  });
  if (stopping) return;
  process.stdout.write(
    `\nSluice is ready at ${url} after ${((Date.now() - begun) / 1000).toFixed(1)} s. Ctrl-C stops it.\n${first ? `${first}\n` : ""}`,
  );
}

main().catch(async (error) => {
  if (stopping) return;
  process.exitCode = 1;
  process.stderr.write(`\n${error instanceof StartError ? error.message : (error.stack ?? error)}\n`);
  stop(1);
});
