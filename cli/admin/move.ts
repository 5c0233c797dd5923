import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { namedServices, refuseRunning, runWith } from "../../scripts/installation.mjs";
import { exits, Failure } from "../failure";
import { asFailure, homeHere } from "./open";
import { tell } from "./parts";

/** `sluice` itself again: the settings that it reads from the environment it reads once. */
async function again(args: string[], settings: Record<string, string | undefined>): Promise<void> {
  const code = await runWith([process.argv[1] ?? "", ...args], settings);
  if (code !== 0)
    throw new Failure(`${args[0]} did not succeed. Nothing was taken away from where it was.`, exits.failed);
}

/**
 * `sluice move`: what is in the embedded PostgreSQL and the local folder goes to the services that DATABASE_URL and
 * STORE_URL name, one or both. Sluice must not run; the old data stays where it is.
 */
export async function move(): Promise<undefined> {
  const home = homeHere();
  await asFailure(async () => refuseRunning(home));
  const { services, secrets } = namedServices(home);
  const { DATABASE_URL, STORE_URL } = services;
  if (!DATABASE_URL && !STORE_URL)
    throw new Failure(
      "Set DATABASE_URL, STORE_URL or both to where it shall go, as Sluice will be started from then on.",
    );
  const only = DATABASE_URL && STORE_URL ? [] : ["--only", DATABASE_URL ? "database" : "store"];
  const folder = mkdtempSync(path.join(home, "move-"));
  const none = {
    DATABASE_URL: undefined,
    MIGRATION_DATABASE_URL: undefined,
    STORE_URL: undefined,
    REDIS_URL: undefined,
  };
  try {
    await again(["backup", folder, ...only], { SLUICE_HOME: home, ...secrets, ...none });
    await again(["restore", folder, ...only], { SLUICE_HOME: home, ...secrets, ...services });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  tell(
    `Moved. Start Sluice with the same settings from now on; SLUICE_KEYS and AUTH_SECRET are in ${home}/secrets.json.`,
  );
  if (DATABASE_URL)
    tell("The demo warehouse stayed in the embedded PostgreSQL: remove it on its page, or point it elsewhere.");
  return undefined;
}
