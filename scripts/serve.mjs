// The rest of `npm start`, under Node 24: build, database, first data, then web and worker until told to stop.
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { buildPages, buildPrograms, generateClient } from "./build.mjs";
import { keepRunning, runOnce } from "./children.mjs";
import { claimHome } from "./claim-home.mjs";
import { untilFree } from "./ports.mjs";
import { startPostgres } from "./postgres.mjs";
import { address, provide } from "./roles.mjs";
import { forgetFirstPassword, secretsOf } from "./secrets.mjs";
import { StartError, step } from "./steps.mjs";

const dev = process.argv.includes("--dev");
const home = path.resolve(process.env.SLUICE_HOME || ".sluice");
const host = process.env.HOST || "127.0.0.1";
const port = Number(process.env.PORT || 3000);
const url = process.env.SLUICE_URL || `http://${host === "0.0.0.0" ? "localhost" : host}:${port}`;
const begun = Date.now();
// What a program does when told to stop: let work finish for so long, then end what is left and say so.
const drainMs = Number(process.env.DRAIN_SECONDS || 5) * 1_000;
const programs = [];
let database;
let release;
let stopping;

/** Programs first, so that they can still write how their work ended; then the database. */
function stop(code) {
  stopping ??= (async () => {
    await Promise.all(programs.map((program) => program.stop(drainMs + 6_000)));
    await database?.stop();
    release?.();
    process.exit(code);
  })();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));
process.on("disconnect", () => stop(1));

/** Starts the database, and again when it ends by itself; its port, which the programs know, stays the same. */
/** On one machine: what work takes of the processor, who looks at a page would wait for. A step of 5 is a third of a share. */
const behindPages = 5;

async function keepPostgres(password) {
  let starting = startPostgres(home, password);
  database = { stop: async () => (await starting.catch(() => undefined))?.stop(2_500) };
  const { port: kept, socket, note } = await starting;
  const watch = async () => {
    for (;;) {
      const { ended } = await starting;
      await ended;
      if (stopping) return;
      process.stderr.write(`PostgreSQL ended; it is started again. Its log is ${path.join(home, "postgres.log")}.\n`);
      starting = startPostgres(home, password, {}, kept);
      await starting;
      // One that ends again and again is not asked for in a rush.
      await sleep(1_000);
    }
  };
  watch().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    stop(1);
  });
  return { port: kept, socket, note };
}

async function environment() {
  const env = {
    NODE_ENV: dev ? "development" : "production",
    SLUICE_HOME: home,
    HOST: host,
    PORT: String(port),
    NEXTAUTH_URL: url,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const secrets = secretsOf(home);
  // Kept until the end of a start showed it: one that was killed on the way has told nobody.
  const first = process.env.SLUICE_ADMIN_PASSWORD ? {} : { SLUICE_FIRST_PASSWORD: secrets.firstPassword };
  env.AUTH_SECRET = process.env.AUTH_SECRET || secrets.authSecret;
  env.NEXTAUTH_SECRET = env.AUTH_SECRET;
  env.SLUICE_KEYS = process.env.SLUICE_KEYS || secrets.keys;
  if (process.env.DATABASE_URL) return { env, setup: first, note: undefined };
  const server = await keepPostgres(secrets.database.superuser);
  await provide(server.port, secrets.database);
  const { application } = secrets.database;
  env.DATABASE_URL = address("sluice_app", application, server.port, "sluice", server.socket);
  const setup = {
    ...first,
    MIGRATION_DATABASE_URL: address("sluice_owner", secrets.database.owner, server.port, "sluice"),
    SLUICE_DEMO_URL: address("postgres", secrets.database.superuser, server.port, "postgres"),
  };
  return { env, setup, note: server.note };
}

async function untilServed() {
  const ready = `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}/api/v1/ready`;
  const until = Date.now() + 90_000;
  while (!stopping) {
    const answer = await fetch(ready, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.status === 200) return;
    const ended = programs.find((program) => program.endings() > 2);
    if (ended) throw new StartError(`The ${ended.name} ends as soon as it is started. What it said is above.`);
    if (Date.now() > until) throw new StartError(`Sluice is not ready at ${ready}. What its programs said is above.`);
    await sleep(100);
  }
}

async function main() {
  release = await claimHome(home);
  // What a killed start left is about to let go of it.
  if (!(await untilFree(port, 12_000, host)))
    throw new StartError(`Port ${port} is taken by another program. Set PORT to a free one.`);
  await step("Generate the database client", generateClient);
  await step("Build the programs", buildPrograms);
  if (!dev) await step("Build the pages", buildPages);
  let env;
  let setup;
  await step(process.env.DATABASE_URL ? "Read the settings" : "Start PostgreSQL", async () => {
    const found = await environment();
    ({ env, setup } = found);
    return found.note;
  });
  await step("Migrate the database", async () => void (await runOnce(["dist/migrate.mjs"], { ...env, ...setup })));
  let first = "";
  await step("First data and demo warehouse", async () => {
    first = (await runOnce(["dist/seed.mjs"], { ...env, ...setup })).trim();
  });
  if (stopping) return;
  const web = dev ? ["--import", "tsx", "web.ts"] : ["dist/web.mjs"];
  const worker = dev ? ["node_modules/tsx/dist/cli.mjs", "watch", "workers/main.ts"] : ["dist/worker.mjs"];
  await step("Start web and worker", async () => {
    // What only the set-up needs never reaches the programs.
    const kept = { ...env };
    for (const name of ["MIGRATION_DATABASE_URL", "SLUICE_DEMO_URL", "SLUICE_ADMIN_PASSWORD", "SLUICE_ADMIN_TOKEN"])
      kept[name] = undefined;
    programs.push(keepRunning("web", web, kept), keepRunning("worker", worker, kept, behindPages));
    await untilServed();
  });
  if (stopping) return;
  process.stdout.write(
    `\nSluice is ready at ${url} after ${((Date.now() - begun) / 1000).toFixed(1)} s. Ctrl-C stops it.\n${first ? `${first}\n` : ""}`,
  );
  forgetFirstPassword(home);
}

main().catch(async (error) => {
  if (stopping) return;
  process.exitCode = 1;
  process.stderr.write(`\n${error instanceof StartError ? error.message : (error.stack ?? error)}\n`);
  stop(1);
});
