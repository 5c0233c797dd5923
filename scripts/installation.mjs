// The installation that a command works on: its settings, as `npm start` makes them, and its own PostgreSQL, which is
// started for the command where it does not run.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { claimHome, holderOf } from "./claim-home.mjs";
import { lockOf } from "./left-over.mjs";
import { startPostgres } from "./postgres.mjs";
import { address, provide } from "./roles.mjs";
import { secretsOf } from "./secrets.mjs";
import { serverPlace } from "./server-place.mjs";
import { StartError } from "./steps.mjs";

/** The folder of this installation, below `root` where SLUICE_HOME does not say. */
export function homeOf(root) {
  return path.resolve(root, process.env.SLUICE_HOME || ".sluice");
}

/** @throws StartError while Sluice runs on this folder */
export function refuseRunning(home) {
  const holder = holderOf(home);
  if (holder)
    throw new StartError(
      `Sluice runs on ${home} (process ${holder}). Stop it first: what it writes meanwhile would be lost.`,
    );
}

/** The services that the environment names, and the secrets that go with what is kept in `home`. */
export function namedServices(home) {
  const { DATABASE_URL, MIGRATION_DATABASE_URL, STORE_URL, REDIS_URL } = process.env;
  const { keys, authSecret } = secretsOf(home);
  return {
    services: { DATABASE_URL, MIGRATION_DATABASE_URL, STORE_URL, REDIS_URL },
    secrets: { SLUICE_KEYS: process.env.SLUICE_KEYS || keys, AUTH_SECRET: process.env.AUTH_SECRET || authSecret },
  };
}

/** Runs another program of ours with other settings; answers its exit code. */
export async function runWith(args, settings) {
  const env = { ...process.env, ...settings };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "inherit", "inherit"] });
  return await new Promise((resolve) => child.once("close", resolve));
}

/**
 * Puts into the environment what is not set there, and answers `{home, embedded, running, close}`: whether the database
 * is the embedded one, whether Sluice runs on it now, and how to give all back. With `alone`, Sluice must not run; with `keyed`, no keys are made where there are none.
 */
export async function openInstallation(root, { alone = false, keyed = false } = {}) {
  const home = homeOf(root);
  if (alone) refuseRunning(home);
  const holder = holderOf(home);
  process.env.SLUICE_HOME = home;
  const embedded = !process.env.DATABASE_URL;
  const given = process.env.AUTH_SECRET && process.env.SLUICE_KEYS;
  if (keyed && !process.env.SLUICE_KEYS && !existsSync(path.join(home, "secrets.json")))
    throw new StartError(
      `There are no keys yet. Put the old secrets.json into ${home}, or set SLUICE_KEYS and AUTH_SECRET as they were.`,
    );
  // An installation that brings its own secrets needs none of ours, nor a folder to keep them.
  const secrets = embedded || !given ? secretsOf(home) : undefined;
  process.env.AUTH_SECRET ||= secrets?.authSecret;
  process.env.SLUICE_KEYS ||= secrets?.keys;
  if (!embedded) return { home, embedded, running: holder !== 0, close: async () => {} };
  const release = holder ? () => {} : await claimHome(home);
  let server;
  try {
    server = holder ? await runningServer(home) : await startPostgres(home, secrets.database.superuser);
    if (!holder) await provide(server.port, secrets.database);
  } catch (error) {
    await server?.stop?.();
    release();
    throw error;
  }
  process.env.DATABASE_URL = address("sluice_app", secrets.database.application, server.port, "sluice");
  process.env.MIGRATION_DATABASE_URL = address("sluice_owner", secrets.database.owner, server.port, "sluice");
  const close = async () => {
    await server.stop?.();
    release();
  };
  return { home, embedded, running: holder !== 0, close };
}

async function runningServer(home) {
  const { data } = await serverPlace(home);
  if (!lockOf(data).ready) throw new StartError("Sluice is just starting or stopping. Try again in a moment.");
  return { port: Number(readFileSync(path.join(home, "pg.port"), "utf8")) };
}
