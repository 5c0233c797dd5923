import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { encrypt } from "@/lib/platform/crypto";
import { env } from "@/lib/platform/env";
import type { Given } from "../command";
import { Failure } from "../failure";
import { dumpDatabase } from "./dump-database";
import { sealedFor, writeManifest } from "./manifest";
import { withInstallation } from "./open";
import { partsOf, tell } from "./parts";
import { dumpStore } from "./store-copy";

async function release(): Promise<string> {
  return String((JSON.parse(await readFile("package.json", "utf8")) as { version: unknown }).version);
}

/** `sluice backup <folder>`: the database as one state, then the store, which then has all that the database speaks of. */
export async function backup(given: Given): Promise<undefined> {
  const folder = path.resolve(given.words[0] ?? "");
  const parts = partsOf(given);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new Failure(`${folder} is not empty. A backup takes a folder of its own.`);
  await withInstallation(async ({ home }) => {
    const { MIGRATION_DATABASE_URL, DATABASE_URL } = env();
    const database = parts.database ? await dumpDatabase(MIGRATION_DATABASE_URL ?? DATABASE_URL, folder) : null;
    if (database)
      tell(`${database.tables.reduce((sum, one) => sum + one.rows, 0)} rows of ${database.tables.length} tables`);
    const store = parts.store ? await dumpStore(folder) : null;
    if (store) tell(`${store.objects.length} files of the store`);
    const madeAt = new Date().toISOString();
    const sealed = encrypt(sealedFor, sealedFor);
    await writeManifest(folder, { format: 1, madeAt, release: await release(), database, store, sealed });
    tell(
      `Written to ${folder}. It has no keys: keep SLUICE_KEYS and AUTH_SECRET (or ${home}/secrets.json) elsewhere, in a`,
    );
    tell(
      "safe place. Without SLUICE_KEYS the passwords of warehouses in it cannot be opened. Settings of the environment are not in it either.",
    );
  });
  return undefined;
}
